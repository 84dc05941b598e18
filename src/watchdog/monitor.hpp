// The thread of a rank's failure detector.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "watchdog/datagram_socket.hpp"
#include "watchdog/message.hpp"
#include "watchdog/participant.hpp"

namespace plumb::watchdog {

/// Prints an error; from any thread.
using Report = std::function<void(const std::string& message)>;

/// "rank 3 (host n2), rank 4 (host n2) and 2 more". names: of all ranks.
std::string join_names(const std::vector<std::string>& names,
                       const std::vector<std::size_t>& ranks);

/// Exchanges datagrams with the other ranks' monitors, ten in the time that means loss, until it is
/// destroyed; then it leaves, saying so three times because datagrams get lost. When a watched rank
/// is lost, or another one says that the job ends, it shuts the process down
/// (graceful_shutdown.hpp) with exit code 3. At most one per process.
class Monitor {
 public:
  struct Options {
    std::size_t rank = 0;            // this one; 0 is the coordinator
    std::vector<std::string> names;  // of all ranks
    Report report;
  };

  /// handshake.seconds > 0. Starts the thread. Throws core::IoError or std::system_error when the
  /// system has no descriptor or thread left.
  Monitor(Options options, std::unique_ptr<DatagramSocket> socket, const Handshake& handshake);
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor();

  /// Waits up to so long until every rank has been heard of that this one exchanges messages with;
  /// returns for each rank whether it has.
  std::vector<bool> wait_for_contact(double seconds);
  /// From now on their silence counts.
  void watch(const std::vector<std::size_t>& ranks);
  /// See FailureDetector::probe_ranks().
  std::string probe_ranks();
  /// On the monitor that exists, if any: see FailureDetector::announce_failure().
  static void announce_failure();

 private:
  using Lock = std::unique_lock<std::mutex>;

  [[nodiscard]] bool is_coordinator() const noexcept { return options_.rank == 0; }
  void run();
  void wait_for_datagram(double seconds) const;
  void receive_all(double awake);
  void send(const std::vector<Datagram>& datagrams) const;
  void send_thrice(MessageKind kind);
  void shut_down_if_needed(Lock& lock, double awake);
  [[nodiscard]] bool is_to_report(Lock& lock);
  [[noreturn]] void shut_down(const std::string& message);
  [[nodiscard]] std::string loss_message(double awake);

  Options options_;
  std::unique_ptr<DatagramSocket> socket_;
  double seconds_;   // of silence that mean loss
  double patience_;  // of this rank, somewhat different on each
  int wake_ = -1;    // an eventfd

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::unique_ptr<Participant> participant_;
  AwakeClock clock_;

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace plumb::watchdog
