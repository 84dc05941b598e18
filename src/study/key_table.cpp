// The table of keys: name, what it may hold, its field (whose initial value is the default), a help
// text, and under what it has an effect. A key added here is complete but for its field, which
// stands beside the code that uses it; a test prints the row for docs/study-file.md.
#include "net/initializers.hpp"
#include "study/key_makers.hpp"

namespace plumb::study {

namespace {

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
constexpr std::int64_t kMostLayers = 10'000;
constexpr IntegerRange kAtLeastZero{0};
constexpr IntegerRange kAtLeastOne{1};
// Keeps step * batch, the position in the stream of samples, far inside 64 bits.
constexpr std::int64_t kMostSteps = 1'000'000'000;
constexpr std::int64_t kMostSamples = 1'000'000'000;
constexpr std::int64_t kMostBucketKib = 1'048'576;  // 1 GiB

Dependency with_family(std::vector<net::Family> families) {
  return only_with("network.family", PLUMB_FIELD(network.family), std::move(families));
}

Dependency with_variances() {
  return only_where("network.init", PLUMB_FIELD(network.init),
                    [](net::Init init) { return net::info_of(init).uses_variances; });
}

Dependency with_source(bool (*uses)(const data::SourceInfo&)) {
  return only_where("data.source", PLUMB_FIELD(data.source),
                    [uses](data::Source source) { return uses(data::info_of(source)); });
}

Dependency with_source(bool data::SourceInfo::*takes) {
  return only_where("data.source", PLUMB_FIELD(data.source),
                    [takes](data::Source source) { return data::info_of(source).*takes; });
}

Dependency with_optimizer(bool train::OptimizerInfo::*uses) {
  return only_where("train.optimizer", PLUMB_FIELD(train.optimizer),
                    [uses](train::Optimizer optimizer) { return train::info_of(optimizer).*uses; });
}

Dependency with_tree() {
  return only_with("allreduce.algorithm", PLUMB_FIELD(train.allreduce.algorithm),
                   {train::AllreduceAlgorithm::Tree});
}

std::vector<Key> network_keys() {
  using net::Family;
  return {
      choice("network.family", PLUMB_FIELD(network.family), "The kind of network, see below."),
      integer("network.depth", {0, kMostLayers}, PLUMB_FIELD(network.depth),
              "Hidden layers; for `rnn` time steps. The output layer comes on top; 0 is that layer "
              "alone, a linear model, for `mlp` only. Left out beside a list of widths, it is "
              "their number."),
      layer_widths("network.width", {{1, 65'536}, kMostLayers}, PLUMB_FIELD(network),
                   "Units per hidden layer; for `cnn` channels, for `rnn` the size of the state. "
                   "Layers of different widths stand in a list inside the list, see above."),
      choice("network.activation", PLUMB_FIELD(network.activation),
             "Of every hidden layer. The output layer has none of its own, its function is part of "
             "the loss."),
      real("network.negative_slope", kZeroToOne, PLUMB_FIELD(network.negative_slope),
           "Slope of `leaky_relu` below zero; 0 is `relu`, 1 is `linear`.",
           {only_with("network.activation", PLUMB_FIELD(network.activation),
                      {math::Activation::LeakyRelu})}),
      choice("network.init", PLUMB_FIELD(network.init), "Weight initialisation, see below."),
      real("network.weight_variance", kAboveZero, PLUMB_FIELD(network.weight_variance),
           "sigma_w^2 of `scaled`.", {with_variances()}),
      real("network.bias_variance", kZeroOrMore, PLUMB_FIELD(network.bias_variance),
           "sigma_b^2 of `scaled`.", {with_variances()}),
      flag("network.residual", PLUMB_FIELD(network.residual),
           "Adds a layer's input to its output, `a_l = a_{l-1} + phi(z_l)`, from the second hidden "
           "layer on. `true` needs a depth of at least 2.",
           {with_family({Family::Mlp, Family::Cnn})}),
      integer("network.kernel", {1, 31, true}, PLUMB_FIELD(network.kernel),
              "Kernel size in pixels (k x k), at most the side of the image.",
              {with_family({Family::Cnn})}),
      choice("network.pooling", PLUMB_FIELD(network.pooling), "What becomes of each 2x2 pixels.",
             {with_family({Family::Cnn})}),
      integer(
          "network.pool_every", kAtLeastOne, PLUMB_FIELD(network.pool_every),
          "Convolutions from one pooling to the next, at most the largest `depth`.",
          {with_family({Family::Cnn}), only_with("network.pooling", PLUMB_FIELD(network.pooling),
                                                 {net::Pooling::Max, net::Pooling::Average})}),
      real("network.recurrent_gain", kAboveZero, PLUMB_FIELD(network.recurrent_gain),
           "Factor of the initial W of `rnn`.", {with_family({Family::Rnn})})};
}

/// What data.path must name, source by source.
std::string path_help() {
  std::string help;
  for (const data::SourceInfo* source : data::sources()) {
    if (!source->reads_files()) continue;
    if (!help.empty()) help += "; ";
    help.append("`").append(source->name).append("`: ").append(source->path);
  }
  return help +
         ". Looked for beside the study file, then in the data folder (`--data-dir`). Data from "
         "files needs it.";
}

std::vector<Key> data_keys() {
  using data::SourceInfo;
  const std::string path = path_help();
  return {
      choice("data.source", PLUMB_FIELD(data.source), "Where samples come from, see below."),
      text("data.path", Text{}, PLUMB_FIELD(data.path), path.c_str(),
           {with_source([](const SourceInfo& source) { return source.reads_files(); })}),
      text("data.test_path", Text{}, PLUMB_FIELD(data.test_path),
           "The file of the test split. Without it the one that `data.path` holds, if any.",
           {with_source(&SourceInfo::takes_test_path)}),
      integer("data.samples", kAtLeastZero, PLUMB_FIELD(data.samples),
              "Train on the first so many samples only; 0: on all, which for generated data is an "
              "endless stream."),
      flag("data.transpose", PLUMB_FIELD(data.transpose),
           "Exchanges rows and columns of every image; EMNIST's lie so in their files.",
           {with_source(
               [](const SourceInfo& source) { return source.images != data::Has::Never; })}),
      text("data.label", ColumnNames{}, PLUMB_FIELD(data.label),
           "The column with the label: its name, its number counted from 1, `first` or `last`.",
           {with_source(&SourceInfo::is_table)}),
      text("data.drop", ColumnNames{true}, PLUMB_FIELD(data.drop),
           "Columns that are no inputs, such as a number of the row: `[\"id\", 3]`.",
           {with_source(&SourceInfo::is_table)}),
      choice("data.missing", PLUMB_FIELD(data.missing),
             "What a missing value (nothing, `?`, `NA`, `NaN`, `null`, `none`) is: an `error`, a "
             "sample to `drop`, or the `mean` of its column over the training samples.",
             {with_source(&SourceInfo::is_table)}),
      choice("data.scale", PLUMB_FIELD(data.scale),
             "`standard`: each column has mean 0 and standard deviation 1 over the training "
             "samples; `range`: each lies in 0 to 1 there; `magnitude`: all are divided by the "
             "largest magnitude there; `none`: as in the file. The first two make constant columns "
             "0.",
             {with_source(&SourceInfo::is_table)}),
      real("data.test_fraction", kShare, PLUMB_FIELD(data.test_fraction),
           "Share of the samples of `data.path` that test and are not trained on, drawn by "
           "`train.seed`; not with `data.test_path`.",
           {with_source(&SourceInfo::is_table)}),
      choice("data.task", PLUMB_FIELD(data.task),
             "Whether the labels are classes or, with `mean_squared_error`, values to be "
             "predicted.",
             {with_source(&SourceInfo::is_table)}),
      integer("data.inputs", {1, 1'000'000}, PLUMB_FIELD(data.inputs), "Numbers per sample.",
              {with_source(&SourceInfo::takes_size)}),
      integer("data.classes", {2, 65'536}, PLUMB_FIELD(data.classes), "Classes of the samples.",
              {with_source(&SourceInfo::takes_size)})};
}

std::vector<Key> train_keys() {
  using train::OptimizerInfo;
  return {
      integer("train.batch", {1, kMostSamples}, PLUMB_FIELD(train.batch),
              "Samples of a step over all ranks; a multiple of `train.slice`."),
      integer(
          "train.slice", {1, kMostSamples}, PLUMB_FIELD(train.slice),
          "Samples per slice, the unit of work and of summation. Ranks x threads may not exceed "
          "`batch / slice`; results depend on the slice and never on who computes it."),
      integer("train.steps", {1, kMostSteps}, PLUMB_FIELD(train.steps), "Updates of the weights."),
      real("train.learning_rate", kZeroOrMore, PLUMB_FIELD(train.learning_rate),
           "Step size of the optimizer."),
      real("train.momentum", kShare, PLUMB_FIELD(train.momentum),
           "Momentum coefficient; closer to 1 it would be 1 in float32.",
           {with_optimizer(&OptimizerInfo::uses_momentum)}),
      real("train.weight_decay", kZeroOrMore, PLUMB_FIELD(train.weight_decay),
           "Adds this share of W to its gradient; weights only, never biases. With `sgd` and "
           "`nesterov` it shrinks W by `learning_rate * weight_decay` a step; with `adam` it is "
           "part "
           "of the gradient that is scaled. It is added after clipping."),
      choice("train.loss", PLUMB_FIELD(train.loss),
             "Loss of a sample; a batch's is the mean. With `data.source = \"adding\"` and with "
             "`data.task = \"regression\"` the default is `mean_squared_error`, and nothing else "
             "is allowed."),
      choice("train.precision", PLUMB_FIELD(train.precision),
             "Of weights, activations and gradients."),
      integer(
          "train.evaluate_every", kAtLeastZero, PLUMB_FIELD(train.evaluate_every),
          "Steps between evaluations on the test split; 0: only at the end. With `csv` it needs "
          "`data.test_path` or `data.test_fraction`."),
      integer("train.seed", kAtLeastZero, PLUMB_FIELD(train.seed),
              "Of weights, of generated samples and of the samples' order."),
      choice("train.optimizer", PLUMB_FIELD(train.optimizer), "Update rule, see below."),
      real("train.beta1", kShare, PLUMB_FIELD(train.beta1),
           "Decay rate of the first-moment (mean) estimate.",
           {with_optimizer(&OptimizerInfo::uses_betas)}),
      real("train.beta2", kShare, PLUMB_FIELD(train.beta2),
           "Decay rate of the second-moment (squared gradient) estimate.",
           {with_optimizer(&OptimizerInfo::uses_betas)}),
      real("train.epsilon", kPositiveInFloat32, PLUMB_FIELD(train.epsilon),
           "Is added to the root of that mean.", {with_optimizer(&OptimizerInfo::uses_betas)}),
      choice("train.gradient_format", PLUMB_FIELD(train.gradient_format),
             "Every delta and gradient is rounded to it as it is produced; `float32`: not rounded "
             "at all. The narrow two only with `precision = \"float32\"`."),
      loss_scale(
          "train.loss_scale", kLossScale, PLUMB_FIELD(train.loss_scale),
          "What the loss is multiplied by before the backward pass, and gradients divided by "
          "after it. `dynamic` starts at 2^16, halves when a gradient is not finite and "
          "leaves that step out, and doubles after 2000 steps without (Micikevicius et al. "
          "2018)."),
      real("train.gradient_clip", kZeroOrMore, PLUMB_FIELD(train.gradient_clip),
           "A gradient whose norm, over all weights and biases, is larger is scaled down to it "
           "(Pascanu et al. 2013); 0: never.")};
}

std::vector<Key> record_keys() {
  return {
      integer("record.every", kAtLeastOne, PLUMB_FIELD(record.every),
              "Steps from one recorded step to the next, beginning with step 0."),
      integer("record.histogram_every", kAtLeastOne, PLUMB_FIELD(record.histogram_every),
              "Steps from one record of exponent histograms to the next, beginning with step 0; it "
              "counts steps, not records."),
      step_numbers("record.snapshot_steps", PLUMB_FIELD(record.snapshot_steps),
                   "Steps whose batch, weights and gradients are kept whole."),
      flag("record.buckets", PLUMB_FIELD(record.buckets),
           "Also record when each bucket of the gradient travelled, of the steps of "
           "`record.every`; nothing where it does not travel, on one rank.",
           {with_tree()})};
}

std::vector<Key> allreduce_keys() {
  return {
      choice("allreduce.algorithm", PLUMB_FIELD(train.allreduce.algorithm),
             "`tree`: sums in a fixed order, the same bits on every layout. `mpi`: MPI_Allreduce, "
             "in whatever order the library chooses."),
      integer("allreduce.bucket_kib", {1, kMostBucketKib}, PLUMB_FIELD(train.allreduce.bucket_kib),
              "Size of a bucket, in KiB of gradient.", {with_tree()}),
      flag("allreduce.overlap", PLUMB_FIELD(train.allreduce.overlap),
           "Send a bucket as soon as its layers' gradients are there, while the backward pass goes "
           "on; `false`: all of them after it.",
           {with_tree()}),
      choice("allreduce.wire", PLUMB_FIELD(train.allreduce.wire),
             "What gradients look like on their way. The narrow two halve the bytes and only go "
             "with `precision = \"float32\"`; float64 travels as it is.",
             {with_tree()}),
      real(
          "allreduce.stall_seconds", kWaitSeconds, PLUMB_FIELD(train.allreduce.stall_seconds),
          "A wait of this many seconds without any news is reported, with the rank waited for; the "
          "run goes on waiting.")};
}

std::vector<Key> make_table() {
  std::vector<Key> table{text("study.name", Identifier{}, PLUMB_FIELD(study_name),
                              "Name of the study in results and default folder.")};
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
