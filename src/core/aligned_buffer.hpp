// Cache-line aligned, zero-initialised, owned memory for numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace plumb::core {

inline constexpr std::size_t kAlignmentBytes = 64;

template <class T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t count) : data_(allocate(count)), size_(count) {
    std::fill_n(data_.get(), count, T{});
  }

  [[nodiscard]] T* data() noexcept { return data_.get(); }
  [[nodiscard]] const T* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept {
    return data_ == nullptr ? 0 : size_;  // a moved-from buffer is empty
  }
  [[nodiscard]] std::span<T> span() noexcept { return {data(), size()}; }
  [[nodiscard]] std::span<const T> span() const noexcept { return {data(), size()}; }
  T& operator[](std::size_t i) noexcept { return data_[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_[i]; }

 private:
  struct Free {
    void operator()(T* pointer) const noexcept { std::free(pointer); }
  };

  static T* allocate(std::size_t count) {
    if (count == 0) return nullptr;
    // aligned_alloc wants a multiple of the alignment.
    const std::size_t bytes =
        (count * sizeof(T) + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
    void* memory = std::aligned_alloc(kAlignmentBytes, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }

  std::unique_ptr<T[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace plumb::core
