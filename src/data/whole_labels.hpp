// Classes that whole numbers name: the distinct ones of the training samples, in ascending order.
#pragma once

#include <string>
#include <vector>

#include "data/labels.hpp"

namespace plumb::data {

/// The targets of a split and where they are from, for messages: "FILE: it" or "FILE: /y".
struct Targets {
  std::string where;
  std::vector<double>& values;  // (samples)
};

/// Replaces each label by its class. Labels may begin at any number and leave others out; those of
/// `train` are whole numbers, `test` may be empty.
/// Throws core::IoError "WHERE ...; what is allowed" for a single class, for more than 65536, for
/// what looks like a measurement, and for test labels that no training sample has.
LabelMap map_whole_labels(const Targets& train, const Targets& test);

/// Whether all are whole numbers that a label may be.
bool are_whole(const std::vector<double>& values);

}  // namespace plumb::data
