// What training runs on, as opposed to what it trains.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "net/settings.hpp"

namespace plumb::train {

/// A data set as a network sees it.
inline net::ProblemShape problem_of(const data::Dataset& dataset) {
  const data::Image image = dataset.image().value_or(data::Image{});
  return {dataset.inputs(), dataset.classes(), image.height, image.width, image.channels};
}

/// Borrowed; must outlive the training.
struct TrainContext {
  const comm::Communicator& communicator;
  const data::Dataset& dataset;
  std::size_t threads = 1;  // per rank
  /// Called, on the rank that waits, when a sum over ranks takes long, see comm::TreeOptions.
  std::function<void(const std::string&)> on_long_wait = {};
};

}  // namespace plumb::train
