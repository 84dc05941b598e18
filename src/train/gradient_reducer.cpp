#include "train/gradient_reducer.hpp"

#include <utility>

#include "train/bucket_reducer.hpp"

namespace plumb::train {
namespace {

/// One rank: its threads' gradients are added up when they are used, while they are in the cache.
template <class T>
class LocalReducer final : public GradientReducer<T> {
 public:
  explicit LocalReducer(ReducerContext<T> context) : context_(std::move(context)) {}
  void backward_done(bool with_extra) override {
    if (with_extra) context_.store.combine_extra(context_.options.threads);
  }

 private:
  const ReducerContext<T> context_;
};

/// One blocking MPI_Allreduce over everything.
template <class T>
class MpiReducer final : public GradientReducer<T> {
 public:
  explicit MpiReducer(ReducerContext<T> context) : context_(std::move(context)) {}
  void backward_done(bool with_extra) override {
    GradientStore<T>& store = context_.store;
    store.combine_parameters(context_.options.threads);
    if (with_extra) store.combine_extra(context_.options.threads);
    context_.timer.enter();
    context_.communicator.mpi_sum(with_extra ? store.all() : store.parameters());
    context_.timer.leave(false);
  }

 private:
  const ReducerContext<T> context_;
};

}  // namespace

template <class T>
std::size_t gradient_reducer_bytes(const AllreduceSettings& settings, std::size_t elements,
                                   std::size_t ranks) {
  if (ranks == 1) return 0;
  switch (settings.algorithm) {
    case AllreduceAlgorithm::Mpi:
      return 0;
    case AllreduceAlgorithm::Tree:
      break;
  }
  return BucketReducer<T>::bytes_for(settings, elements);
}

template <class T>
std::unique_ptr<GradientReducer<T>> make_gradient_reducer(ReducerContext<T> context) {
  if (context.communicator.size() == 1) {
    return std::make_unique<LocalReducer<T>>(std::move(context));
  }
  switch (context.options.settings.algorithm) {
    case AllreduceAlgorithm::Mpi:
      return std::make_unique<MpiReducer<T>>(std::move(context));
    case AllreduceAlgorithm::Tree:
      break;
  }
  return std::make_unique<BucketReducer<T>>(std::move(context));
}

template std::size_t gradient_reducer_bytes<float>(const AllreduceSettings&, std::size_t,
                                                   std::size_t);
template std::size_t gradient_reducer_bytes<double>(const AllreduceSettings&, std::size_t,
                                                    std::size_t);
template std::unique_ptr<GradientReducer<float>> make_gradient_reducer(ReducerContext<float>);
template std::unique_ptr<GradientReducer<double>> make_gradient_reducer(ReducerContext<double>);

}  // namespace plumb::train
