#include "comm/agreement.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <new>

#include "core/error.hpp"

namespace plumb::comm {

Failure attempt(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const core::Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  } catch (const std::bad_alloc&) {
    return {static_cast<int>(core::ExitCode::InputOutput),
            "out of memory; allowed: a smaller network, a smaller batch, or ranks on more nodes"};
  } catch (const std::filesystem::filesystem_error& error) {
    return {static_cast<int>(core::ExitCode::InputOutput),
            fmt::format("{}: {}; allowed: a file or folder that can be read and written",
                        error.path1().string(), error.code().message())};
  } catch (const std::exception& error) {
    return {static_cast<int>(core::ExitCode::InputOutput), error.what()};
  }
}

std::string with_rank(const Communicator& communicator, const std::string& message) {
  const int rank = communicator.rank();
  return rank == 0 ? message : fmt::format("{}: {}", communicator.name_of(rank), message);
}

void agree_on_failure(const Communicator& communicator, const std::function<void()>& work) {
  const Failure mine = attempt(work);
  // Maximum of (code, -rank of a failing rank): the worst code, and the lowest rank that failed.
  std::array<std::int64_t, 2> worst = {
      mine.code, mine.code == 0 ? -communicator.size() : -communicator.rank()};
  communicator.max(worst);
  if (worst[0] == 0) return;
  throw core::AgreedError(static_cast<core::ExitCode>(worst[0]),
                          with_rank(communicator, mine.message), communicator.rank() == -worst[1]);
}

void require_equal(const Communicator& communicator, const Common& mine) {
  std::string first = mine.value;
  communicator.broadcast(first);
  agree_on_failure(communicator, [&] {
    if (mine.value == first) return;
    throw core::Error(mine.code, fmt::format("{} {} differs from rank 0's {}; allowed: {}",
                                             mine.what, mine.value, first, mine.allowed));
  });
}

}  // namespace plumb::comm
