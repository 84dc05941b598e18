// The checks every run makes of itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "data/sample_order.hpp"
#include "net/network.hpp"
#include "train/settings.hpp"

namespace plumb::train {

struct Check {
  std::string name;
  bool passed = false;
  std::string detail;
};

/// Collective: are the parameters of all ranks the same bits?
template <class T>
Check check_parameters_equal(const comm::Communicator& communicator, std::span<const T> parameters);

template <class T>
bool all_finite(std::span<const T> values);

/// Passed when loss and parameters stayed finite, or when the run says from which step on they did
/// not.
template <class T>
Check check_finite(std::span<const T> parameters, std::optional<std::uint64_t> diverged_step);

/// What check_gradient() takes while it runs.
std::size_t gradient_check_bytes(const net::Network<double>& network);

/// Analytic gradient against forward-mode differentiation at `parameters`, in float64, on the first
/// two samples.
template <class T>
Check check_gradient(const net::NetworkSettings& network, const TrainSettings& settings,
                     std::span<const T> parameters, const data::Dataset& dataset,
                     const data::SampleOrder& order);

}  // namespace plumb::train
