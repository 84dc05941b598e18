// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/vector_instruction_set.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "math/gemm/blas_info.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

const char* target_name() { return hwy::TargetName(HWY_TARGET); }

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(target_name);

std::string vector_instruction_set() { return HWY_DYNAMIC_DISPATCH(target_name)(); }

}  // namespace plumb::math
#endif
