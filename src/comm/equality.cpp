#include "comm/equality.hpp"

#include <fmt/format.h>

#include "comm/agreement.hpp"

namespace plumb::comm {

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
