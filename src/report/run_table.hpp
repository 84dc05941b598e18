// Runs as rows of one table: grouped, picked and sorted before they are printed.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "report/run_summary.hpp"

namespace plumb::report {

/// monostate or NaN: nothing was recorded.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

/// When compare shows a column that nobody asked for.
enum class Show { Always, IfDiffers, IfAsked };

/// What is best in a column, for --best.
enum class Better { None, Lower, Higher };

/// How a number is printed: all show as many digits, zeros included.
enum class Digits { Plain, Scientific, Three, Four, Fixed, Whole };

struct Column {
  std::string name;   // of --columns, --csv and --json; fixed
  std::string title;  // heading, in two lines
  std::string unit;
  Show show = Show::IfAsked;
  Better better = Better::None;
  Digits digits = Digits::Plain;
  int importance = 0;       // where there is no room for all, the least important goes first
  std::string legend = {};  // below the table
  bool is_setting = false;  // a study key
  bool differs = false;     // between the runs that were read
};

struct Cell {
  Value value;
  double deviation = kNothing;  // of a group's mean: sample standard deviation, NaN for one run
};

struct Row {
  std::vector<Cell> cells;  // one per column
  std::size_t runs = 1;     // that are in it
};

struct RunTable {
  std::vector<Column> columns;
  std::vector<Row> rows;
  bool grouped = false;
};

/// The fixed columns, then one for every study key of any of the runs.
RunTable make_table(const std::vector<RunSummary>& runs);

/// The column of that name, of the study key NAME or of the only study key that ends in ".NAME".
/// Throws core::UsageError that lists the names.
std::size_t column_index(const RunTable& table, const std::string& name);

/// One row for all runs that differ in the study keys (or columns) `keys` alone: numbers become the
/// mean over the runs that are not unfinished and have one. Throws core::UsageError as above.
void group_by(RunTable& table, const std::vector<std::string>& keys);

/// Of the rows of a network (all of [network] and [data] alike) the best: `metric` is a column
/// that has a best, "loss" (on the test split, or in training where no run has another) or
/// "accuracy". Throws core::UsageError as above.
void keep_best(RunTable& table, const std::string& metric);

/// Stable; rows with nothing in that column come last either way.
void sort_by(RunTable& table, const std::string& column, bool descending);

[[nodiscard]] bool is_nothing(const Value& value);

}  // namespace plumb::report
