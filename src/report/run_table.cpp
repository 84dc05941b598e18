#include "report/run_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.hpp"

namespace plumb::report {
namespace {

constexpr const char* kFolded = "-";  // a text that differs within a group
constexpr const char* kUnfinished = "unfinished";
constexpr std::size_t kStatus = 2;  // its place among the columns
constexpr int kSharedStatusImportance = 43;

struct FixedColumn {
  Column column;
  std::function<Value(const RunSummary&)> value;
};

template <class Member>
std::function<Value(const RunSummary&)> of(Member member) {
  return [member](const RunSummary& run) -> Value { return run.*member; };
}

Value value_of_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) return json.get<double>();
  return json.is_string() ? json.get<std::string>() : text;
}

/// A setting; some have had a short name in the CSV from the first.
std::function<Value(const RunSummary&)> setting(const std::string& key) {
  return [key](const RunSummary& run) -> Value {
    const auto found = run.settings.find(key);
    return found == run.settings.end() ? Value() : value_of_json(found->second);
  };
}

Value unless_zero(std::int64_t number) { return number == 0 ? Value() : Value(number); }

/// One more column is one more entry: name, heading, unit, when it is shown, what is best, how it
/// is printed, how important it is, and its value.
const std::vector<FixedColumn>& fixed_columns() {
  using R = RunSummary;
  using enum Show;
  using enum Better;
  using enum Digits;
  static const std::vector<FixedColumn> kColumns = {
      {{"index", "#", "", Always, None, Plain, 100}, of(&R::index)},
      {{"label", "run", "", Always, None, Plain, 62}, of(&R::label)},
      {{"status", "status", "", Always, None, Plain, 80}, of(&R::status)},
      {{"depth", "depth", "", IfAsked, None, Plain, 0}, setting("network.depth")},
      {{"width", "width", "", IfAsked, None, Plain, 0}, setting("network.width")},
      {{"activation", "activation", "", IfAsked, None, Plain, 0}, setting("network.activation")},
      {{"init", "init", "", IfAsked, None, Plain, 0}, setting("network.init")},
      {{"delta_rms_first_layer", "delta_rms", "first", Always, None, Scientific, 42,
        "delta_rms: gradient at the pre-activations of the first and last hidden layer, first "
        "recorded step"},
       of(&R::first_delta_rms)},
      {{"delta_rms_last_hidden_layer", "delta_rms", "last", Always, None, Scientific, 41},
       of(&R::last_hidden_delta_rms)},
      {{"decay_per_layer", "decay", "/layer", Always, None, Three, 76,
        "decay: factor of delta_rms per layer (or time step) towards the input, over the layers "
        "that did not underflow"},
       of(&R::decay_per_layer)},
      {{"theory_decay_per_layer", "theory", "/layer", Always, None, Three, 50,
        "theory: the same as mean-field theory predicts it; - where a network is none it speaks "
        "of"},
       of(&R::theory_decay_per_layer)},
      {{"weight_gradient_norm_first_layer_at_start", "|dW1|", "start", Always, None, Scientific, 31,
        "|dW1|: weight gradient of the first layer (or time step), first and last recorded step"},
       of(&R::first_weight_gradient)},
      {{"weight_gradient_norm_first_layer_at_end", "|dW1|", "end", Always, None, Scientific, 30},
       of(&R::first_weight_gradient_at_end)},
      {{"train_loss", "loss", "train", Always, Lower, Four, 70}, of(&R::train_loss)},
      {{"test_loss", "loss", "test", Always, Lower, Four, 78}, of(&R::test_loss)},
      {{"test_accuracy", "acc.", "test", Always, Higher, Fixed, 77}, of(&R::test_accuracy)},
      {{"samples_per_second", "speed", "samples/s", Always, Higher, Whole, 40},
       of(&R::samples_per_second)},
      {{"file", "file", "", IfAsked, None, Plain, 0}, of(&R::file)},
      {{"folder", "folder", "", IfDiffers, None, Plain, 66}, of(&R::folder)},
      {{"recorded_steps", "rows", "", IfDiffers, None, Plain, 74}, of(&R::recorded_steps)},
      {{"diverged_step", "diverged", "at step", IfDiffers, None, Plain, 60},
       [](const R& run) -> Value {
         return run.diverged_step < 0 ? Value() : Value(run.diverged_step);
       }},
      {{"decay_first_layer", "decay", "from layer", IfDiffers, None, Plain, 48},
       [](const R& run) { return unless_zero(run.first_decay_layer); }},
      {{"ranks", "ranks", "", IfDiffers, None, Plain, 68},
       [](const R& run) { return unless_zero(run.ranks); }},
      {{"threads", "threads", "of a rank", IfDiffers, None, Plain, 67},
       [](const R& run) { return unless_zero(run.threads); }},
      {{"cpu", "CPU", "", IfDiffers, None, Plain, 45}, of(&R::cpu)},
      {{"commit", "commit", "", IfDiffers, None, Plain, 44}, of(&R::commit)},
      {{"gflops_per_second", "speed", "GFLOP/s", IfAsked, Higher, Three, 0},
       of(&R::gflops_per_second)},
  };
  return kColumns;
}

