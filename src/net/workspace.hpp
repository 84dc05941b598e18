// The working memory of one thread, for what no slice keeps.
#pragma once

#include <array>
#include <cstddef>
#include <numeric>

#include "core/aligned_buffer.hpp"

namespace plumb::net {

/// What a piece of working memory holds; two of one kind are never in use at once, and none
/// outlives the call that fills it.
enum class WorkPiece {
  Columns,         // of one image, see math::im2col
  ColumnGradient,  // likewise, of the gradient
  InputGradient,   // that pooling or a skip still changes
  Unscaled,        // a delta without the loss scale
  StepGradient,    // one time step's dW and db
};
inline constexpr std::size_t kWorkPieces = 5;

/// Numbers of each piece.
class WorkspaceSize {
 public:
  void need(WorkPiece piece, std::size_t count) {
    std::size_t& size = sizes_[static_cast<std::size_t>(piece)];
    if (size < count) size = count;
  }
  [[nodiscard]] std::size_t numbers() const {
    return std::accumulate(sizes_.begin(), sizes_.end(), std::size_t{0});
  }

 private:
  std::array<std::size_t, kWorkPieces> sizes_{};
};

/// Grows when a piece is taken for the first time, and is kept between calls.
template <class T>
class Workspace {
 public:
  /// At least `count` numbers, contents undefined.
  [[nodiscard]] T* take(WorkPiece piece, std::size_t count) {
    core::AlignedBuffer<T>& buffer = pieces_[static_cast<std::size_t>(piece)];
    if (buffer.size() < count) buffer = core::AlignedBuffer<T>(count);
    return buffer.data();
  }
  [[nodiscard]] std::size_t bytes() const {
    std::size_t numbers = 0;
    for (const core::AlignedBuffer<T>& piece : pieces_) numbers += piece.size();
    return numbers * sizeof(T);
  }

 private:
  std::array<core::AlignedBuffer<T>, kWorkPieces> pieces_;
};

}  // namespace plumb::net
