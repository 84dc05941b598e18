#include "study/names.hpp"

#include "study/study.hpp"

namespace plumb::study {

namespace {

using net::Activation;
using net::Init;
using net::Loss;

constexpr Named<net::Family> kFamilies[] = {
    {net::Family::Mlp, "mlp"}, {net::Family::Cnn, "cnn"}, {net::Family::Rnn, "rnn"}};

constexpr Named<Activation> kActivations[] = {{Activation::Sigmoid, "sigmoid"},
                                              {Activation::Tanh, "tanh"},
                                              {Activation::Relu, "relu"},
                                              {Activation::LeakyRelu, "leaky_relu"},
                                              {Activation::Linear, "linear"}};

constexpr Named<Init> kInits[] = {{Init::Glorot, "glorot"},
                                  {Init::He, "he"},
                                  {Init::Lecun, "lecun"},
                                  {Init::Scaled, "scaled"},
                                  {Init::UnitNormal, "unit_normal"},
                                  {Init::UnitUniform, "unit_uniform"},
                                  {Init::Orthogonal, "orthogonal"},
                                  {Init::Identity, "identity"}};

constexpr Named<net::Pooling> kPoolings[] = {
    {net::Pooling::Max, "max"}, {net::Pooling::Average, "average"}, {net::Pooling::None, "none"}};

constexpr Named<Loss> kLosses[] = {{Loss::SoftmaxCrossEntropy, "softmax_cross_entropy"},
                                   {Loss::SigmoidCrossEntropy, "sigmoid_cross_entropy"},
                                   {Loss::MeanSquaredError, "mean_squared_error"}};

constexpr Named<data::Source> kSources[] = {
    {data::Source::Shapes, "shapes"},   {data::Source::Teacher, "teacher"},
    {data::Source::Spirals, "spirals"}, {data::Source::Idx, "idx"},
    {data::Source::Csv, "csv"},         {data::Source::Adding, "adding"}};

constexpr Named<train::Precision> kPrecisions[] = {{train::Precision::Float32, "float32"},
                                                   {train::Precision::Float64, "float64"}};

constexpr Named<train::Optimizer> kOptimizers[] = {{train::Optimizer::Sgd, "sgd"},
                                                   {train::Optimizer::Adam, "adam"}};

using Format = math::NumberFormat;
constexpr Named<Format> kFormats[] = {
    {Format::Float32, "float32"}, {Format::BFloat16, "bfloat16"}, {Format::Float16, "float16"}};

constexpr Named<train::AllreduceAlgorithm> kAlgorithms[] = {
    {train::AllreduceAlgorithm::Tree, "tree"}, {train::AllreduceAlgorithm::Mpi, "mpi"}};

using train::WireFormat;
constexpr Named<WireFormat> kWireFormats[] = {{WireFormat::Float32, "float32"},
                                              {WireFormat::BFloat16, "bfloat16"},
                                              {WireFormat::Float16, "float16"}};

}  // namespace

// clang-format off
template <> std::span<const Named<net::Family>> names_of() { return kFamilies; }
template <> std::span<const Named<Activation>> names_of() { return kActivations; }
template <> std::span<const Named<Init>> names_of() { return kInits; }
template <> std::span<const Named<net::Pooling>> names_of() { return kPoolings; }
template <> std::span<const Named<Loss>> names_of() { return kLosses; }
template <> std::span<const Named<data::Source>> names_of() { return kSources; }
template <> std::span<const Named<train::Precision>> names_of() { return kPrecisions; }
template <> std::span<const Named<train::Optimizer>> names_of() { return kOptimizers; }
template <> std::span<const Named<Format>> names_of() { return kFormats; }
template <> std::span<const Named<train::AllreduceAlgorithm>> names_of() { return kAlgorithms; }
template <> std::span<const Named<WireFormat>> names_of() { return kWireFormats; }
// clang-format on

std::string to_string(net::Family value) { return name_of(value); }
std::string to_string(net::Activation value) { return name_of(value); }
std::string to_string(net::Init value) { return name_of(value); }
std::string to_string(net::Pooling value) { return name_of(value); }
std::string to_string(net::Loss value) { return name_of(value); }
std::string to_string(data::Source value) { return name_of(value); }
std::string to_string(train::Precision value) { return name_of(value); }
std::string to_string(train::Optimizer value) { return name_of(value); }
std::string to_string(math::NumberFormat value) { return name_of(value); }
std::string to_string(train::AllreduceAlgorithm value) { return name_of(value); }
std::string to_string(WireFormat value) { return name_of(value); }

}  // namespace plumb::study