/// Of study keys that differ; those of the network say most.
int importance_of(const std::string& key) { return key.starts_with("network.") ? 95 : 90; }

/// A column per study key; study.name is no setting that a result depends on.
Column setting_column(const std::string& key) {
  const bool names = key == "study.name";
  Column column{key, key.substr(key.find('.') + 1), "", Show::IfDiffers};
  column.importance = names ? 65 : importance_of(key);
  column.is_setting = !names;
  return column;
}

bool same(const Value& a, const Value& b) { return (is_nothing(a) && is_nothing(b)) || a == b; }

bool is_unfinished(const Row& row) {
  const auto* status = std::get_if<std::string>(&row.cells[kStatus].value);
  return status != nullptr && *status == kUnfinished;
}

void note_differences(RunTable& table) {
  const bool unfinished = std::any_of(table.rows.begin(), table.rows.end(), is_unfinished);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    Column& column = table.columns[c];
    column.differs = std::any_of(table.rows.begin(), table.rows.end(), [&](const Row& row) {
      return !same(row.cells[c].value, table.rows.front().cells[c].value);
    });
    if (column.name == "recorded_steps") column.differs |= unfinished;
    // That all are completed stands above the table.
    if (c == kStatus && !column.differs && !unfinished) column.importance = kSharedStatusImportance;
  }
}

std::string names_of(const RunTable& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Text that is equal for rows which `counts` cannot tell apart.
template <class Counts>
std::string fingerprint(const RunTable& table, const Row& row, Counts counts) {
  std::string text;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (!counts(table.columns[c])) continue;
    text += std::visit(
        [](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
            return std::string("\x1f");
          } else {
            return fmt::format("{}\x1f", value);
          }
        },
        row.cells[c].value);
  }
  return text;
}

/// Rows by fingerprint, in the order of their first row.
template <class Counts>
std::vector<std::vector<Row>> groups_of(const RunTable& table, Counts counts) {
  std::vector<std::vector<Row>> groups;
  std::map<std::string, std::size_t> places;
  for (const Row& row : table.rows) {
    const auto [place, is_new] = places.try_emplace(fingerprint(table, row, counts), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(row);
  }
  return groups;
}

double number(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  return kNothing;
}

Cell mean_of(const std::vector<double>& values) {
  if (values.empty()) return {};
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, values.size() < 2 ? kNothing : std::sqrt(squares / (count - 1))};
}

/// "completed", or "2 completed, 1 diverged".
std::string fold_status(const std::vector<Row>& rows) {
  std::map<std::string, std::size_t> counts;
  for (const Row& row : rows) ++counts[std::get<std::string>(row.cells[kStatus].value)];
  if (counts.size() == 1) return counts.begin()->first;
  std::vector<std::string> parts;
  parts.reserve(counts.size());
  for (const auto& [status, count] : counts) parts.push_back(fmt::format("{} {}", count, status));
  return fmt::format("{}", fmt::join(parts, ", "));
}

Cell fold(const RunTable& table, const std::vector<Row>& rows, std::size_t c) {
  const Column& column = table.columns[c];
  if (c == kStatus) return {fold_status(rows)};
  if (column.digits == Digits::Plain) {
    const Value& first = rows.front().cells[c].value;
    const bool all = std::all_of(rows.begin(), rows.end(),
                                 [&](const Row& row) { return same(row.cells[c].value, first); });
    return all || column.name == "index" ? Cell{first} : Cell{std::string(kFolded)};
  }
  std::vector<double> values;
  for (const Row& row : rows) {
    const double value = number(row.cells[c].value);
    if (!std::isnan(value) && !is_unfinished(row)) values.push_back(value);
  }
  return mean_of(values);
}

