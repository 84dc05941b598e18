#include "data/table/dialect.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <span>

#include "data/labels.hpp"

namespace plumb::data {
namespace {

constexpr std::size_t kLinesToLookAt = 100;
// Where two fit equally well the first is taken.
constexpr char kSeparators[] = {';', '\t', ',', '|', ' '};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool separates(char c, char separator) { return separator == ' ' ? is_blank(c) : c == separator; }

/// Where the field that starts with a quote ends: at the quote before a separator or the end of the
/// line; npos where there is none.
std::size_t closing_quote(std::string_view field, char separator) {
  for (std::size_t at = field.find(field[0], 1); at != std::string_view::npos;
       at = field.find(field[0], at + 1)) {
    std::string_view after = field.substr(at + 1);
    if (separator != ' ') {
      while (!after.empty() && is_blank(after.front()) && after.front() != separator) {
        after.remove_prefix(1);
      }
    }
    if (after.empty() || separates(after.front(), separator)) return at;
  }
  return std::string_view::npos;
}

/// Cuts the first field off `rest`, with the separator behind it; sets `more` when there was one.
std::string_view take_field(std::string_view& rest, char separator, bool& more) {
  while (!rest.empty() && is_blank(rest.front()) && rest.front() != separator) {
    rest.remove_prefix(1);
  }
  std::string_view field;
  std::size_t end = 0;
  const bool is_quoted = !rest.empty() && (rest.front() == '"' || rest.front() == '\'');
  const std::size_t close = is_quoted ? closing_quote(rest, separator) : std::string_view::npos;
  if (close != std::string_view::npos) end = close + 1;
  while (end < rest.size() && !separates(rest[end], separator)) ++end;
  field =
      close == std::string_view::npos ? trimmed(rest.substr(0, end)) : rest.substr(1, close - 1);
  more = end < rest.size();
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (separator == ' ') {
    rest = trimmed(rest);
    more = !rest.empty();
  }
  return field;
}

using Rows = std::vector<Fields>;

Rows split_all(const std::vector<std::string_view>& lines, char separator) {
  Rows rows;
  for (const std::string_view line : lines) {
    split_line(line, Dialect{.separator = separator, .names = {}}, rows.emplace_back());
  }
  return rows;
}

/// The number of fields that most rows have.
std::size_t usual_count(std::span<const Fields> rows) {
  std::map<std::size_t, std::size_t> counts;
  for (const Fields& row : rows) ++counts[row.size()];
  const auto usual = std::ranges::max_element(
      counts, [](const auto& a, const auto& b) { return a.second < b.second; });
  return usual == counts.end() ? 0 : usual->first;
}

/// From 0 to 1: how many rows have the usual number of fields, times how many fields are numbers.
double fit(std::span<const Fields> rows, char separator) {
  const std::size_t usual = usual_count(rows);
  if (usual < 2) return 0;
  const Dialect dialect{.separator = separator, .names = {}};
  double usual_rows = 0;
  double fields = 0;
  double clean = 0;
  for (const Fields& row : rows) {
    if (row.size() == usual) ++usual_rows;
    for (const std::string_view field : row) {
      ++fields;
      // Empty fields rather come from a wrong separator.
      if (!field.empty() && (is_missing(field) || to_number(field, dialect))) ++clean;
    }
  }
  // Columns of words must not make a separator impossible.
  return usual_rows / static_cast<double>(rows.size()) * (0.01 + clean / fields);
}

bool counts_from_0(const Fields& fields) {
  constexpr std::size_t kFewest = 3;  // 0,1 may well be a sample
  if (fields.size() < kFewest) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i] != std::to_string(i)) return false;
  }
  return true;
}

bool is_word(std::string_view field, const Dialect& dialect) {
  return !is_missing(field) && !to_number(field, dialect);
}

/// Whether most values of a column, below the first line, are numbers.
bool holds_numbers(std::span<const Fields> below, std::size_t column, const Dialect& dialect) {
  std::size_t numbers = 0;
  std::size_t words = 0;
  for (const Fields& row : below) {
    if (column >= row.size() || is_missing(row[column])) continue;
    ++(to_number(row[column], dialect) ? numbers : words);
  }
  return numbers > words;
}

