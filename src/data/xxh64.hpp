// XXH64 (Collet, "xxHash fast digest algorithm", specification 0.1.1): a hash of 64 bits that reads
// memory about as fast as it comes. Not for secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace plumb::data {

/// The value of the specification for these bytes; the bytes after one another can be hashed by
/// taking the hash of the first part as the seed of the next (which is no longer the hash of the
/// whole).
std::uint64_t xxh64(std::span<const std::byte> bytes, std::uint64_t seed) noexcept;

}  // namespace plumb::data