bool any_has(const RunTable& table, std::size_t column) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [&](const Row& row) { return !is_nothing(row.cells[column].value); });
}

std::size_t metric_index(const RunTable& table, const std::string& metric) {
  if (metric == "accuracy") return column_index(table, "test_accuracy");
  const std::size_t test_loss = column_index(table, "test_loss");
  if (metric == "loss") {
    return any_has(table, test_loss) ? test_loss : column_index(table, "train_loss");
  }
  std::vector<std::string> allowed = {"loss", "accuracy"};
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c].better == Better::None) continue;
    if (table.columns[c].name == metric) return c;
    allowed.push_back(table.columns[c].name);
  }
  throw core::UsageError(
      fmt::format("compare --best {}: nothing says what is best in it; allowed: {}", metric,
                  fmt::join(allowed, ", ")));
}

}  // namespace

bool is_nothing(const Value& value) {
  const auto* real = std::get_if<double>(&value);
  return std::holds_alternative<std::monostate>(value) || (real != nullptr && std::isnan(*real));
}

RunTable make_table(const std::vector<RunSummary>& runs) {
  RunTable table;
  for (const FixedColumn& fixed : fixed_columns()) table.columns.push_back(fixed.column);
  std::set<std::string> keys;
  for (const RunSummary& run : runs) {
    for (const auto& [key, value] : run.settings) keys.insert(key);
  }
  for (const std::string& key : keys) table.columns.push_back(setting_column(key));
  for (const RunSummary& run : runs) {
    Row row;
    for (const FixedColumn& fixed : fixed_columns()) row.cells.push_back({fixed.value(run)});
    for (const std::string& key : keys) row.cells.push_back({setting(key)(run)});
    table.rows.push_back(std::move(row));
  }
  note_differences(table);
  return table;
}

std::size_t column_index(const RunTable& table, const std::string& name) {
  std::vector<std::size_t> endings;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const std::string& candidate = table.columns[c].name;
    if (candidate == name) return c;
    if (candidate.ends_with("." + name)) endings.push_back(c);
  }
  if (endings.size() == 1) return endings.front();
  throw core::UsageError(fmt::format("compare: \"{}\": {} column; allowed: {}", name,
                                     endings.empty() ? "no such" : "more than one such",
                                     names_of(table)));
}

void group_by(RunTable& table, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    Column& column = table.columns[column_index(table, key)];
    column.is_setting = false;
    column.show = Show::IfAsked;
  }
  const auto groups = groups_of(table, [](const Column& column) { return column.is_setting; });
  table.rows.clear();
  for (const std::vector<Row>& rows : groups) {
    Row row;
    row.runs = rows.size();
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      row.cells.push_back(fold(table, rows, c));
    }
    table.rows.push_back(std::move(row));
  }
  table.grouped = true;
  // The label names one run of the group.
  table.columns[column_index(table, "label")].show = Show::IfAsked;
}

void keep_best(RunTable& table, const std::string& metric) {
  const std::size_t column = metric_index(table, metric);
  const double sign = table.columns[column].better == Better::Higher ? -1 : 1;
  const auto badness = [&](const Row& row) {
    const double value = sign * number(row.cells[column].value);
    const bool counts = !std::isnan(value) && !is_unfinished(row);
    return counts ? value : std::numeric_limits<double>::infinity();
  };
  const auto groups = groups_of(table, [](const Column& c) {
    return c.is_setting && (c.name.starts_with("network.") || c.name.starts_with("data."));
  });
  table.rows.clear();
  for (const std::vector<Row>& rows : groups) {
    table.rows.push_back(
        *std::min_element(rows.begin(), rows.end(),
                          [&](const Row& a, const Row& b) { return badness(a) < badness(b); }));
  }
}

void sort_by(RunTable& table, const std::string& column, bool descending) {
  const std::size_t c = column_index(table, column);
  std::stable_sort(table.rows.begin(), table.rows.end(), [&](const Row& a, const Row& b) {
    const Value& x = a.cells[c].value;
    const Value& y = b.cells[c].value;
    if (is_nothing(x) || is_nothing(y)) return !is_nothing(x) && is_nothing(y);
    const bool numbers = !std::isnan(number(x)) && !std::isnan(number(y));
    if (numbers) return descending ? number(y) < number(x) : number(x) < number(y);
    return descending ? y < x : x < y;
  });
}

}  // namespace plumb::report
