// Private to this room: the state machine behind TreeAllreduce.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "comm/allreduce/transfer.hpp"
#include "comm/allreduce/tree_allreduce.hpp"
#include "core/clock.hpp"

namespace plumb::comm {

// More at once share the same wires, so that none of them is done early.
inline constexpr std::size_t kUnderWay = 4;
// Yielding a core that nobody needs costs little, but on a machine that does other things too it
// may not come back for milliseconds.
inline constexpr double kSpinSeconds = 200e-6;
inline constexpr int kFirstTag = 16;
inline constexpr int kTagsOfChannel = 1024;  // far more than are under way
static_assert(kFirstTag + kChannels * kTagsOfChannel <= 32767, "the tags every MPI library has");

/// Keeps up to kUnderWay transfers under way, in slots that keep their memory; the other sums wait
/// in the order of their start.
template <class T>
class TreeAllreduce<T>::Engine {
 public:
  Engine(const Communicator& communicator, TreeOptions options)
      : communicator_(communicator),
        options_(std::move(options)),
        first_tag_(kFirstTag + options_.channel * kTagsOfChannel),
        spin_seconds_(crowded(communicator) ? 0 : kSpinSeconds),
        exceptions_(std::uncaught_exceptions()) {}

  /// Other ranks count on this one's part. False where that may never end: while an exception
  /// passes they may not answer any more.
  [[nodiscard]] bool drain() noexcept {
    if (idle()) return true;
    if (std::uncaught_exceptions() > exceptions_) return false;
    try {
      wait([this] { return idle(); }, {});
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  void reserve(std::size_t longest) {
    if (communicator_.size() == 1) return;
    for (TransferSlot& slot : slots_) slot.buffers.reserve(options_.wire, longest);
  }

  Ticket start(std::span<T> values) {
    waiting_.push_back({started_, values});
    const Ticket ticket = started_++;
    fill_slots();
    return ticket;
  }

  /// True if anything moved.
  bool progress() {
    bool moved = false;
    for (TransferSlot& slot : slots_) {
      if (!slot.transfer) continue;
      moved |= slot.transfer->advance();
      if (slot.transfer->done()) slot.transfer.reset();
    }
    return fill_slots() || moved;
  }

  [[nodiscard]] bool done(Ticket ticket) const {
    if (ticket >= started_) return false;
    if (!waiting_.empty() && ticket >= waiting_.front().ticket) return false;
    return std::none_of(slots_.begin(), slots_.end(), [&](const TransferSlot& slot) {
      return slot.transfer && slot.ticket == ticket;
    });
  }

  [[nodiscard]] bool idle() const {
    return waiting_.empty() &&
           std::none_of(slots_.begin(), slots_.end(),
                        [](const TransferSlot& slot) { return slot.transfer.has_value(); });
  }

  [[nodiscard]] std::vector<LongWait::Sum> under_way() const {
    std::vector<LongWait::Sum> sums;
    for (const TransferSlot& slot : slots_) {
      if (slot.transfer) sums.push_back({slot.ticket, slot.transfer->waits_for()});
    }
    return sums;
  }

  template <class Finished>
  void wait(const Finished& finished, const std::function<bool()>& meanwhile) {
    core::Stopwatch quiet;
    core::Stopwatch unreported;
    while (!finished()) {
      bool moved = progress();
      if (meanwhile) moved = meanwhile() || moved;
      if (moved) {
        quiet.lap();
        unreported.lap();
        continue;
      }
      report_long_wait(unreported);
      if (quiet.elapsed() >= spin_seconds_) std::this_thread::yield();
    }
  }

 private:
  struct Waiting {
    Ticket ticket;
    std::span<T> values;
  };
  struct TransferSlot {
    MessageBuffers<T> buffers;
    std::optional<Transfer<T>> transfer;
    Ticket ticket = 0;
  };

  /// More ranks than cores: another one surely needs this core.
  static bool crowded(const Communicator& communicator) {
    return communicator.ranks_on_node() > static_cast<int>(std::thread::hardware_concurrency());
  }

  bool fill_slots() {
    bool filled = false;
    for (TransferSlot& slot : slots_) {
      while (!slot.transfer && !waiting_.empty()) {
        filled = true;
        launch(slot, waiting_.front());
        waiting_.pop_front();
        slot.transfer->advance();
        if (slot.transfer->done()) slot.transfer.reset();
      }
    }
    return filled;
  }

  void launch(TransferSlot& slot, const Waiting& next) {
    slot.ticket = next.ticket;
    const int tag = first_tag_ + static_cast<int>(next.ticket % kTagsOfChannel);
    slot.transfer.emplace(communicator_, tag, options_.wire, schedule(next.values.size()),
                          next.values, slot.buffers);
  }

  [[nodiscard]] std::vector<Step> schedule(std::size_t count) const {
    constexpr std::size_t kLine = core::kAlignmentBytes / sizeof(T);
    const int rank = communicator_.rank();
    const int size = communicator_.size();
    const std::size_t bytes = count * wire_bytes<T>(options_.wire);
    return bytes <= options_.exchange_bytes ? exchange_schedule(rank, size, count)
                                            : halving_schedule(rank, size, count, kLine);
  }

  void report_long_wait(core::Stopwatch& unreported) const {
    if (!options_.on_long_wait || unreported.elapsed() < options_.report_wait_seconds) return;
    options_.on_long_wait({unreported.lap(), under_way()});
  }

  const Communicator& communicator_;
  TreeOptions options_;
  int first_tag_;
  double spin_seconds_;
  int exceptions_;  // passing when this was built
  std::deque<Waiting> waiting_;
  std::array<TransferSlot, kUnderWay> slots_;
  Ticket started_ = 0;
};

}  // namespace plumb::comm
