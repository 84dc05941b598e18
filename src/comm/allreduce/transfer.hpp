// Private to this room: one sum on its way.
#pragma once

#include <mpi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "comm/allreduce/schedule.hpp"
#include "comm/allreduce/tree_allreduce.hpp"
#include "comm/communicator.hpp"
#include "core/aligned_buffer.hpp"

namespace plumb::comm {

/// Two chunks of 256 KiB stay in a second-level cache; 64 KiB lost up to 40 % to handshakes above
/// 1 MiB.
inline constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

/// Memory for the messages of one transfer, kept for the next one.
template <class T>
struct MessageBuffers {
  static constexpr std::size_t kChunk = kChunkBytes / sizeof(T);

  /// Enough for transfers of up to `longest` values.
  void reserve(const WireCodec& wire, std::size_t longest);
  /// Bytes it takes.
  static std::size_t bytes(const WireCodec& wire, std::size_t longest) noexcept;

  std::array<core::AlignedBuffer<T>, 2> received;  // numbers to be added
  std::array<core::AlignedBuffer<std::byte>, 2> encoded_received;
  std::array<core::AlignedBuffer<std::byte>, 2> encoded_sent;
  core::AlignedBuffer<std::byte> rounded;
};

/// Takes the steps of a schedule, each in chunks, two of them under way in either direction: one is
/// added, still warm in the cache, while the next one travels.
template <class T>
class Transfer {
 public:
  /// All must outlive the transfer. tag: no other transfer under way between these ranks has it.
  Transfer(const Communicator& communicator, int tag, const WireCodec& wire,
           std::vector<Step> steps, std::span<T> values, MessageBuffers<T>& buffers);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  /// Must be done, or be leaked: MPI may still look at the messages.
  ~Transfer() = default;

  /// Does what can be done without waiting; true if anything was.
  bool advance();
  [[nodiscard]] bool done() const noexcept { return step_ == steps_.size(); }
  /// Ranks that owe a message or its receipt.
  [[nodiscard]] std::vector<int> waits_for() const;

 private:
  static constexpr std::size_t kSlots = 2;
  static constexpr std::size_t kFree = static_cast<std::size_t>(-1);
  // Requests: those of the sends, then those of the receives.
  using Slots = std::array<std::size_t, kSlots>;  // the piece that a slot is busy with

  [[nodiscard]] const Step& step() const noexcept { return steps_[step_]; }
  [[nodiscard]] bool encoded() const noexcept { return is_encoded<T>(wire_); }
  [[nodiscard]] std::size_t piece_length() const noexcept;
  [[nodiscard]] MPI_Datatype message_type() const noexcept;
  [[nodiscard]] int message_count(Segment segment) const noexcept;
  [[nodiscard]] Segment sent_piece(std::size_t k) const;
  [[nodiscard]] Segment received_piece(std::size_t k) const;
  [[nodiscard]] std::span<T> part(Segment segment) const {
    return values_.subspan(segment.first, segment.count);
  }
  [[nodiscard]] bool has_left(std::size_t piece) const;

  bool post_receives();
  bool post_sends();
  void send(std::size_t piece, std::size_t slot);
  void receive(std::size_t piece, std::size_t slot);
  bool test();
  bool use_arrived();
  void use(std::size_t piece, std::size_t slot);
  void round(Segment segment);
  void add(const T* received, std::span<T> own) const;
  bool finish_step();
  [[nodiscard]] bool has_the_sum() const;

  const Communicator& communicator_;
  int tag_;
  const WireCodec& wire_;
  std::vector<Step> steps_;
  std::span<T> values_;
  MessageBuffers<T>& buffers_;

  std::size_t step_ = 0;
  std::size_t sends_posted_ = 0;
  std::size_t receives_posted_ = 0;
  std::size_t receives_used_ = 0;
  Slots sending_ = {kFree, kFree};
  Slots receiving_ = {kFree, kFree};
  std::array<bool, kSlots> arrived_ = {false, false};
  std::array<MPI_Request, 2 * kSlots> requests_;
};

/// The span as floats: only they are encoded.
template <class T>
std::span<float> as_floats(std::span<T> values) noexcept {
  if constexpr (std::is_same_v<T, float>) return values;
  return {};
}

}  // namespace plumb::comm
