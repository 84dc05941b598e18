// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/formats/exponent_counts.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>
#include <type_traits>

#include "math/formats/exponent_counts.hpp"
#include "math/simd_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

/// Neighbouring entries count in different tables: incrementing one counter twice in a row waits
/// for the first store.
constexpr std::size_t kTables = 4;
/// Entries per filling of the tables, whose counters have 32 bits.
constexpr std::size_t kFilling = std::size_t{1} << 30;

template <class T>
using Index = hwy::MakeSigned<T>;
template <class T>
using IndexTag = hn::RebindToSigned<Tag<T>>;
template <class T>
using IndexVector = hn::Vec<IndexTag<T>>;

/// Places in ExponentCounts. The biased exponent E of a float stands for E - 127. A subnormal is
/// its fraction, an integer of b bits, times 2^-149; as a float that integer has the exponent b
/// - 1.
HWY_INLINE IndexVector<float> places(Vector<float> x) {
  const IndexTag<float> d;
  constexpr int kBias = 127;
  const auto size = hn::BitCast(d, hn::Abs(x));
  const auto fraction = hn::BitCast(d, hn::ConvertTo(Tag<float>(), size));
  const auto bits = hn::Sub(hn::ShiftRight<23>(fraction), hn::Set(d, kBias - 1));
  const auto subnormal = hn::Max(bits, hn::Zero(d));  // the integer 0 has E = 0
  const auto normal = hn::Sub(hn::ShiftRight<23>(size), hn::Set(d, kBias + kLowestExponent));
  const auto smallest_normal = hn::Set(d, 0x00800000);
  return hn::IfThenElse(hn::Lt(size, smallest_normal), subnormal, normal);
}

HWY_INLINE IndexVector<double> places(Vector<double> x) {
  const IndexTag<double> d;
  constexpr std::int64_t kBias = 1023;
  const auto biased = hn::ShiftRight<52>(hn::BitCast(d, hn::Abs(x)));
  const auto place = hn::Sub(biased, hn::Set(d, kBias + kLowestExponent));
  const auto last = hn::Set(d, std::int64_t{kHighestExponent - kLowestExponent});
  return hn::Min(hn::Max(place, hn::Zero(d)), last);
}

/// Entries whose places are computed before they are counted, in loops of their own: taking a
/// register apart is slow, and so is loading the pieces of one that was only just stored.
constexpr std::size_t kChunk = 256;
static_assert(kChunk % kGroup == 0);

/// Places of the first n entries, whole groups.
template <class T>
HWY_NOINLINE void find_places(const T* x, std::size_t n, Index<T>* indices) {
  for (std::size_t i = 0; i < n; i += kLanes<T>) {
    hn::Store(places(hn::LoadU(Tag<T>(), x + i)), IndexTag<T>(), indices + i);
  }
}

template <class T>
class Tables {
 public:
  void add(std::span<const T> chunk) {
    alignas(64) Index<T> indices[kChunk];
    const std::size_t rest = chunk.size() / kGroup * kGroup;
    find_places(chunk.data(), rest, indices);
    if (rest < chunk.size()) {
      const Padded<T> tail(chunk.data() + rest, chunk.size() - rest);
      find_places(tail.values, kGroup, indices + rest);
    }
    count(indices, chunk.size());
  }
  void add_to(ExponentCounts& counts) const {
    for (const auto& table : tables_) {
      for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += table[i];
    }
  }

 private:
  void count(const Index<T>* indices, std::size_t n) {
    std::size_t i = 0;
    for (; i + kTables <= n; i += kTables) {
      for (std::size_t t = 0; t < kTables; ++t) ++tables_[t][index(indices[i + t])];
    }
    for (; i < n; ++i) ++tables_[0][index(indices[i])];
  }
  static std::size_t index(Index<T> place) {
    return static_cast<std::make_unsigned_t<Index<T>>>(place);
  }

  std::uint32_t tables_[kTables][std::tuple_size_v<ExponentCounts>] = {};
};

template <class T>
void count(std::span<const T> x, ExponentCounts& counts) {
  Tables<T> tables;
  for (std::size_t i = 0; i < x.size(); i += kChunk) {
    tables.add(x.subspan(i, std::min(kChunk, x.size() - i)));
  }
  tables.add_to(counts);
}

template <class T>
void count_in_fillings(std::span<const T> x, ExponentCounts& counts) {
  for (; x.size() > kFilling; x = x.subspan(kFilling)) count(x.first(kFilling), counts);
  count(x, counts);
}

void count_float(std::span<const float> x, ExponentCounts& counts) { count_in_fillings(x, counts); }
void count_double(std::span<const double> x, ExponentCounts& counts) {
  count_in_fillings(x, counts);
}

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(count_float);
HWY_EXPORT(count_double);

template <>
void count_exponents(std::span<const float> x, ExponentCounts& counts) noexcept {
  HWY_DYNAMIC_DISPATCH(count_float)(x, counts);
}
template <>
void count_exponents(std::span<const double> x, ExponentCounts& counts) noexcept {
  HWY_DYNAMIC_DISPATCH(count_double)(x, counts);
}

}  // namespace plumb::math
#endif
