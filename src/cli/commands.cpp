#include "cli/commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "core/error.hpp"
#include "plumb_version.hpp"
#include "study/key.hpp"

namespace plumb::cli {

// Each in command_<name>.cpp.
extern const Command kRun;
extern const Command kCompare;
extern const Command kInfo;
extern const Command kTheory;
extern const Command kClaims;
extern const Command kDoctor;

namespace {

/// "--steps" of "--steps=50".
std::string option_name(const std::string& word) { return word.substr(0, word.find('=')); }

bool is_option(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

/// The study key that somebody meant by "--steps", "train.steps=50" or "learning-rate"; empty when
/// it is none.
std::string study_key(const std::string& word) {
  std::string name = option_name(word);
  name.erase(0, name.find_first_not_of('-'));
  std::replace(name.begin(), name.end(), '-', '_');
  for (const study::Key& key : study::key_table()) {
    if (key.name == name || key.short_name() == name) return key.name;
  }
  return {};
}

/// The commands that take an option.
std::string commands_with(const CLI::App& app, const std::string& option) {
  std::string names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_option_no_throw(option) == nullptr) continue;
    names += (names.empty() ? "plumbline " : " or plumbline ") + command->get_name();
  }
  return names;
}

/// Where a word belongs that is in the wrong place, and which page of help to read.
std::string explain_word(const CLI::App& app, const std::string& word, const std::string& next) {
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
  const std::string see = "see plumbline" + command + " --help";
  const std::string key = study_key(word);
  if (command == " run" && !key.empty()) {
    const std::size_t equals = word.find('=');
    const bool other_word = equals == std::string::npos && !next.empty() && !is_option(next);
    const std::string value =
        equals != std::string::npos ? word.substr(equals + 1) : (other_word ? next : "VALUE");
    return fmt::format(
        "'{}': {} is a key of the study; allowed: --set {}={}, or the key in the "
        "study file; {}",
        word, key, key, value, see);
  }
  const std::string takers = is_option(word) ? commands_with(app, option_name(word)) : "";
  if (!takers.empty()) {
    return fmt::format("'{}' is an option of {}, and comes after the command; {}", word, takers,
                       see);
  }
  return is_option(word)
             ? fmt::format("unknown option '{}'; {}", word, see)
             : fmt::format("'{}' is one word too many; {} (text with blanks needs quotes)", word,
                           see);
}

std::string describe(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  // CLI11 misses the command before it mentions the word that is none.
  const std::vector<std::string> words = app.remaining(true);
  const bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  if (!words.empty() && (is_extra || (chosen.empty() && is_option(words.front())))) {
    return explain_word(app, words.front(), words.size() > 1 ? words[1] : "");
  }
  if (chosen.empty() && !words.empty()) {
    std::string commands;
    for (const Command& command : all_commands()) commands += std::string(" ") + command.name;
    return "unknown command or option '" + words.front() + "'; allowed:" + commands +
           "; see plumbline --help";
  }
  const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
  return fmt::format("{}; see plumbline{} --help", error.what(), command);
}

}  // namespace

std::span<const Command> all_commands() {
  static const Command commands[] = {kRun, kCompare, kInfo, kTheory, kClaims, kDoctor};
  return commands;
}

int run_program(int argc, const char* const* argv) {
  CLI::App app("Plumbline: how deep does the gradient reach?", "plumbline");
  const std::string version = "plumbline " PLUMB_VERSION " (" PLUMB_COMMIT ")";
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  Action chosen;
  for (const Command& command : all_commands()) {
    CLI::App* subcommand = app.add_subcommand(command.name, command.summary);
    const Action action = command.add_options(*subcommand, {argv, argv + argc});
    subcommand->set_version_flag("--version", version);
    subcommand->callback([&chosen, action] { chosen = action; });
  }
  return exit_code_of([&] {
    try {
      app.parse(argc, argv);
    } catch (const CLI::Success& request) {  // --help, --version
      return is_first_process() ? app.exit(request) : 0;
    } catch (const CLI::ParseError& error) {
      throw core::UsageError(describe(app, error));
    }
    return chosen();
  });
}

CLI::Validator at_least(std::int64_t low) {
  return {[low](const std::string& text) -> std::string {
            std::int64_t value = 0;
            const char* const end = text.data() + text.size();
            const auto [rest, error] = std::from_chars(text.data(), end, value);
            if (error == std::errc{} && rest == end && value >= low) return {};
            return fmt::format("'{}'; allowed: an integer >= {}", text, low);
          },
          fmt::format("INT>={}", low)};
}

std::filesystem::path data_folder(const std::string& option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv("PLUMBLINE_DATA_DIR");
  return variable != nullptr && *variable != '\0' ? variable : "data";
}

std::optional<std::size_t> requested_threads(std::optional<std::size_t> option) {
  if (option) {
    if (*option >= 1 && *option <= kMostThreads) return option;
    throw core::UsageError(
        fmt::format("--threads {}: too many; allowed: 1 to {}", *option, kMostThreads));
  }
  const char* variable = std::getenv("OMP_NUM_THREADS");
  if (variable == nullptr || *variable == '\0') return std::nullopt;
  // OpenMP allows a list by nesting level, "4,2"; only the first level is used here.
  const std::string text(variable);
  const std::string first = text.substr(0, text.find(','));
  std::size_t threads = 0;
  const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), threads);
  if (error != std::errc{} || end != first.data() + first.size() || threads == 0 ||
      threads > kMostThreads) {
    throw core::UsageError(fmt::format(
        "OMP_NUM_THREADS={}: not a number of threads; allowed: 1 to {}", text, kMostThreads));
  }
  return threads;
}

}  // namespace plumb::cli
