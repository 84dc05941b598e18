// Which rank is which: names, hosts and nodes, as the launcher has them.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "world.hpp"

namespace plumb::comm {
namespace {

/// Open MPI's variable, or that of MPICH's launcher; the default without a launcher.
int launchers_number(const char* of_open_mpi, const char* of_mpich, int otherwise) {
  for (const char* variable : {of_open_mpi, of_mpich}) {
    if (const char* text = std::getenv(variable)) return std::atoi(text);
  }
  return otherwise;
}

/// What this process is called by mpirun.
int launchers_rank() { return launchers_number("OMPI_COMM_WORLD_RANK", "PMI_RANK", 0); }

TEST(communicator, keeps_the_launchers_name_of_each_rank) {
  EXPECT_EQ(world().world_rank(), launchers_rank());
  std::vector<std::int64_t> world_ranks(static_cast<std::size_t>(world().size()), -1);
  world_ranks[static_cast<std::size_t>(world().rank())] = launchers_rank();
  world().max(std::span(world_ranks));
  for (int rank = 0; rank < world().size(); ++rank) {
    EXPECT_EQ(world().world_rank(rank), world_ranks[static_cast<std::size_t>(rank)]);
    const std::string start =
        "rank " + std::to_string(world_ranks[static_cast<std::size_t>(rank)]) + " (host ";
    const std::string name = world().name_of(rank);
    EXPECT_EQ(name.rfind(start, 0), 0U) << name;
    EXPECT_GT(name.size(), start.size() + 1) << name;  // a host name, and the bracket
    EXPECT_EQ(name.back(), ')') << name;
  }
  EXPECT_EQ(world().world_rank(0), 0);
  EXPECT_THROW((void)world().name_of(world().size()), std::out_of_range);
}

TEST(communicator, gives_every_rank_the_name_of_its_own_host) {
  char host[65] = {};
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  EXPECT_EQ(world().name_of(world().rank()),
            "rank " + std::to_string(launchers_rank()) + " (host " + host + ")");
}

// On one machine as on many: tests/interop runs this program in the emulated cluster.
TEST(communicator, has_the_ranks_of_a_node_side_by_side) {
  std::vector<std::int64_t> node_of(static_cast<std::size_t>(world().size()), -1);
  node_of[static_cast<std::size_t>(world().rank())] = world().node();
  world().max(std::span(node_of));
  std::vector<int> ranks_of_nodes;
  for (std::size_t rank = 0; rank < node_of.size(); ++rank) {
    const std::int64_t before = rank == 0 ? -1 : node_of[rank - 1];
    ASSERT_TRUE(node_of[rank] == before || node_of[rank] == before + 1) << "rank " << rank;
    if (node_of[rank] != before) ranks_of_nodes.push_back(0);
    ++ranks_of_nodes.back();
  }
  const std::span<const int> said = world().ranks_of_nodes();
  EXPECT_EQ(std::vector<int>(said.begin(), said.end()), ranks_of_nodes);
  EXPECT_EQ(world().nodes(), static_cast<int>(ranks_of_nodes.size()));
  EXPECT_EQ(world().ranks_on_node(), ranks_of_nodes[static_cast<std::size_t>(world().node())]);
}

TEST(communicator, counts_as_many_neighbours_as_mpirun_started_on_this_node) {
  EXPECT_EQ(world().ranks_on_node(),
            launchers_number("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", 1));
}

}  // namespace
}  // namespace plumb::comm
