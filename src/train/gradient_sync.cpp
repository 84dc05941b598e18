#include "train/gradient_sync.hpp"

#include <utility>

#include "train/bucket_sync.hpp"
#include "train/stall_text.hpp"

namespace plumb::train {
namespace {

/// One rank: its threads' gradients are added up when they are used, while they are in the cache.
template <class T>
class LocalSync final : public GradientSync<T> {
 public:
  using GradientSync<T>::GradientSync;
  void backward_done() override {
    if (this->with_extra_) this->store_.combine_extra(this->options_.threads);
  }
  std::size_t wait_for_next() override { return 0; }
  void wait_for_all() override {}
};

/// One blocking MPI_Allreduce over everything.
template <class T>
class MpiSync final : public GradientSync<T> {
 public:
  using GradientSync<T>::GradientSync;
  void backward_done() override {
    this->store_.combine_parameters(this->options_.threads);
    if (this->with_extra_) this->store_.combine_extra(this->options_.threads);
    this->log_.enter();
    this->communicator_.mpi_sum(this->with_extra_ ? this->store_.all() : this->store_.parameters());
    this->log_.leave(false);
  }
  std::size_t wait_for_next() override { return 0; }
  void wait_for_all() override {}
};

}  // namespace

template <class T>
GradientSync<T>::GradientSync(const comm::Communicator& communicator, GradientStore<T>& store,
                              const SyncOptions& options)
    : communicator_(communicator),
      store_(store),
      options_(options),
      rows_(communicator, {.stall_seconds = options.settings.stall_seconds,
                           .on_stall = [this](const comm::Stall& stall) {
                             tell(stall.seconds, stall.sums, "the sums of the step");
                           }}) {
  rows_.reserve(options.row_size);
}

template <class T>
void GradientSync<T>::begin(bool with_extra) {
  with_extra_ = with_extra;
  begun_ = core::now_seconds();
  log_.start_step();
  store_.start();
  begin_buckets();
}

template <class T>
void GradientSync<T>::sum_row(std::span<double> row) {
  log_.enter();
  rows_.wait(rows_.start(row), [this] { return move_on(); });
  log_.leave(in_flight());
}

/// The gradient is waited for after the sums of the step, but it is under way at the same time.
template <class T>
void GradientSync<T>::tell(double seconds, std::vector<comm::Stall::Sum> sums,
                           std::string what) const {
  if (!options_.on_stall) return;
  const std::vector<comm::Stall::Sum> gradient = under_way();
  if (!gradient.empty()) what += (what.empty() ? "" : "; ") + describe(gradient);
  sums.insert(sums.end(), gradient.begin(), gradient.end());
  options_.on_stall(stall_text(communicator_, {seconds, std::move(sums)}, what));
}

template <class T>
void GradientSync<T>::poll() {
  if (!in_flight()) return;
  log_.enter();
  move_on();
  log_.leave(in_flight());
}

template <class T>
std::unique_ptr<GradientSync<T>> make_gradient_sync(const comm::Communicator& communicator,
                                                    GradientStore<T>& store,
                                                    const SyncOptions& options) {
  if (communicator.size() == 1) {
    return std::make_unique<LocalSync<T>>(communicator, store, options);
  }
  if (options.settings.algorithm == AllreduceAlgorithm::Mpi) {
    return std::make_unique<MpiSync<T>>(communicator, store, options);
  }
  return std::make_unique<BucketSync<T>>(communicator, store, options);
}

template class GradientSync<float>;
template class GradientSync<double>;
template std::unique_ptr<GradientSync<float>> make_gradient_sync(const comm::Communicator&,
                                                                 GradientStore<float>&,
                                                                 const SyncOptions&);
template std::unique_ptr<GradientSync<double>> make_gradient_sync(const comm::Communicator&,
                                                                  GradientStore<double>&,
                                                                  const SyncOptions&);

}  // namespace plumb::train
