// One owner per HDF5 identifier.
#pragma once

#include <cstdint>
#include <utility>

namespace plumb::h5 {

using Id = std::int64_t;  // hid_t, without letting hdf5.h out of this room

/// Closes its identifier at the end of its life. A moved-from handle owns nothing.
class Handle {
 public:
  using Closer = int (*)(Id);

  Handle() = default;
  Handle(Id id, Closer closer) noexcept : id_(id), closer_(closer) {}
  Handle(Handle&& other) noexcept
      : id_(std::exchange(other.id_, kNone)), closer_(std::exchange(other.closer_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      close();
      id_ = std::exchange(other.id_, kNone);
      closer_ = std::exchange(other.closer_, nullptr);
    }
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { close(); }

  [[nodiscard]] Id get() const noexcept { return id_; }
  [[nodiscard]] explicit operator bool() const noexcept { return id_ >= 0; }

  /// False when HDF5 could not close (a full disk shows here). Gives the identifier up either way.
  bool close() noexcept {
    if (id_ < 0) return true;
    return closer_(std::exchange(id_, kNone)) >= 0;
  }

 private:
  static constexpr Id kNone = -1;
  Id id_ = kNone;
  Closer closer_ = nullptr;
};

}  // namespace plumb::h5
