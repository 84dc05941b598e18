#include "bench/polled_sum.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "bench/allreduce_methods.hpp"
#include "bench/rotating_buffers.hpp"

namespace plumb::bench {
namespace {

class PolledTree final : public PolledSum {
 public:
  PolledTree(const comm::Communicator& world, std::size_t count)
      : world_(world), tree_(world), buffers_(count) {}

  void start() override { start(buffers_.next()); }
  void poll() override { tree_.progress(); }
  void wait() override { tree_.wait(ticket_); }

  bool is_right(const std::function<void()>& meanwhile) override {
    const std::span<float> values = buffers_.next();
    fill_with_rank_numbers(world_, values);
    start(values);
    meanwhile();
    wait();
    const bool good = has_tree_sum(world_, math::NumberFormat::Float32, values);
    std::fill(values.begin(), values.end(), 0.0F);
    return good;
  }

 private:
  void start(std::span<float> values) { ticket_ = tree_.start(values); }

  const comm::Communicator& world_;
  comm::TreeAllreduce<float> tree_;
  comm::TreeAllreduce<float>::Ticket ticket_ = 0;
  RotatingBuffers buffers_;
};

class PolledMpi final : public PolledSum {
 public:
  PolledMpi(const comm::Communicator& world, std::size_t count)
      : world_(world), buffers_(count), sums_(count) {}

  void start() override { start(buffers_.next(), sums_.next()); }
  /// The first test moves messages on but does not look again (ompi #8904).
  void poll() override {
    if (!pending_->test()) pending_->test();
  }
  void wait() override { pending_->wait(); }

  bool is_right(const std::function<void()>& meanwhile) override {
    const std::span<float> values = buffers_.next();
    const std::span<float> sums = sums_.next();
    fill_with_rank_numbers(world_, values);
    start(values, sums);
    meanwhile();
    wait();
    const bool good = is_near_sum(world_, sums);
    std::fill(values.begin(), values.end(), 0.0F);
    return good;
  }

 private:
  void start(std::span<const float> values, std::span<float> sums) {
    pending_.reset();
    pending_.emplace(world_.start_mpi_sum(values, sums));
  }

  const comm::Communicator& world_;
  RotatingBuffers buffers_;
  RotatingBuffers sums_;
  std::optional<comm::PendingSum> pending_;
};

}  // namespace

std::unique_ptr<PolledSum> polled_tree(const comm::Communicator& world, std::size_t count) {
  return std::make_unique<PolledTree>(world, count);
}

std::unique_ptr<PolledSum> polled_mpi(const comm::Communicator& world, std::size_t count) {
  return std::make_unique<PolledMpi>(world, count);
}

}  // namespace plumb::bench
