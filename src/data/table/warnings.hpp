// What is odd about a table but no error: one line each, with the remedy.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/table/table.hpp"

namespace plumb::data {

/// Columns that count the rows.
std::vector<std::string> column_warnings(const Table& train);

/// Targets so large that training with ordinary learning rates diverges.
void add_target_warning(const std::string& file, std::span<const double> targets,
                        std::vector<std::string>& warnings);

}  // namespace plumb::data
