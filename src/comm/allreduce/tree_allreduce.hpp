// Sums over ranks in one fixed order, several at a time, moved on by whoever polls them; what
// floats look like on their way, and the addition itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace plumb::comm {

/// Writes floats in fewer bytes and reads them back. Default: they travel as they are in memory.
/// All ranks have the same one. Called for some ten thousand numbers at a time.
struct WireCodec {
  std::size_t bytes = 0;  // of one number on the wire, below sizeof(float); 0: as in memory
  /// `out`: room for values.size() * bytes. Rounds as it likes, everywhere alike.
  std::function<void(std::span<const float> values, std::byte* out)> encode = {};
  /// Exact. `in`: values.size() * bytes.
  std::function<void(const std::byte* in, std::span<float> values)> decode = {};
};

/// Whether sums of T are encoded: doubles never are.
template <class T>
bool is_encoded(const WireCodec& wire) noexcept {
  return sizeof(T) == sizeof(float) && wire.bytes != 0;
}

/// Bytes of one T on the wire.
template <class T>
std::size_t wire_bytes(const WireCodec& wire) noexcept {
  return is_encoded<T>(wire) ? wire.bytes : sizeof(T);
}

/// Up to so many bytes on the wire whole vectors are exchanged, which takes half the messages and
/// more volume; larger ones are halved and doubled. See bench/README.md for the measurement.
inline constexpr std::size_t kExchangeBytes = std::size_t{32} << 10;
inline constexpr double kReportWaitSeconds = 30;
inline constexpr int kChannels = 16;

/// A wait in which nothing has moved.
struct LongWait {
  struct Sum {
    std::uint64_t ticket;    // which one, see TreeAllreduce::start
    std::vector<int> ranks;  // those that owe a message or its receipt
  };
  double seconds = 0;
  std::vector<Sum> sums;  // under way
};

struct TreeOptions {
  WireCodec wire = {};  // of float; double always travels whole
  std::size_t exchange_bytes = kExchangeBytes;
  /// 0 .. kChannels-1: objects that have sums under way at the same time need different ones, the
  /// same on all ranks.
  int channel = 0;
  double report_wait_seconds = kReportWaitSeconds;  // > 0
  /// Called on the rank that waits, after each report_wait_seconds in which nothing has moved.
  std::function<void(const LongWait&)> on_long_wait = {};
};

/// values[i] becomes the sum over ranks, grouped as the aligned binary tree over ranks:
/// ((0+1)+(2+3))+((4+5)+(6+7)); missing ranks of an incomplete tree are left out, not added as
/// zeros. IEEE addition commutes, so every rank ends with the same bits, and the bits depend only
/// on the tree: not on message sizes, nor on what else is under way. Recursive halving and doubling
/// at distance 1, 2, 4, ... (Thakur, Rabenseifner, Gropp 2005) for long vectors, exchange of whole
/// vectors for short ones, both for any number of ranks.
/// With a codec that rounds, each node of the tree is round(left) + round(right), and the root is
/// rounded once more; sums are float32. So the bits then depend on the number of ranks; one rank
/// alone rounds nothing.
/// Memory for messages is kept. T is float or double. MPI is called by the
/// calling thread only; all calls must come from the thread that built the Session. Throws
/// core::IoError like Communicator.
template <class T>
class TreeAllreduce {
 public:
  /// Sums are numbered from 0 in the order of their start.
  using Ticket = std::uint64_t;

  /// The communicator must outlive this object.
  explicit TreeAllreduce(const Communicator& communicator, TreeOptions options = {});
  TreeAllreduce(const TreeAllreduce&) = delete;
  TreeAllreduce& operator=(const TreeAllreduce&) = delete;
  TreeAllreduce(TreeAllreduce&& other) noexcept;
  TreeAllreduce& operator=(TreeAllreduce&& other) noexcept;
  /// Waits for what is pending, unless an exception is passing: then nobody may answer.
  ~TreeAllreduce();

  /// Takes the memory for sums of up to so many values now, not when they are started.
  void reserve(std::size_t longest);

  /// Collective in order, not in time: every rank starts equally long vectors in the same order,
  /// each when it likes. `values` must be left alone until done(ticket).
  Ticket start(std::span<T> values);
  /// Moves on whatever can move, without blocking; true if anything did.
  bool progress();
  [[nodiscard]] bool done(Ticket ticket) const;
  /// Whether all that was started is done.
  [[nodiscard]] bool idle() const;
  /// What is under way, and whom it waits for.
  [[nodiscard]] std::vector<LongWait::Sum> under_way() const;
  /// Moves everything on until this one is done; `meanwhile` is called again and again, for other
  /// things that need polling, and returns whether they moved, which is news, too.
  void wait(Ticket ticket, const std::function<bool()>& meanwhile = {});
  void wait_all();
  /// start and wait.
  void sum(std::span<T> values);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

/// Bytes that a TreeAllreduce<T> takes for the messages of sums of up to `longest` values.
template <class T>
std::size_t tree_memory(const WireCodec& wire, std::size_t longest) noexcept;

/// sum[i] = lower[i] + upper[i] for i < count; sum may be lower or upper itself. Both partners of
/// an exchange pass the lower rank's numbers as `lower`: then they execute the same instruction on
/// the same operands, and agree even on which of two NaNs survives.
void pairwise_add(const float* lower, const float* upper, float* sum, std::size_t count) noexcept;
void pairwise_add(const double* lower, const double* upper, double* sum,
                  std::size_t count) noexcept;

}  // namespace plumb::comm
