#include "train/gradient_sync.hpp"

#include "comm/tree_allreduce.hpp"

namespace plumb::train {
namespace {

template <class T>
class TreeSync final : public GradientSync<T> {
 public:
  explicit TreeSync(const comm::Communicator& communicator) : tree_(communicator) {}
  void sum(std::span<T> values) override { tree_.sum(values); }

 private:
  comm::TreeAllreduce<T> tree_;
};

template <class T>
class MpiSync final : public GradientSync<T> {
 public:
  explicit MpiSync(const comm::Communicator& communicator) : communicator_(communicator) {}
  void sum(std::span<T> values) override { communicator_.mpi_sum(values); }

 private:
  const comm::Communicator& communicator_;
};

}  // namespace

template <class T>
std::unique_ptr<GradientSync<T>> make_gradient_sync(AllreduceAlgorithm algorithm,
                                                    const comm::Communicator& communicator) {
  if (algorithm == AllreduceAlgorithm::Mpi) return std::make_unique<MpiSync<T>>(communicator);
  return std::make_unique<TreeSync<T>>(communicator);
}

template std::unique_ptr<GradientSync<float>> make_gradient_sync(AllreduceAlgorithm,
                                                                 const comm::Communicator&);
template std::unique_ptr<GradientSync<double>> make_gradient_sync(AllreduceAlgorithm,
                                                                  const comm::Communicator&);

}  // namespace plumb::train
