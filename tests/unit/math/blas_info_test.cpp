#include "math/gemm/blas_info.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace plumb::math {
namespace {

TEST(blas_info, names_the_library_its_kernels_and_flavour) {
  const BlasInfo info = blas_info();
  EXPECT_NE(info.library.find("openblas"), std::string::npos) << info.library;
  EXPECT_EQ(info.version.rfind("OpenBLAS ", 0), 0U) << info.version;
  EXPECT_FALSE(info.kernel_set.empty());
  EXPECT_FALSE(info.cpu_kernel_set.empty());
  // The build links the OpenMP flavour by its own folder, whatever the system's default is.
  EXPECT_EQ(info.flavour, "OpenMP");
}

TEST(blas_info, lists_the_variables_that_steer_it) {
  setenv("OPENBLAS_L2_SIZE", "1024", 1);
  EXPECT_NE(blas_info().environment.find("OPENBLAS_L2_SIZE=1024"), std::string::npos);
  unsetenv("OPENBLAS_L2_SIZE");
  EXPECT_EQ(blas_info().environment.find("OPENBLAS_L2_SIZE"), std::string::npos);
}

BlasInfo healthy() {
  BlasInfo info;
  info.kernel_set = info.cpu_kernel_set = "SkylakeX";
  info.flavour = "OpenMP";
  return info;
}

TEST(blas_warning, is_silent_when_all_is_well) { EXPECT_EQ(blas_warning(healthy()), ""); }

TEST(blas_warning, says_which_variable_to_unset) {
  BlasInfo info = healthy();
  info.kernel_set = "Haswell";
  info.kernel_set_below_cpu = true;
  info.environment = "OPENBLAS_CORETYPE=Haswell";
  const std::string warning = blas_warning(info);
  EXPECT_NE(warning.find("Haswell"), std::string::npos);
  EXPECT_NE(warning.find("SkylakeX"), std::string::npos);
  EXPECT_NE(warning.find("unset OPENBLAS_CORETYPE"), std::string::npos);
  EXPECT_EQ(warning.find('\n'), std::string::npos);
}

TEST(blas_warning, advises_to_choose_the_kernels_when_the_library_guessed_too_low) {
  BlasInfo info = healthy();
  info.kernel_set = "Prescott";
  info.kernel_set_below_cpu = true;
  EXPECT_NE(blas_warning(info).find("OPENBLAS_CORETYPE=SkylakeX"), std::string::npos);
}

TEST(blas_warning, names_a_block_size_from_the_environment) {
  BlasInfo info = healthy();
  info.environment = "OPENBLAS_L2_SIZE=1024";
  EXPECT_NE(blas_warning(info).find("unset OPENBLAS_L2_SIZE"), std::string::npos);
}

TEST(blas_warning, names_a_flavour_other_than_openmp) {
  BlasInfo info = healthy();
  info.flavour = "pthreads";
  EXPECT_NE(blas_warning(info).find("pthreads"), std::string::npos);
}

TEST(vector_instruction_set, has_a_name) { EXPECT_FALSE(vector_instruction_set().empty()); }

}  // namespace
}  // namespace plumb::math
