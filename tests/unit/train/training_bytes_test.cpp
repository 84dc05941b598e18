#include <gtest/gtest.h>

#include <cstdint>

#include "core/error.hpp"
#include "train/trainer.hpp"

namespace plumb::train {
namespace {

constexpr net::ProblemShape kProblem{20, 3, 0, 0};

net::NetworkSettings network_of(std::size_t width) {
  net::NetworkSettings network;
  network.depth = 2;
  network.width = width;
  return network;
}

TrainSettings one_slice() {
  TrainSettings settings;
  settings.batch = settings.slice = 8;
  return settings;
}

std::size_t bytes(std::size_t width, const TrainSettings& settings, std::size_t ranks = 1,
                  std::size_t threads = 1) {
  return training_bytes(network_of(width), settings, kProblem, ranks, threads);
}

TEST(training_bytes, of_a_network_no_machine_has_memory_for_are_known_without_allocating) {
  constexpr double kWeights = 1e6 * 1e6;
  // Parameters and gradient in float32; for the check both in float64.
  EXPECT_NEAR(static_cast<double>(bytes(1'000'000, one_slice())) / (kWeights * (4 + 4 + 8 + 8)), 1,
              1e-3);
}

TEST(training_bytes, count_what_an_optimizer_keeps) {
  TrainSettings settings = one_slice();
  const std::size_t plain = bytes(500, settings);
  settings.momentum = 0.9;
  const std::size_t momentum = bytes(500, settings) - plain;
  settings.optimizer = Optimizer::Adam;
  EXPECT_EQ(bytes(500, settings) - plain, 2 * momentum);
  EXPECT_NEAR(static_cast<double>(momentum), 4.0 * (20 * 500 + 500 + 500 * 500 + 500 + 1503), 1e3);
}

TEST(training_bytes, count_a_gradient_for_each_thread_and_messages_for_more_than_one_rank) {
  TrainSettings settings = one_slice();
  settings.batch = 16;
  const std::size_t one = bytes(500, settings);
  EXPECT_GT(bytes(500, settings, 1, 2), one);
  EXPECT_GT(bytes(500, settings, 2), bytes(500, one_slice()));
  settings.allreduce.algorithm = AllreduceAlgorithm::Mpi;
  EXPECT_EQ(bytes(500, settings, 2), bytes(500, one_slice()));
}

TEST(training_bytes, are_refused_for_more_workers_than_slices) {
  EXPECT_THROW(bytes(10, one_slice(), 2), core::UsageError);
}

}  // namespace
}  // namespace plumb::train
