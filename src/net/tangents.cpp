#include "net/tangents.hpp"

#include <algorithm>

#include "net/dense_tangents.hpp"

namespace plumb::net {

using core::MatrixView;

namespace {

/// Networks whose stages are all dense: a fully connected or a recurrent one.
class PlainTangents final : public DenseTangents {
 public:
  using DenseTangents::DenseTangents;

  void through(std::size_t stage, MatrixView<const double> below,
               MatrixView<double> z) const override {
    if (stage == 0) {
      std::fill_n(z.data, z.size(), 0.0);
    } else {
      dense(group(stage), below, z);
    }
  }
  void seed(std::size_t stage, const VariedParameter& p, double step, Slice<double>& slice,
            std::size_t sample, std::span<double> z) const override {
    seed_dense(p, step, slice.fed(stage).row(sample), z);
  }
  void real_z(std::size_t stage, Slice<double>& slice, std::size_t sample,
              std::span<double> z) const override {
    dense_z(group(stage), slice.fed(stage).row(sample), z);
  }
  std::span<double> hand_on(std::size_t stage, std::span<const double> below,
                            Slice<double>& /*slice*/, std::size_t /*sample*/,
                            std::span<double> a) const override {
    if (!settings_.residual || stage == 0) return a;
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += below[i];
    return a;
  }
  [[nodiscard]] double cost(std::size_t stage) const override {
    return static_cast<double>(layout_.shape(group(stage)).weights());
  }

 private:
  [[nodiscard]] std::size_t group(std::size_t stage) const {
    if (settings_.family == Family::Mlp) return stage;
    return stage == settings_.depth ? 1 : 0;
  }
};

}  // namespace

std::unique_ptr<Tangents> make_tangents(const NetworkSettings& settings,
                                        const ProblemShape& problem, const ParameterLayout& layout,
                                        std::span<const double> parameters) {
  if (settings.family == Family::Cnn) {
    return make_cnn_tangents(settings, problem, layout, parameters);
  }
  return std::make_unique<PlainTangents>(settings, layout, parameters);
}

}  // namespace plumb::net