/// A header has words above at least half of the columns of numbers.
bool is_header(const Fields& first, std::span<const Fields> below, const Dialect& dialect) {
  if (counts_from_0(first)) return true;
  if (below.empty()) {
    return std::ranges::none_of(first,
                                [&](auto field) { return to_number(field, dialect).has_value(); });
  }
  std::size_t numeric = 0;
  std::size_t named = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (!holds_numbers(below, i, dialect)) continue;
    ++numeric;
    if (is_word(first[i], dialect)) ++named;
  }
  return named > 0 && 2 * named >= numeric;
}

/// "150,4,setosa,versicolor,virginica": samples, columns, names of the classes.
bool is_line_of_counts(const Fields& first, std::span<const Fields> below) {
  if (first.size() < 4 || below.empty()) return false;
  const std::string columns = std::to_string(usual_count(below) - 1);
  return to_number(first[0]) && first[1] == columns &&
         std::ranges::none_of(std::span(first).subspan(2),
                              [](auto f) { return to_number(f).has_value(); });
}

void find_names(const Rows& rows, Dialect& dialect) {
  const Fields& first = rows.front();
  const auto below = std::span(rows).subspan(1);
  if (is_line_of_counts(first, below)) {
    dialect.lines_to_skip = 1;
    return;
  }
  if (!is_header(first, below, dialect)) return;
  dialect.names = first;
  const std::size_t count = usual_count(below);
  // R leaves the column of row names without a name.
  if (first.size() + 1 == count && !dialect.ends_in_separator) {
    dialect.names.insert(dialect.names.begin(), std::string_view());
  }
  if (dialect.ends_in_separator && first.size() == count && first.back().empty()) {
    dialect.names.pop_back();
  }
}

}  // namespace

Lines::Lines(std::string_view text)
    : rest_(text), end_(text.find('\n') == std::string_view::npos ? '\r' : '\n') {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

std::optional<Line> Lines::next() {
  while (!rest_.empty()) {
    const std::size_t end = rest_.find(end_);
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view content = trimmed(line);
    if (!content.empty() && content.front() != '#') return Line{line, number_};
  }
  return std::nullopt;
}

void split_line(std::string_view line, const Dialect& dialect, Fields& fields) {
  fields.clear();
  if (dialect.separator == ' ') line = trimmed(line);
  bool more = true;
  while (more) fields.push_back(take_field(line, dialect.separator, more));
  if (dialect.ends_in_separator && fields.back().empty()) fields.pop_back();
}

std::optional<double> to_number(std::string_view field, const Dialect& dialect) {
  if (const auto number = to_number(field)) return number;
  if (dialect.separator == ',' || std::ranges::count(field, ',') != 1) return std::nullopt;
  std::string with_point(field);
  std::ranges::replace(with_point, ',', '.');
  return to_number(std::string_view(with_point));
}

bool is_missing(std::string_view field) {
  constexpr std::size_t kLongest = 4;
  if (field.empty()) return true;
  if (field.size() > kLongest) return false;
  std::string small(field);
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::string_view kWords[] = {"?", "na", "n/a", "nan", "null", "none"};
  return std::ranges::find(kWords, small) != std::end(kWords);
}

Dialect find_dialect(std::string_view text) {
  Lines lines(text);
  std::vector<std::string_view> first;
  for (auto line = lines.next(); line && first.size() < kLinesToLookAt; line = lines.next()) {
    first.push_back(line->text);
  }
  Dialect dialect;
  if (first.empty()) return dialect;
  double best = 0;
  Rows rows = split_all(first, dialect.separator);
  for (const char separator : kSeparators) {
    Rows split = split_all(first, separator);
    // The first line may be a header, with another number of fields.
    const auto samples = std::span(split).subspan(split.size() > 2 ? 1 : 0);
    const double how_well = fit(samples, separator);
    if (how_well <= best) continue;
    best = how_well;
    dialect.separator = separator;
    rows = std::move(split);
  }
  const auto below = std::span(rows).subspan(rows.size() > 1 ? 1 : 0);
  const auto ends_empty = [](const Fields& row) { return row.size() > 2 && row.back().empty(); };
  dialect.ends_in_separator =
      (below.size() > 1 || ends_empty(rows.front())) && std::ranges::all_of(below, ends_empty);
  find_names(rows, dialect);
  return dialect;
}

}  // namespace plumb::data
