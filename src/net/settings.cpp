#include "net/settings.hpp"

namespace plumb::net {
namespace {

constexpr core::Named<Family> kFamilies[] = {
    {Family::Mlp, "mlp"}, {Family::Cnn, "cnn"}, {Family::Rnn, "rnn"}};

constexpr core::Named<Init> kInits[] = {{Init::Glorot, "glorot"},
                                        {Init::He, "he"},
                                        {Init::Lecun, "lecun"},
                                        {Init::Scaled, "scaled"},
                                        {Init::UnitNormal, "unit_normal"},
                                        {Init::UnitUniform, "unit_uniform"},
                                        {Init::Orthogonal, "orthogonal"},
                                        {Init::Identity, "identity"}};

constexpr core::Named<Pooling> kPoolings[] = {
    {Pooling::Max, "max"}, {Pooling::Average, "average"}, {Pooling::None, "none"}};

constexpr core::Named<Loss> kLosses[] = {{Loss::SoftmaxCrossEntropy, "softmax_cross_entropy"},
                                         {Loss::SigmoidCrossEntropy, "sigmoid_cross_entropy"},
                                         {Loss::MeanSquaredError, "mean_squared_error"}};

}  // namespace

std::span<const core::Named<Family>> enum_names(Family) { return kFamilies; }
std::span<const core::Named<Init>> enum_names(Init) { return kInits; }
std::span<const core::Named<Pooling>> enum_names(Pooling) { return kPoolings; }
std::span<const core::Named<Loss>> enum_names(Loss) { return kLosses; }

}  // namespace plumb::net
