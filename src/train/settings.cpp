#include "train/settings.hpp"

#include <cstdint>

namespace plumb::train {
namespace {

constexpr core::Named<Precision> kPrecisions[] = {{Precision::Float32, "float32"},
                                                  {Precision::Float64, "float64"}};

constexpr core::Named<AllreduceAlgorithm> kAlgorithms[] = {{AllreduceAlgorithm::Tree, "tree"},
                                                           {AllreduceAlgorithm::Mpi, "mpi"}};

}  // namespace

std::span<const core::Named<Precision>> enum_names(Precision) { return kPrecisions; }
std::span<const core::Named<AllreduceAlgorithm>> enum_names(AllreduceAlgorithm) {
  return kAlgorithms;
}

comm::WireCodec wire_codec(math::NumberFormat format) {
  if (format == math::NumberFormat::Float32) return {};
  // The codec's buffers hold nothing but these codes, and are aligned for anything.
  return {.bytes = math::bytes_of(format),
          .encode =
              [format](std::span<const float> values, std::byte* out) {
                math::encode(format, values, reinterpret_cast<std::uint16_t*>(out));
              },
          .decode =
              [format](const std::byte* in, std::span<float> values) {
                math::decode(format, reinterpret_cast<const std::uint16_t*>(in), values);
              }};
}

}  // namespace plumb::train
