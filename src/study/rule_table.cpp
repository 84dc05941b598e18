// Every rule between keys. Words in a message's second half say what is allowed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "net/families/family.hpp"
#include "net/initializers.hpp"
#include "net/losses.hpp"
#include "study/key.hpp"
#include "study/rules.hpp"

namespace plumb::study {

namespace {

using data::Has;
using Demand = Rule::Demand;

std::int64_t integer(const SweptValue& item) { return std::get<std::int64_t>(item.value); }

bool is_smaller(const SweptValue& a, const SweptValue& b) { return integer(a) < integer(b); }

/// Key and value, and in brackets where they are from.
std::string with_origin(const Breach& breach, const std::string& key) {
  const SweptValue& value = breach.value_of(key);
  return fmt::format("{} = {}{}", key, to_text(value.value), origin(value.where));
}

/// A key that only has an effect under some values of another one.
Rule dependency_rule(const Key& key, const Dependency& dependency) {
  return {key.name, {dependency.on}, Demand::SomeRun, dependency.holds, [&](const Breach& breach) {
            const Sweep& on = breach.sweep_of(dependency.on);
            return fmt::format("{}: {} has no effect, {} is {}{}; allowed: only with {}",
                               breach.sweep().where, key.name, dependency.on,
                               fmt::join(texts(on), ", "), origin(on.where), dependency.text());
          }};
}

/// Values of two keys that cannot go together. A `key` that nobody wrote gives way. `{}` in
/// `allowed` stands for its value.
Rule incompatible(const std::string& key, const std::string& with,
                  bool (*holds)(const RunSettings&), const std::string& reason,
                  std::string allowed) {
  return {key, {with}, Demand::EveryRun, holds, [=](const Breach& breach) {
            const std::string value = to_text(breach.value.value);
            return fmt::format("{}: {} = {} cannot be combined with {}: {}; allowed: {}",
                               breach.value.where, key, value, with_origin(breach, with), reason,
                               fmt::format(fmt::runtime(allowed), value));
          }};
}

/// The rule, which also depends on `key`.
Rule reading_also(const std::string& key, Rule rule) {
  rule.others.push_back(key);
  return rule;
}

const net::FamilyRecipe& recipe_of(const RunSettings& run) {
  return net::recipe_of(run.network.family);
}

const data::SourceInfo& source_of(const RunSettings& run) { return data::info_of(run.data.source); }

/// "shapes, idx or csv"
std::string listed(const std::vector<std::string_view>& names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const char* gap = i == 0 ? "" : i + 1 == names.size() ? " or " : ", ";
    list += fmt::format("{}{}", gap, names[i]);
  }
  return list;
}

std::string sources_of_images() {
  std::vector<std::string_view> names;
  for (const data::SourceInfo* source : data::sources()) {
    if (source->images != Has::Never) names.push_back(source->name);
  }
  return listed(names);
}

std::string losses_of_values() {
  std::vector<std::string_view> names;
  for (const net::LossInfo& loss : net::losses()) {
    if (loss.predicts_values) names.push_back(loss.name);
  }
  return listed(names);
}

std::vector<Rule> network_rules() {
  return {
      incompatible(
          "network.depth", "network.family",
          [](const RunSettings& run) {
            return run.network.depth > 0 || recipe_of(run).allows_depth_zero;
          },
          "only mlp works without hidden layers", "an integer from 1 to 10000"),
      incompatible(
          "network.depth", "data.source",
          [](const RunSettings& run) {
            const std::size_t depth = run.network.depth;
            return depth == 0 || depth >= source_of(run).fewest_steps;
          },
          "two time steps are added", "an integer from 2 to 10000"),
      incompatible(
          "network.init", "network.family",
          [](const RunSettings& run) {
            return !net::info_of(run.network.init).is_identity_between_steps ||
                   recipe_of(run).reads_sequences;
          },
          "it is for the square matrix between time steps", "{} only with network.family = rnn"),
      incompatible(
          "network.residual", "network.family",
          [](const RunSettings& run) {
            return !run.network.residual || recipe_of(run).allows_skips;
          },
          "an rnn has no skip connections", "true only with network.family = mlp or cnn"),
      reading_also(
          "network.width",
          incompatible(
              "network.residual", "network.depth",
              [](const RunSettings& run) {
                const bool listed = !run.network.widths.empty();  // see width_rules()
                return !run.network.residual || run.network.depth >= 2 || listed;
              },
              "skips begin at the second hidden layer", "true only with network.depth >= 2")),
  };
}

std::string widths_message(const Breach& breach) {
  return fmt::format(
      "{}: network.width = {} has the widths of {} hidden layers, {}; allowed: as many widths as "
      "network.depth, or no network.depth beside them",
      breach.value.where, to_text(breach.value.value), breach.run.network.widths.size(),
      with_origin(breach, "network.depth"));
}

std::vector<Rule> width_rules() {
  return {
      incompatible(
          "network.width", "network.family",
          [](const RunSettings& run) {
            return run.network.widths.empty() || !recipe_of(run).reads_sequences;
          },
          "its time steps share their weights", "one integer with network.family = rnn"),
      {"network.width",
       {"network.depth"},
       Demand::EveryRun,
       [](const RunSettings& run) {
         return run.network.widths.empty() || run.network.widths.size() == run.network.depth;
       },
       widths_message},
      incompatible(
          "network.residual", "network.width",
          [](const RunSettings& run) {
            const bool fits = !run.network.is_tapered() && run.network.widths.size() != 1;
            return !run.network.residual || fits;
          },
          "a skip adds a layer's input to its output",
          "true only with two or more layers of one width"),
  };
}

std::vector<Rule> data_rules() {
  return {
      incompatible(
          "data.source", "network.family",
          [](const RunSettings& run) {
            return !source_of(run).is_sequence() || recipe_of(run).reads_sequences;
          },
          "it is a sequence", "{} only with network.family = rnn"),
      incompatible(
          "data.source", "network.family",
          [](const RunSettings& run) {
            return !recipe_of(run).reads_images || source_of(run).images != Has::Never;
          },
          "its samples are no images", sources_of_images() + " with network.family = cnn"),
      incompatible(
          "train.loss", "data.source",
          [](const RunSettings& run) {
            return source_of(run).regression != Has::Always ||
                   net::info_of(run.train.loss).predicts_values;
          },
          "its target is a number, not a class", losses_of_values()),
      incompatible(
          "train.loss", "data.task",
          [](const RunSettings& run) {
            return run.data.task != data::Task::Regression ||
                   net::info_of(run.train.loss).predicts_values;
          },
          "its target is a number, not a class", losses_of_values()),
      incompatible(
          "data.test_fraction", "data.test_path",
          [](const RunSettings& run) {
            return run.data.test_fraction == 0 || run.data.test_path.empty();
          },
          "the test samples are in that file", "0, or no data.test_path"),
  };
}

bool is_float32(const RunSettings& run) { return run.train.precision == train::Precision::Float32; }

bool sends_float32(const RunSettings& run) {
  return run.train.allreduce.wire == math::NumberFormat::Float32;
}

std::vector<Rule> format_rules() {
  return {
      incompatible(
          "train.gradient_format", "train.precision",
          [](const RunSettings& run) {
            return run.train.gradient_format == math::NumberFormat::Float32 || is_float32(run);
          },
          "reduced-precision formats are emulated in float32",
          "float32, or train.precision = float32"),
      incompatible(
          "allreduce.wire", "train.precision",
          [](const RunSettings& run) { return sends_float32(run) || is_float32(run); },
          "reduced precision is for float32 gradients; float64 is sent unchanged",
          "float32, or train.precision = float32"),
      incompatible(
          "allreduce.wire", "allreduce.algorithm",
          [](const RunSettings& run) {
            return sends_float32(run) ||
                   run.train.allreduce.algorithm == train::AllreduceAlgorithm::Tree;
          },
          "MPI_Allreduce sends numbers as they are", "float32, or allreduce.algorithm = tree"),
  };
}

/// As written, or as many as there are widths.
std::vector<std::int64_t> depths_of(const Breach& breach) {
  const Sweep& depth = breach.sweep_of("network.depth");
  std::vector<std::int64_t> depths;
  for (const SweptValue& item : depth.values) depths.push_back(integer(item));
  if (depth.is_given()) return depths;
  const std::int64_t standard = depths.front();
  depths.clear();
  for (const SweptValue& item : breach.sweep_of("network.width").values) {
    const auto* widths = std::get_if<std::vector<std::int64_t>>(&item.value);
    const auto layers = widths == nullptr ? standard : static_cast<std::int64_t>(widths->size());
    if (std::find(depths.begin(), depths.end(), layers) == depths.end()) depths.push_back(layers);
  }
  return depths;
}

std::string depths_text(const Breach& breach) {
  const Sweep& depth = breach.sweep_of("network.depth");
  const Sweep& width = breach.sweep_of("network.width");
  const bool of_widths = !depth.is_given() && !breach.run.network.widths.empty();
  return fmt::format("network.depth is {}{}", fmt::join(depths_of(breach), ", "),
                     origin(of_widths ? "the widths of " + width.where : depth.where));
}

std::string pool_every_message(const Breach& breach) {
  const std::vector<std::int64_t> depths = depths_of(breach);
  return fmt::format(
      "{}: network.pool_every = {} has no effect, {}; allowed: an integer from 1 to {}",
      breach.value.where, integer(breach.value), depths_text(breach),
      *std::max_element(depths.begin(), depths.end()));
}

std::string pooling_message(const Breach& breach) {
  const SweptValue& every = breach.value_of("network.pool_every");
  return fmt::format(
      "{}: network.pooling = {} has no effect, network.pool_every is {}{} and {}; "
      "allowed: none, or network.pool_every = 1",
      breach.value.where, to_text(breach.value.value), integer(every), origin(every.where),
      depths_text(breach));
}

/// Pooling that comes after more convolutions than the deepest network has. Whether images are
/// large enough only the data can tell.
std::vector<Rule> pooling_rules() {
  return {{"network.pool_every",
           {"network.family", "network.depth", "network.width"},
           Demand::SomeRun,
           [](const RunSettings& run) {
             return recipe_of(run).ineffective_pooling != nullptr &&
                    run.network.pool_every <= run.network.depth;
           },
           pool_every_message},
          {"network.pooling",
           {"network.pool_every", "network.depth", "network.width"},
           Demand::SomeRun,
           [](const RunSettings& run) {
             return run.network.pooling == net::Pooling::None ||
                    run.network.pool_every <= run.network.depth;
           },
           pooling_message}};
}

std::string batch_message(const Breach& breach) {
  const SweptValue& batch = breach.value;
  const SweptValue& slice = breach.value_of("train.slice");
  const std::int64_t samples = integer(batch);
  const std::int64_t unit = integer(slice);
  const std::int64_t above = (samples / unit + 1) * unit;
  const std::string below = above > unit ? fmt::format("{} or ", above - unit) : "";
  // The line to change is the one the user wrote; the batch when both are theirs.
  const std::string& where = batch.where.empty() ? slice.where : batch.where;
  return fmt::format(
      "{}: train.batch = {}{} is not a multiple of train.slice = {}{}; allowed: a multiple of {}, "
      "such as {}{}",
      where, samples, batch.where.empty() ? origin("") : "", unit,
      slice.where == where ? "" : origin(slice.where), unit, below, above);
}

std::string snapshots_message(const Breach& breach) {
  const auto& lengths = breach.sweep_of("train.steps").values;
  const SweptValue& shortest = *std::min_element(lengths.begin(), lengths.end(), is_smaller);
  return fmt::format(
      "{}: record.snapshot_steps holds {}, train.steps is {}{}; allowed: integers from 0 to {}",
      breach.value.where, breach.run.record.snapshot_steps.back(), integer(shortest),
      origin(shortest.where), integer(shortest) - 1);
}

std::string path_message(const Breach& breach) {
  const data::SourceInfo& source = source_of(breach.run);
  const Sweep& path = breach.sweep_of("data.path");
  return fmt::format("{}: data.source = {} needs data.path; allowed: {}",
                     path.is_given() ? path.where : breach.value.where, source.name, source.path);
}

std::string test_data_message(const Breach& breach) {
  return fmt::format(
      "{}: train.evaluate_every needs test data, which data.source = {} has only in a "
      "data.test_path or by data.test_fraction; allowed: 0",
      breach.sweep().where, source_of(breach.run).name);
}

std::vector<Rule> other_rules() {
  return {{"train.batch",
           {"train.slice"},
           Demand::EveryRun,
           [](const RunSettings& run) { return run.train.batch % run.train.slice == 0; },
           batch_message,
           false},
          {"record.snapshot_steps",
           {"train.steps"},
           Demand::EveryRun,
           [](const RunSettings& run) {
             const auto& steps = run.record.snapshot_steps;
             return steps.empty() || steps.back() < run.train.steps;
           },
           snapshots_message},
          {"data.source",
           {"data.path"},
           Demand::EveryRun,
           [](const RunSettings& run) {
             return !run.data.path.empty() || !source_of(run).reads_files();
           },
           path_message},
          {"train.evaluate_every",
           {"data.source", "data.test_path", "data.test_fraction"},
           Demand::SomeRun,
           [](const RunSettings& run) {
             return run.train.evaluate_every == 0 || source_of(run).test_split != Has::Never ||
                    !run.data.test_path.empty() || run.data.test_fraction > 0;
           },
           test_data_message}};
}

std::vector<Rule> make_rules() {
  std::vector<Rule> all;
  for (const Key& key : key_table()) {
    for (const Dependency& dependency : key.dependencies) {
      all.push_back(dependency_rule(key, dependency));
    }
  }
  for (auto some : {width_rules(), network_rules(), data_rules(), format_rules(), pooling_rules(),
                    other_rules()}) {
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

const std::vector<Rule>& rules() {
  static const std::vector<Rule> table = make_rules();
  return table;
}

}  // namespace plumb::study
