// Keys that only matter under some values of another one.
#pragma once

#include <vector>

#include "study/sweep.hpp"

namespace plumb::study {

/// Lines that an override left without effect (data.path below --set data.source=shapes) go back
/// to their defaults, so that --set never needs a file to be edited first.
void drop_moot_lines(std::vector<Sweep>& sweeps);

/// In a sweep one run that uses the key is enough. Throws core::UsageError for a key that none
/// uses: nobody shall believe to have measured what was never used.
void check_dependences(const std::vector<Sweep>& sweeps);

}  // namespace plumb::study
