// What the label column of a table says is to be learned: classes, or values.
#pragma once

#include <vector>

#include "data/labels.hpp"
#include "data/table/table.hpp"

namespace plumb::data {

/// The classes of a table of training samples. Throws core::IoError, with the remedy, for labels
/// that are rather a measurement (fractions, or more than 10 different ones that are more than a
/// tenth of the samples), for a single word among numbers, and for a single class.
LabelMap find_classes(const Table& table);

/// The class of each row. Throws core::IoError for a label that is none of `classes`, those of the
/// file `from`.
std::vector<double> classes_of(const Table& table, const LabelMap& classes,
                               const std::string& from);

/// The number in each row's label. Throws core::IoError where it is none.
std::vector<double> values_of(const Table& table);

}  // namespace plumb::data
