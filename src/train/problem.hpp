// A data set as a network sees it.
#pragma once

#include "data/dataset.hpp"
#include "net/problem.hpp"

namespace plumb::train {

inline net::ProblemShape problem_of(const data::Dataset& dataset) {
  const data::Image image = dataset.image().value_or(data::Image{});
  return {dataset.inputs(), dataset.classes(), image.height, image.width};
}

}  // namespace plumb::train
