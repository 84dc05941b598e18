#include "net/settings.hpp"

namespace plumb::net {
namespace {

constexpr core::Named<Family> kFamilies[] = {
    {Family::Mlp, "mlp"}, {Family::Cnn, "cnn"}, {Family::Rnn, "rnn"}};

constexpr core::Named<Pooling> kPoolings[] = {
    {Pooling::Max, "max"}, {Pooling::Average, "average"}, {Pooling::None, "none"}};

}  // namespace

std::span<const core::Named<Family>> enum_names(Family) { return kFamilies; }
std::span<const core::Named<Pooling>> enum_names(Pooling) { return kPoolings; }

}  // namespace plumb::net
