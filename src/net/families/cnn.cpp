// Convolutional networks: `depth` convolutions with zeros around the image, then a dense output
// layer. 2x2 pooling follows every pool_every-th convolution while the pooled image still holds a
// kernel, so that networks of any depth fit any image the first kernel fits. In residual networks a
// convolution adds its input, from the second one on.
#include <fmt/format.h>

#include <algorithm>

#include "net/families/family.hpp"
#include "net/layers/convolution.hpp"
#include "net/layers/dense.hpp"

namespace plumb::net {
namespace {

Incompatibility unfit_image(const NetworkSettings& settings, const ProblemShape& problem) {
  if (problem.image_height == 0) {
    return {"network.family",
            fmt::format("network.family = cnn needs images, and the {} inputs are none; allowed: "
                        "shapes, idx, cifar, csv with a square number of inputs, or hdf5 and "
                        "npy with x of (samples, height, width) or with 3 channels",
                        problem.inputs)};
  }
  const std::size_t side = std::min(problem.image_height, problem.image_width);
  if (settings.kernel <= side) return {};
  return {"network.kernel",
          fmt::format("network.kernel = {} is larger than the image of {} x {}; allowed: an odd "
                      "integer from 1 to {}",
                      settings.kernel, problem.image_height, problem.image_width,
                      side % 2 == 0 ? side - 1 : side)};
}

bool pools_after(std::size_t convolution, const math::ImageShape& image,
                 const NetworkSettings& settings) {
  const bool due =
      settings.pooling != Pooling::None && (convolution + 1) % settings.pool_every == 0;
  return due && std::min(image.height, image.width) / 2 >= settings.kernel;
}

std::vector<LayerGroup> layers(const NetworkSettings& settings, const ProblemShape& problem) {
  std::vector<LayerGroup> groups;
  math::ImageShape image{problem.image_height, problem.image_width, problem.image_channels};
  for (std::size_t l = 0; l < settings.depth; ++l) {
    LayerGroup& group = groups.emplace_back();
    auto convolution =
        std::make_unique<Convolution>(image, settings.kernel, settings.width_of(l),
                                      fmt::format("fed_{}", l + 1), fmt::format("unit_{}", l + 1));
    image = convolution->output();
    group.layer = std::move(convolution);
    group.stages = {fmt::format("conv_{}", l + 1)};
    if (settings.residual && l > 0) group.skip.emplace();
    if (pools_after(l, image, settings)) {
      group.pooling.emplace(settings.pooling, image);
      image = image.pooled();
    }
  }
  LayerGroup& output = groups.emplace_back();
  output.layer = std::make_unique<Dense>(image.size(), problem.classes,
                                         fmt::format("fed_{}", groups.size()), "class");
  output.stages = {"output"};
  return groups;
}

std::unique_ptr<const Layer> inner_layer(const NetworkSettings& settings) {
  const math::ImageShape pixel{1, 1, settings.width};
  return std::make_unique<Convolution>(pixel, settings.kernel, settings.width, "fed", "unit");
}

std::map<std::string, SettingValue> own_settings(const NetworkSettings& settings) {
  return {{"residual", static_cast<std::int64_t>(settings.residual)},
          {"kernel", static_cast<std::int64_t>(settings.kernel)},
          {"pooling", core::name_of(settings.pooling)},
          {"pool_every", static_cast<std::int64_t>(settings.pool_every)}};
}

/// The kernels that would fit an image of half this side, which is at least 2.
std::string smaller_kernels(std::size_t side) {
  const std::size_t largest = side / 2 % 2 == 0 ? side / 2 - 1 : side / 2;
  return fmt::format("network.kernel {} {}", largest == 1 ? "=" : "<=", largest);
}

bool pools(const NetworkSettings& settings, const ProblemShape& problem) {
  const std::vector<LayerGroup> groups = layers(settings, problem);
  return std::any_of(groups.begin(), groups.end(),
                     [](const LayerGroup& group) { return group.pooling.has_value(); });
}

std::string why_not_pooled(const NetworkSettings& settings, const ProblemShape& problem) {
  const bool due = settings.pooling != Pooling::None && settings.pool_every <= settings.depth;
  if (!due || pools(settings, problem)) return {};
  const std::size_t side = std::min(problem.image_height, problem.image_width);
  const std::string image =
      fmt::format("the image of {} x {}", problem.image_height, problem.image_width);
  if (side < 2) return image + " cannot be halved; allowed: network.pooling = none";
  return fmt::format(
      "{}, halved, does not hold the kernel of {}; allowed: {}, or network.pooling = none", image,
      settings.kernel, smaller_kernels(side));
}

}  // namespace

const FamilyRecipe kCnn{.family = Family::Cnn,
                        .name = "cnn",
                        .label_prefix = "cnn-",
                        .allows_skips = true,
                        .reads_images = true,
                        .incompatibility = unfit_image,
                        .layers = layers,
                        .inner_layer = inner_layer,
                        .own_settings = own_settings,
                        .ineffective_pooling = why_not_pooled};

}  // namespace plumb::net
