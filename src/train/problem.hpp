// A data set as a network sees it.
#pragma once

#include "data/dataset.hpp"
#include "net/problem.hpp"

namespace plumb::train {

inline net::ProblemShape problem_of(const data::Dataset& dataset) {
  const data::Picture picture = dataset.picture().value_or(data::Picture{});
  return {dataset.inputs(), dataset.classes(), picture.height, picture.width};
}

}  // namespace plumb::train
