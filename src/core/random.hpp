// Counter-based random streams: a number depends on what is drawn (seed, purpose, index),
// never on who draws it or when, so every rank and thread sees the same samples and weights.
#pragma once

#include <array>
#include <cstdint>

namespace plumb::core {

/// What is being drawn. Two purposes never share a stream. Values are part of every published
/// result: add, never renumber.
enum class Purpose : std::uint32_t {
  Weights = 1,
  SampleOrder = 2,
  TrainSample = 3,
  TestSample = 4,
  TeacherWeights = 5,
  GradientCheck = 6,
  TestSplit = 7,
};

/// Philox4x32-10 (Salmon et al. 2011, Random123) keyed by the seed; its counter holds the
/// purpose, the index and the position in the stream (2^32 blocks of four numbers).
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint64_t index) noexcept;

  std::uint32_t next_u32() noexcept;
  std::uint64_t next_u64() noexcept;
  /// Uniform in [0, 1), 53 random bits.
  double uniform() noexcept;
  /// Uniform in [low, high).
  double uniform(double low, double high) noexcept;
  /// Uniform in 0 .. bound-1, without modulo bias (Lemire 2019). bound > 0.
  std::uint32_t below(std::uint32_t bound) noexcept;
  /// Standard normal (Box and Muller 1958).
  double normal() noexcept;

 private:
  void refill() noexcept;

  std::uint64_t seed_;
  std::uint32_t purpose_;
  std::uint64_t index_;
  std::uint32_t block_ = 0;
  std::array<std::uint32_t, 4> numbers_{};
  unsigned used_ = 4;
  double spare_normal_ = 0;
  bool has_spare_normal_ = false;
};

}  // namespace plumb::core
