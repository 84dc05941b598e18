#include "cli/machine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/processors.hpp"
#include "comm/session.hpp"
#include "h5/file.hpp"
#include "math/gemm/blas_info.hpp"
#include "plumb_version.hpp"

extern char** environ;

namespace plumb::cli {
namespace {

using Json = nlohmann::ordered_json;

// Variables that steer the libraries or name the job; nothing else of the environment is anybody's
// business.
constexpr std::string_view kRelevantPrefixes[] = {"OMP_",      "GOMP_",  "OPENBLAS_", "OMPI_MCA_",
                                                  "PMIX_MCA_", "SLURM_", "PLUMBLINE_"};

Json environment() {
  Json result = Json::object();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    for (const std::string_view prefix : kRelevantPrefixes) {
      if (text.substr(0, prefix.size()) != prefix) continue;
      const auto equals = text.find('=');
      result[std::string(text.substr(0, equals))] = std::string(text.substr(equals + 1));
    }
  }
  return result;
}

Json this_rank(const comm::Communicator& world, std::size_t threads) {
  return {{"rank", world.rank()},
          {"launcher_rank", world.world_rank()},
          {"node", world.node()},
          {"host", host_name()},
          {"processors", to_text(processors().allowed)},
          {"threads", threads},
          {"cpu", cpu_model()},
          {"blas_kernel_set", math::blas_info().kernel_set},
          {"vector_instructions", math::vector_instruction_set()}};
}

Json build() {
  return {{"version", PLUMB_VERSION},
          {"commit", PLUMB_COMMIT},
          {"build_type", PLUMB_BUILD_TYPE},
          {"compiler", PLUMB_COMPILER}};
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

double peak_memory_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return 1024 * std::atof(line.c_str() + 6);
  }
  return 0;
}

std::string provenance_json(const comm::Communicator& world, std::size_t threads,
                            const std::vector<std::string>& command_line) {
  const std::vector<std::string> ranks = world.gather(this_rank(world, threads).dump());
  if (world.rank() != 0) return {};
  const math::BlasInfo blas = math::blas_info();
  Json json;
  json["program"] = "plumbline";
  json["build"] = build();
  json["started_utc"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  json["command_line"] = command_line;
  json["mpi"] = comm::mpi_library_version();
  json["hdf5"] = h5::library_version();
  json["blas"] = {{"version", blas.version},
                  {"library", blas.library},
                  {"flavour", blas.flavour},
                  {"kernel_set", blas.kernel_set},
                  {"cpu_kernel_set", blas.cpu_kernel_set}};
  const std::span<const int> nodes = world.ranks_of_nodes();
  json["nodes"] = world.nodes();
  json["ranks_of_nodes"] = std::vector<int>(nodes.begin(), nodes.end());
  json["ranks"] = Json::array();
  for (const std::string& rank : ranks) json["ranks"].push_back(Json::parse(rank));
  json["environment"] = environment();
  // Environments hold any bytes; a result must stay valid JSON.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace plumb::cli
