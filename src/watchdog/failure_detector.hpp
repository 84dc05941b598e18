// Ranks that watch each other, so that a lost one ends the job instead of hanging it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "watchdog/monitor.hpp"

namespace plumb::watchdog {

inline constexpr double kLivenessSeconds = 5;

/// What the failure detector needs of the job: this room knows no MPI. The exchanges are
/// collective, are called in this order, by all ranks alike, and only in the constructor.
struct Job {
  std::size_t rank = 0;            // of this process; rank 0 becomes the coordinator
  std::vector<std::string> names;  // of all ranks, for messages: "rank 3 (host n2)"
  /// One text per rank, on rank 0; empty elsewhere.
  std::function<std::vector<std::string>(const std::string& text)> gather;
  /// Rank 0's text to all.
  std::function<void(std::string& text)> broadcast;
  std::function<void()> barrier;
  /// In place, over ranks.
  std::function<void(std::span<std::uint8_t> bytes)> bitwise_or;
};

/// A thread of its own (Monitor), which never calls MPI, exchanges datagrams with rank 0, the
/// coordinator (rank 0: with all). So however long the other threads compute or wait, only a
/// process that is stopped, killed or cut off falls silent. When that happens files are brought to
/// a readable state (graceful_shutdown.hpp) and the process ends with exit code 3. Of one lost rank
/// the coordinator alone tells the user; of a lost coordinator the first of the others. Each rank
/// that ends tells all the others to end as well, so nothing depends on a launcher that does it.
/// Does nothing with one rank.
///
/// End of a job: ranks finish at different times, and may write files for minutes while others
/// wait in MPI_Finalize. All of them must be watched till then, and answer. So this object has to
/// outlive MPI_Finalize (see comm::Session::keep), which no rank leaves before all have entered it.
/// Then it leaves; a rank whose messages about it are all lost would be missed only by one that
/// needs another five seconds for its own exit.
class FailureDetector {
 public:
  /// Collective. seconds: of silence that mean loss, rank 0's counts; 0: nobody is watched.
  /// `report` prints an error, from the monitor's thread. Waits up to 3 s for a first exchange with
  /// every rank; ranks that cannot be reached (a firewall) are not watched.
  FailureDetector(const Job& job, double seconds, Report report);

  /// "rank 3 (host n2), rank 4 (host n2)": who is not watched, on rank 0. Empty when all are, when
  /// nobody is to be watched, and elsewhere.
  [[nodiscard]] const std::string& unwatched() const noexcept { return unwatched_; }

  /// For a process that is ended from outside, by its launcher: asks which ranks are still there,
  /// within half a second. What is to be printed about ranks that are not, or nothing; then rank 0
  /// tells the others to end. Any other rank says that it ends, so that no rank that is told later
  /// calls it lost. Any thread.
  std::string probe_ranks() { return monitor_ ? monitor_->probe_ranks() : std::string(); }

  /// On the object that exists, if any: before MPI_Abort, after the user was told why. The others
  /// end silently even if MPI_Abort does not reach them. Any thread.
  static void announce_failure() { Monitor::announce_failure(); }

 private:
  void confirm_contact(const Job& job);

  std::string unwatched_;
  std::unique_ptr<Monitor> monitor_;  // none where nobody is watched
};

}  // namespace plumb::watchdog
