#include "math/gemm/blas_info.hpp"

#include <cblas.h>
#include <dlfcn.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace plumb::math {
namespace {

/// Kernel sets of OpenBLAS by the instructions they need. Sets of one class differ in tuning only.
enum class KernelClass { Sse, Avx, Avx2, Avx512 };

#if defined(__x86_64__)
struct CpuSet {
  KernelClass kernel_class;
  const char* name;
};

CpuSet cpu_kernel_set() {
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx512) {
    return {KernelClass::Avx512, __builtin_cpu_supports("avx512bf16") ? "Cooperlake" : "SkylakeX"};
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return {KernelClass::Avx2, __builtin_cpu_is("amd") ? "Zen" : "Haswell"};
  }
  if (__builtin_cpu_supports("avx")) return {KernelClass::Avx, "Sandybridge"};
  return {KernelClass::Sse, __builtin_cpu_supports("sse4.2") ? "Nehalem" : "Prescott"};
}

KernelClass class_of(std::string_view kernel_set) {
  constexpr std::array<std::string_view, 3> avx512 = {"SkylakeX", "Cooperlake", "SapphireRapids"};
  constexpr std::array<std::string_view, 3> avx2 = {"Haswell", "Zen", "Excavator"};
  constexpr std::array<std::string_view, 4> avx = {"Sandybridge", "Bulldozer", "Piledriver",
                                                   "Steamroller"};
  const auto is_in = [&](const auto& names) {
    return std::find(names.begin(), names.end(), kernel_set) != names.end();
  };
  if (is_in(avx512)) return KernelClass::Avx512;
  if (is_in(avx2)) return KernelClass::Avx2;
  return is_in(avx) ? KernelClass::Avx : KernelClass::Sse;
}
#endif

std::string flavour_name(int parallel) {
  if (parallel == OPENBLAS_OPENMP) return "OpenMP";
  return parallel == OPENBLAS_THREAD ? "pthreads" : "sequential";
}

std::string library_path() {
  Dl_info where{};
  auto* const symbol = reinterpret_cast<void*>(&openblas_get_config);
  return dladdr(symbol, &where) != 0 && where.dli_fname != nullptr ? where.dli_fname : "unknown";
}

std::string steering_variables() {
  constexpr std::array names = {"OPENBLAS_CORETYPE",     "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS",
                                "OPENBLAS_BLOCK_FACTOR", "GOTO_NUM_THREADS", "OMP_NUM_THREADS",
                                "OMP_PROC_BIND",         "OMP_PLACES",       "OMP_DYNAMIC"};
  std::string result;
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr) {
      result += fmt::format("{}{}={}", result.empty() ? "" : " ", name, value);
    }
  }
  return result;
}

}  // namespace

// The OpenMP flavour passes the number on to omp_set_num_threads, for the calling thread: code
// that wants more threads asks for them with a num_threads clause.
void use_single_threaded_blas() noexcept { openblas_set_num_threads(1); }

BlasInfo blas_info() {
  BlasInfo info{.library = library_path(),
                .version = openblas_get_config(),
                .kernel_set = openblas_get_corename(),
                .flavour = flavour_name(openblas_get_parallel()),
                .cpu_kernel_set = {},
                .kernel_set_below_cpu = false,
                .environment = steering_variables()};
#if defined(__x86_64__)
  const CpuSet cpu = cpu_kernel_set();
  info.cpu_kernel_set = cpu.name;
  info.kernel_set_below_cpu = class_of(info.kernel_set) < cpu.kernel_class;
#else
  info.cpu_kernel_set = info.kernel_set;  // nothing to compare with
#endif
  return info;
}

std::string blas_warning(const BlasInfo& info) {
  if (info.kernel_set_below_cpu) {
    const std::string advice =
        info.environment.find("OPENBLAS_CORETYPE") != std::string::npos
            ? "unset OPENBLAS_CORETYPE"
            : "set OPENBLAS_CORETYPE=" + info.cpu_kernel_set + " or use a newer OpenBLAS";
    return fmt::format(
        "OpenBLAS runs its {} kernels although this CPU offers {}, about half as "
        "fast or less; {}",
        info.kernel_set, info.cpu_kernel_set, advice);
  }
  if (info.environment.find("OPENBLAS_L2_SIZE") != std::string::npos) {
    return "OPENBLAS_L2_SIZE changes OpenBLAS's blocking; unset OPENBLAS_L2_SIZE";
  }
  if (info.flavour != "OpenMP") {
    return fmt::format(
        "OpenBLAS is the {} flavour ({}), whose threads fight with OpenMP's; "
        "install libopenblas0-openmp",
        info.flavour, info.library);
  }
  return {};
}

}  // namespace plumb::math
