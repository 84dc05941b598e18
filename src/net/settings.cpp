#include "net/settings.hpp"

namespace plumb::net {
namespace {

constexpr core::Named<Pooling> kPoolings[] = {
    {Pooling::Max, "max"}, {Pooling::Average, "average"}, {Pooling::None, "none"}};

}  // namespace

std::span<const core::Named<Pooling>> enum_names(Pooling) { return kPoolings; }

}  // namespace plumb::net
