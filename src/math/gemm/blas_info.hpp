// What the BLAS library and the CPU offer, for doctor, warnings and provenance.
#pragma once

#include <string>

namespace plumb::math {

struct BlasInfo {
  std::string library;         // path of the loaded shared library
  std::string version;         // "OpenBLAS 0.3.21 ..." as the library reports it
  std::string kernel_set;      // e.g. "SkylakeX"
  std::string flavour;         // "sequential", "pthreads" or "OpenMP"
  std::string cpu_kernel_set;  // the least kernel set this CPU's features allow: "SkylakeX", ...
  bool kernel_set_below_cpu = false;
  std::string environment;  // variables that steer OpenBLAS: "OPENBLAS_CORETYPE=Haswell ..."
};

/// Makes every later BLAS call single-threaded. Call once, before the first product.
void use_single_threaded_blas() noexcept;

BlasInfo blas_info();

/// One line of advice when the kernel set is below what the CPU offers, or when the flavour is
/// not OpenMP; empty when all is well.
std::string blas_warning(const BlasInfo& info);

/// Instruction set that the vector kernels of this library chose at run time, e.g. "AVX3".
std::string vector_instruction_set();

}  // namespace plumb::math
