#include "net/settings.hpp"

#include <algorithm>

namespace plumb::net {
namespace {

constexpr core::Named<Pooling> kPoolings[] = {
    {Pooling::Max, "max"}, {Pooling::Average, "average"}, {Pooling::None, "none"}};

}  // namespace

std::span<const core::Named<Pooling>> enum_names(Pooling) { return kPoolings; }

bool NetworkSettings::is_tapered() const {
  return std::any_of(widths.begin(), widths.end(), [&](std::size_t n) { return n != width; });
}

}  // namespace plumb::net
