// A row-major, densely packed matrix that somebody else owns.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <type_traits>

namespace plumb::core {

template <class T>
struct MatrixView {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;

  [[nodiscard]] std::size_t size() const noexcept { return rows * cols; }
  [[nodiscard]] std::span<T> span() const noexcept { return {data, size()}; }
  [[nodiscard]] std::span<T> row(std::size_t r) const noexcept {
    assert(r < rows);
    return {data + r * cols, cols};
  }
  T& operator()(std::size_t r, std::size_t c) const noexcept {
    assert(r < rows && c < cols);
    return data[r * cols + c];
  }
  // NOLINTNEXTLINE(google-explicit-constructor): a view of T reads as a view of const T.
  operator MatrixView<const T>() const noexcept requires(!std::is_const_v<T>) {
    return {data, rows, cols};
  }
};

}  // namespace plumb::core
