// What the entries of key_table() are made with. Each kind of key says how its field converts to
// and from a Value.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/names.hpp"
#include "study/key.hpp"

// A field of the settings, reachable in const and in mutable settings alike.
#define PLUMB_FIELD(member) ([](auto& run) -> auto& { return run.member; })

namespace plumb::study {

using Dependencies = std::vector<Dependency>;

template <class Field>
using FieldType = std::remove_cvref_t<std::invoke_result_t<Field, RunSettings&>>;

/// The key `on`, whose field this is, must have one of some values.
template <class Field>
Dependency only_with(std::string on, Field field, std::vector<FieldType<Field>> values) {
  std::vector<std::string> names;
  for (const auto value : values) names.push_back(core::name_of(value));
  return {std::move(on), std::move(names),
          [field, values = std::move(values)](const RunSettings& run) {
            return std::find(values.begin(), values.end(), field(run)) != values.end();
          }};
}

/// The key `on` must have one of the values for which uses(value) says yes.
template <class Field, class Uses>
Dependency only_where(std::string on, Field field, Uses uses) {
  std::vector<FieldType<Field>> values;
  for (const auto& entry : core::names_of<FieldType<Field>>()) {
    if (uses(entry.value)) values.push_back(entry.value);
  }
  return only_with(std::move(on), field, std::move(values));
}

/// A key whose field converts to and from `Stored`, one of the alternatives of Value.
template <class Stored, class Field>
Key plain_key(const char* name, Domain domain, Field field, const char* help,
              Dependencies dependencies) {
  using Type = FieldType<Field>;
  return {name,
          std::move(domain),
          [field](RunSettings& run, const Value& value) {
            field(run) = static_cast<Type>(std::get<Stored>(value));
          },
          [field](const RunSettings& run) { return Value(static_cast<Stored>(field(run))); },
          help,
          std::move(dependencies)};
}

template <class Field>
Key integer(const char* name, IntegerRange range, Field field, const char* help,
            Dependencies dependencies = {}) {
  return plain_key<std::int64_t>(name, range, field, help, std::move(dependencies));
}

template <class Field>
Key real(const char* name, RealRange range, Field field, const char* help,
         Dependencies dependencies = {}) {
  return plain_key<double>(name, range, field, help, std::move(dependencies));
}

template <class Field>
Key text(const char* name, Domain domain, Field field, const char* help,
         Dependencies dependencies = {}) {
  return plain_key<std::string>(name, std::move(domain), field, help, std::move(dependencies));
}

template <class Field>
Key flag(const char* name, Field field, const char* help, Dependencies dependencies = {}) {
  return plain_key<bool>(name, Flag{}, field, help, std::move(dependencies));
}

/// One of the names of an enumeration.
template <class Field>
Key choice(const char* name, Field field, const char* help, Dependencies dependencies = {}) {
  using E = FieldType<Field>;
  return {name,
          Choice{core::all_names<E>()},
          [field](RunSettings& run, const Value& value) {
            field(run) = core::value_of<E>(std::get<std::string>(value));
          },
          [field](const RunSettings& run) { return Value(core::name_of(field(run))); },
          help,
          std::move(dependencies)};
}

/// A number, or "dynamic".
template <class Field>
Key loss_scale(const char* name, RealRange range, Field field, const char* help) {
  const std::string dynamic = "dynamic";
  return {name,
          NumberOrWord{range, dynamic},
          [field](RunSettings& run, const Value& value) {
            const double* number = std::get_if<double>(&value);
            field(run) = {number == nullptr, number == nullptr ? 1.0 : *number};
          },
          [field, dynamic](const RunSettings& run) {
            return field(run).dynamic ? Value(dynamic) : Value(field(run).value);
          },
          help,
          {}};
}

/// One width for all hidden layers, or one for each: they are kept apart, with the largest beside
/// the list.
template <class Field>
Key layer_widths(const char* name, LayerWidths domain, Field network, const char* help) {
  using Widths = std::vector<std::int64_t>;
  return {name,
          domain,
          [network](RunSettings& run, const Value& value) {
            const Widths* given = std::get_if<Widths>(&value);
            const Widths all = given == nullptr ? Widths{std::get<std::int64_t>(value)} : *given;
            auto& settings = network(run);
            settings.width = static_cast<std::size_t>(*std::max_element(all.begin(), all.end()));
            settings.widths.clear();
            if (given != nullptr) settings.widths.assign(all.begin(), all.end());
          },
          [network](const RunSettings& run) {
            const auto& settings = network(run);
            return settings.widths.empty()
                       ? Value(static_cast<std::int64_t>(settings.width))
                       : Value(Widths(settings.widths.begin(), settings.widths.end()));
          },
          help,
          {}};
}

/// A list of numbers of steps.
template <class Field>
Key step_numbers(const char* name, Field field, const char* help) {
  using Steps = std::vector<std::int64_t>;
  return {name,
          StepNumbers{},
          [field](RunSettings& run, const Value& value) {
            const Steps& given = std::get<Steps>(value);
            field(run).assign(given.begin(), given.end());
          },
          [field](const RunSettings& run) {
            return Value(Steps(field(run).begin(), field(run).end()));
          },
          help,
          {}};
}

}  // namespace plumb::study
