// Ranks that watch each other, so that a lost one ends the job instead of hanging it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "comm/communicator.hpp"
#include "comm/datagram_socket.hpp"
#include "comm/heartbeat.hpp"
#include "comm/silence.hpp"
#include "comm/watch_party.hpp"

namespace plumb::comm {

inline constexpr double kLivenessSeconds = 5;

/// A thread of its own, which never calls MPI, exchanges datagrams with rank 0 (rank 0: with all),
/// ten in the time that means loss. So however long the other threads compute or wait, only a
/// process that is stopped, killed or cut off falls silent. When that happens the records are
/// brought to safety (core/orderly_end.hpp) and the process ends with exit code 3. Of one lost rank
/// rank 0 alone speaks; of a lost rank 0 the first of the others. Whoever ends tells all the others
/// to end as well, so nothing depends on a launcher that does it. Does nothing with one rank.
///
/// End of a job: ranks finish at different times, and may write files for minutes while others
/// wait in MPI_Finalize. All of them must be watched till then, and answer. So this object has to
/// outlive MPI_Finalize (see Session::keep), which no rank leaves before all have entered it. Then
/// it takes its leave, three times because datagrams get lost; a rank whose three are lost would be
/// missed only by somebody who needs another five seconds for his own exit.
class Liveness {
 public:
  using Say = std::function<void(const std::string& message)>;

  /// Collective. seconds: of silence that mean loss, rank 0's counts; 0: nobody is watched. `say`
  /// prints an error, from the watching thread. Waits up to 3 s for a first exchange with every
  /// rank; ranks that cannot be reached (a firewall) are not watched.
  Liveness(const Communicator& world, double seconds, Say say);
  Liveness(const Liveness&) = delete;
  Liveness& operator=(const Liveness&) = delete;
  ~Liveness();

  /// "rank 3 (host n2), rank 4 (host n2)": who is not watched, on rank 0. Empty when all are, when
  /// nobody shall be, and elsewhere.
  [[nodiscard]] const std::string& unwatched() const noexcept { return unwatched_; }

  /// For a process that is ended from outside, by its launcher: asks who is still there, within
  /// half a second. What is to be printed about ranks that are not, or nothing; then rank 0 tells
  /// the others to end. Any other rank says that it goes, so that nobody who is told later calls
  /// it lost. Any thread.
  std::string roll_call();

  /// On the object that exists, if any: before MPI_Abort, after the user was told why. The others
  /// end silently even if MPI_Abort does not reach them. Any thread.
  static void announce_end_if_any();

 private:
  using Lock = std::unique_lock<std::mutex>;

  [[nodiscard]] bool is_hub() const noexcept { return rank_ == 0; }
  Invitation invite(const Communicator& world, double seconds);
  std::vector<Address> open_socket();
  void open_wake();
  void join_party(const Invitation& invitation);
  void meet(const Communicator& world);

  void run();
  void wait_for_datagram(double seconds) const;
  void receive_all(double waking);
  void send(const std::vector<Letter>& letters) const;
  void send_thrice(Beat beat);
  void leave();
  void end_if_needed(Lock& lock, double waking);
  [[nodiscard]] bool may_speak(Lock& lock);
  [[noreturn]] void end_job(const std::string& message);

  [[nodiscard]] std::string names_of(const std::vector<std::size_t>& ranks) const;
  [[nodiscard]] std::string loss_message(double waking);

  std::size_t rank_;
  std::size_t ranks_;
  Say say_;
  double seconds_ = 0;
  double patience_ = 0;             // of this rank, somewhat different on each
  std::vector<std::string> names_;  // of all ranks
  std::string unwatched_;

  std::unique_ptr<DatagramSocket> socket_;
  int wake_ = -1;  // an eventfd

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::unique_ptr<WatchParty> party_;
  WakingClock clock_{1};

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace plumb::comm
