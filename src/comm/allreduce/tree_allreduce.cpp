#include "comm/allreduce/tree_allreduce.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "comm/allreduce/transfer.hpp"
#include "core/clock.hpp"

namespace plumb::comm {
namespace {

// More at once share the same wires, so that none of them is done early.
constexpr std::size_t kUnderWay = 4;
// Yielding a core that nobody needs costs little, but on a machine that does other things too it
// may not come back for milliseconds.
constexpr double kSpinSeconds = 200e-6;
constexpr int kFirstTag = 16;
constexpr int kTagsOfChannel = 1024;  // far more than are under way
static_assert(kFirstTag + kChannels * kTagsOfChannel <= 32767, "the tags every MPI library has");

}  // namespace

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
    for (Lane& lane : lanes_) lane.buffers.reserve(options_.wire, longest);
  }

  Ticket start(std::span<T> values) {
    waiting_.push_back({started_, values});
    const Ticket ticket = started_++;
    fill_lanes();
    return ticket;
  }

  /// True if anything moved.
  bool progress() {
    bool moved = false;
    for (Lane& lane : lanes_) {
      if (!lane.transfer) continue;
      moved |= lane.transfer->advance();
      if (lane.transfer->done()) lane.transfer.reset();
    }
    return fill_lanes() || moved;
  }

  [[nodiscard]] bool done(Ticket ticket) const {
    if (ticket >= started_) return false;
    if (!waiting_.empty() && ticket >= waiting_.front().ticket) return false;
    return std::none_of(lanes_.begin(), lanes_.end(),
                        [&](const Lane& lane) { return lane.transfer && lane.ticket == ticket; });
  }

  [[nodiscard]] bool idle() const {
    return waiting_.empty() && std::none_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) {
             return lane.transfer.has_value();
           });
  }

  [[nodiscard]] std::vector<Stall::Sum> under_way() const {
    std::vector<Stall::Sum> sums;
    for (const Lane& lane : lanes_) {
      if (lane.transfer) sums.push_back({lane.ticket, lane.transfer->waits_for()});
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
      report_stall(unreported);
      if (quiet.elapsed() >= spin_seconds_) std::this_thread::yield();
    }
  }

 private:
  struct Waiting {
    Ticket ticket;
    std::span<T> values;
  };
  struct Lane {
    MessageBuffers<T> buffers;
    std::optional<Transfer<T>> transfer;
    Ticket ticket = 0;
  };

  /// More ranks than cores: another one surely needs this core.
  static bool crowded(const Communicator& communicator) {
    return communicator.ranks_on_node() > static_cast<int>(std::thread::hardware_concurrency());
  }

  bool fill_lanes() {
    bool filled = false;
    for (Lane& lane : lanes_) {
      while (!lane.transfer && !waiting_.empty()) {
        filled = true;
        launch(lane, waiting_.front());
        waiting_.pop_front();
        lane.transfer->advance();
        if (lane.transfer->done()) lane.transfer.reset();
      }
    }
    return filled;
  }

  void launch(Lane& lane, const Waiting& next) {
    lane.ticket = next.ticket;
    const int tag = first_tag_ + static_cast<int>(next.ticket % kTagsOfChannel);
    lane.transfer.emplace(communicator_, tag, options_.wire, schedule(next.values.size()),
                          next.values, lane.buffers);
  }

  [[nodiscard]] std::vector<Step> schedule(std::size_t count) const {
    constexpr std::size_t kLine = core::kAlignmentBytes / sizeof(T);
    const int rank = communicator_.rank();
    const int size = communicator_.size();
    const std::size_t bytes = count * wire_bytes<T>(options_.wire);
    return bytes <= options_.exchange_bytes ? exchange_schedule(rank, size, count)
                                            : halving_schedule(rank, size, count, kLine);
  }

  void report_stall(core::Stopwatch& unreported) const {
    if (!options_.on_stall || unreported.elapsed() < options_.stall_seconds) return;
    options_.on_stall({unreported.lap(), under_way()});
  }

  const Communicator& communicator_;
  TreeOptions options_;
  int first_tag_;
  double spin_seconds_;
  int exceptions_;  // passing when this was built
  std::deque<Waiting> waiting_;
  std::array<Lane, kUnderWay> lanes_;
  Ticket started_ = 0;
};

template <class T>
TreeAllreduce<T>::TreeAllreduce(const Communicator& communicator, TreeOptions options)
    : engine_(std::make_unique<Engine>(communicator, std::move(options))) {}

template <class T>
TreeAllreduce<T>::TreeAllreduce(TreeAllreduce&& other) noexcept = default;
template <class T>
TreeAllreduce<T>& TreeAllreduce<T>::operator=(TreeAllreduce&& other) noexcept = default;

template <class T>
TreeAllreduce<T>::~TreeAllreduce() {
  // The job is about to be aborted: until then MPI may still look at messages and their memory.
  if (engine_ && !engine_->drain()) static_cast<void>(engine_.release());
}

template <class T>
void TreeAllreduce<T>::reserve(std::size_t longest) {
  engine_->reserve(longest);
}

template <class T>
typename TreeAllreduce<T>::Ticket TreeAllreduce<T>::start(std::span<T> values) {
  return engine_->start(values);
}

template <class T>
bool TreeAllreduce<T>::progress() {
  return engine_->progress();
}

template <class T>
bool TreeAllreduce<T>::done(Ticket ticket) const {
  return engine_->done(ticket);
}

template <class T>
bool TreeAllreduce<T>::idle() const {
  return engine_->idle();
}

template <class T>
void TreeAllreduce<T>::wait(Ticket ticket, const std::function<bool()>& meanwhile) {
  engine_->wait([&] { return engine_->done(ticket); }, meanwhile);
}

template <class T>
std::vector<Stall::Sum> TreeAllreduce<T>::under_way() const {
  return engine_->under_way();
}

template <class T>
void TreeAllreduce<T>::wait_all() {
  engine_->wait([&] { return engine_->idle(); }, {});
}

template <class T>
void TreeAllreduce<T>::sum(std::span<T> values) {
  wait(start(values));
}

template <class T>
std::size_t tree_memory(const WireCodec& wire, std::size_t longest) noexcept {
  return kUnderWay * MessageBuffers<T>::bytes(wire, longest);
}

template std::size_t tree_memory<float>(const WireCodec&, std::size_t) noexcept;
template std::size_t tree_memory<double>(const WireCodec&, std::size_t) noexcept;
template class TreeAllreduce<float>;
template class TreeAllreduce<double>;

}  // namespace plumb::comm
