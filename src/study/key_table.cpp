#include <algorithm>
#include <type_traits>

#include "core/names.hpp"
#include "study/key.hpp"

// A field of the settings, reachable in const and in mutable settings alike.
#define PLUMB_FIELD(member) ([](auto& run) -> auto& { return run.member; })

namespace plumb::study {

namespace {

template <class Field>
using FieldType = std::remove_cvref_t<std::invoke_result_t<Field, RunSettings&>>;

/// A key whose field converts to and from `Stored`, one of the alternatives of Value.
template <class Stored, class Field>
Key plain_key(const char* name, Domain domain, Field field) {
  using Type = FieldType<Field>;
  return {name, std::move(domain),
          [field](RunSettings& run, const Value& value) {
            field(run) = static_cast<Type>(std::get<Stored>(value));
          },
          [field](const RunSettings& run) { return Value(static_cast<Stored>(field(run))); }};
}

template <class Field>
Key integer(const char* name, IntegerRange range, Field field) {
  return plain_key<std::int64_t>(name, range, field);
}

template <class Field>
Key real(const char* name, RealRange range, Field field) {
  return plain_key<double>(name, range, field);
}

template <class Field>
Key text(const char* name, Domain domain, Field field) {
  return plain_key<std::string>(name, std::move(domain), field);
}

template <class Field>
Key choice(const char* name, Field field) {
  using E = FieldType<Field>;
  return {name, Choice{core::all_names<E>()},
          [field](RunSettings& run, const Value& value) {
            field(run) = core::value_of<E>(std::get<std::string>(value));
          },
          [field](const RunSettings& run) { return Value(core::name_of(field(run))); }};
}

template <class Field>
Key flag(const char* name, Field field) {
  return plain_key<bool>(name, Flag{}, field);
}

/// A number, or "dynamic".
template <class Field>
Key loss_scale(const char* name, RealRange range, Field field) {
  const std::string dynamic = "dynamic";
  return {name, NumberOrWord{range, dynamic},
          [field](RunSettings& run, const Value& value) {
            const double* number = std::get_if<double>(&value);
            field(run) = {number == nullptr, number == nullptr ? 1.0 : *number};
          },
          [field, dynamic](const RunSettings& run) {
            return field(run).dynamic ? Value(dynamic) : Value(field(run).value);
          }};
}

template <class Field>
Key steps(const char* name, Field field) {
  using Steps = std::vector<std::int64_t>;
  return {name, StepList{},
          [field](RunSettings& run, const Value& value) {
            const Steps& given = std::get<Steps>(value);
            field(run).assign(given.begin(), given.end());
          },
          [field](const RunSettings& run) {
            return Value(Steps(field(run).begin(), field(run).end()));
          }};
}

// These must fit float32, with room for the arithmetic on them.
constexpr RealRange kZeroOrMore{.high = 1e30};
constexpr RealRange kAboveZero{.low_end = RealRange::Low::Excluded, .high = 1e30};
constexpr RealRange kPositiveInFloat32{.low = 1e-30, .high = 1e30};
// A loss of ordinary size stays an ordinary number in float32.
constexpr RealRange kLossScale{.low = 1e-12, .high = 1'099'511'627'776};  // 2^40
constexpr RealRange kZeroToOne{.high = 1};
// What is kept of the past. Larger ones become 1 in float32, and Adam divides by 1 less these.
constexpr RealRange kShare{.high = 0.999999};
static_assert(static_cast<float>(kShare.high) < 1.0F);
constexpr RealRange kWaitSeconds{.low_end = RealRange::Low::Excluded, .high = 1e6};
constexpr IntegerRange kAtLeastZero{0};
constexpr IntegerRange kAtLeastOne{1};
// Keeps step * batch, the position in the stream of samples, far inside 64 bits.
constexpr std::int64_t kMostSteps = 1'000'000'000;
constexpr std::int64_t kMostSamples = 1'000'000'000;
constexpr std::int64_t kMostBucketKib = 1'048'576;  // 1 GiB

std::vector<Key> network_keys() {
  return {choice("network.family", PLUMB_FIELD(network.family)),
          integer("network.depth", {0, 10'000}, PLUMB_FIELD(network.depth)),
          integer("network.width", {1, 65'536}, PLUMB_FIELD(network.width)),
          choice("network.activation", PLUMB_FIELD(network.activation)),
          real("network.negative_slope", kZeroToOne, PLUMB_FIELD(network.negative_slope)),
          choice("network.init", PLUMB_FIELD(network.init)),
          real("network.weight_variance", kAboveZero, PLUMB_FIELD(network.weight_variance)),
          real("network.bias_variance", kZeroOrMore, PLUMB_FIELD(network.bias_variance)),
          flag("network.residual", PLUMB_FIELD(network.residual)),
          integer("network.kernel", {1, 31, true}, PLUMB_FIELD(network.kernel)),
          choice("network.pooling", PLUMB_FIELD(network.pooling)),
          integer("network.pool_every", kAtLeastOne, PLUMB_FIELD(network.pool_every)),
          real("network.recurrent_gain", kAboveZero, PLUMB_FIELD(network.recurrent_gain))};
}

std::vector<Key> data_keys() {
  return {choice("data.source", PLUMB_FIELD(data.source)),
          text("data.path", Text{}, PLUMB_FIELD(data.path)),
          text("data.test_path", Text{}, PLUMB_FIELD(data.test_path)),
          integer("data.samples", kAtLeastZero, PLUMB_FIELD(data.samples)),
          integer("data.inputs", {1, 1'000'000}, PLUMB_FIELD(data.inputs)),
          integer("data.classes", {2, 65'536}, PLUMB_FIELD(data.classes))};
}

std::vector<Key> train_keys() {
  return {integer("train.batch", {1, kMostSamples}, PLUMB_FIELD(train.batch)),
          integer("train.slice", {1, kMostSamples}, PLUMB_FIELD(train.slice)),
          integer("train.steps", {1, kMostSteps}, PLUMB_FIELD(train.steps)),
          real("train.learning_rate", kZeroOrMore, PLUMB_FIELD(train.learning_rate)),
          real("train.momentum", kShare, PLUMB_FIELD(train.momentum)),
          real("train.weight_decay", kZeroOrMore, PLUMB_FIELD(train.weight_decay)),
          choice("train.loss", PLUMB_FIELD(train.loss)),
          choice("train.precision", PLUMB_FIELD(train.precision)),
          integer("train.evaluate_every", kAtLeastZero, PLUMB_FIELD(train.evaluate_every)),
          integer("train.seed", kAtLeastZero, PLUMB_FIELD(train.seed)),
          choice("train.optimizer", PLUMB_FIELD(train.optimizer)),
          real("train.beta1", kShare, PLUMB_FIELD(train.beta1)),
          real("train.beta2", kShare, PLUMB_FIELD(train.beta2)),
          real("train.epsilon", kPositiveInFloat32, PLUMB_FIELD(train.epsilon)),
          choice("train.gradient_format", PLUMB_FIELD(train.gradient_format)),
          loss_scale("train.loss_scale", kLossScale, PLUMB_FIELD(train.loss_scale)),
          real("train.gradient_clip", kZeroOrMore, PLUMB_FIELD(train.gradient_clip))};
}

std::vector<Key> record_keys() {
  return {integer("record.every", kAtLeastOne, PLUMB_FIELD(record.every)),
          integer("record.histogram_every", kAtLeastOne, PLUMB_FIELD(record.histogram_every)),
          steps("record.snapshot_steps", PLUMB_FIELD(record.snapshot_steps)),
          flag("record.buckets", PLUMB_FIELD(record.buckets))};
}

std::vector<Key> allreduce_keys() {
  return {
      choice("allreduce.algorithm", PLUMB_FIELD(train.allreduce.algorithm)),
      integer("allreduce.bucket_kib", {1, kMostBucketKib}, PLUMB_FIELD(train.allreduce.bucket_kib)),
      flag("allreduce.overlap", PLUMB_FIELD(train.allreduce.overlap)),
      choice("allreduce.wire", PLUMB_FIELD(train.allreduce.wire)),
      real("allreduce.stall_seconds", kWaitSeconds, PLUMB_FIELD(train.allreduce.stall_seconds))};
}

std::vector<Key> make_table() {
  std::vector<Key> table{text("study.name", Identifier{}, PLUMB_FIELD(study_name))};
  for (auto keys : {network_keys(), data_keys(), train_keys(), record_keys(), allreduce_keys()}) {
    std::move(keys.begin(), keys.end(), std::back_inserter(table));
  }
  return table;
}

}  // namespace

const std::vector<Key>& key_table() {
  static const std::vector<Key> table = make_table();
  return table;
}

}  // namespace plumb::study
