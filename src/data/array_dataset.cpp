#include "data/array_dataset.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "data/labels.hpp"

namespace plumb::data {
namespace {

template <class T>
void shorten(std::vector<T>& values, std::size_t count) {
  if (count >= values.size()) return;
  values.resize(count);
  values.shrink_to_fit();
}

}  // namespace

void ArraySplit::keep_first(std::uint64_t samples, std::size_t inputs) {
  shorten(bytes, samples * inputs);
  shorten(floats, samples * inputs);
  shorten(targets, samples);
}

ArrayDataset::ArrayDataset(ArrayDescription description, ArraySplit train, ArraySplit test)
    : description_(std::move(description)), train_(std::move(train)), test_(std::move(test)) {}

double ArrayDataset::read(Split split, std::uint64_t index, std::span<float> x) const {
  const ArraySplit& from = part(split);
  assert(index < from.targets.size() && x.size() == inputs());
  const std::size_t first = index * inputs();
  const float scale = description_.scale;
  if (from.bytes.empty()) {
    const float* values = from.floats.data() + first;
    std::transform(values, values + inputs(), x.begin(), [scale](float v) { return v / scale; });
  } else {
    const std::uint8_t* bytes = from.bytes.data() + first;
    std::transform(bytes, bytes + inputs(), x.begin(),
                   [scale](std::uint8_t byte) { return static_cast<float>(byte) / scale; });
  }
  return from.targets[index];
}

DatasetSummary ArrayDataset::summary() const {
  return {.class_names = description_.class_names, .scaling = description_.scaling};
}

}  // namespace plumb::data
