#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/error.hpp"
#include "data/labels.hpp"
#include "data/table/dialect.hpp"

namespace plumb::data {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;  // at the start of the file
  const char* what;
  const char* remedy;
};

constexpr Signature kSignatures[] = {
    {"PK\x03\x04"sv, "a zip archive, as of a workbook of Excel or an .npz",
     "save the sheet as CSV; data.source = npy reads .npz"},
    {"\x89HDF\r\n\x1a\n"sv, "an HDF5 file", "data.source = hdf5 reads it"},
    {"\x93NUMPY"sv, "a NumPy array", "data.source = npy reads it"},
    {"PAR1"sv, "a Parquet file", "save the table as CSV"},
    {"\xff\xfe"sv, "text in UTF-16", "save it in UTF-8"},
    {"\xfe\xff"sv, "text in UTF-16", "save it in UTF-8"},
};

bool starts_with_word(std::string_view line, std::string_view word) {
  if (line.size() < word.size()) return false;
  return std::ranges::equal(line.substr(0, word.size()), word,
                            [](unsigned char a, char b) { return std::tolower(a) == b; });
}

/// "index:value".
bool is_sparse_field(std::string_view field) {
  const std::size_t colon = field.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  return std::ranges::all_of(field.substr(0, colon), is_digit) &&
         to_number(field.substr(colon + 1)).has_value();
}

bool is_libsvm(std::string_view line) {
  Fields fields;
  split_line(line, Dialect{.separator = ' ', .names = {}}, fields);
  return fields.size() > 1 && to_number(fields[0]) &&
         std::all_of(fields.begin() + 1, fields.end(), is_sparse_field);
}

/// ARFF and some others comment with %.
std::optional<Line> first_line(std::string_view text) {
  Lines lines(text);
  auto line = lines.next();
  while (line && line->text.starts_with('%')) line = lines.next();
  return line;
}

}  // namespace

void refuse_other_formats(const std::string& file, std::string_view text) {
  const auto refuse = [&file](const char* what, const char* remedy) {
    throw core::IoError(fmt::format("{}: it is {}, not a table in text; {}", file, what, remedy));
  };
  for (const Signature& signature : kSignatures) {
    if (text.starts_with(signature.bytes)) refuse(signature.what, signature.remedy);
  }
  if (text.find('\0') != std::string_view::npos) {
    refuse("binary", "one sample a line, its fields separated by , ; | tabs or blanks, is allowed");
  }
  const auto line = first_line(text);
  if (!line) return;
  if (starts_with_word(line->text, "@relation") || starts_with_word(line->text, "@attribute")) {
    refuse("an ARFF file",
           "take out all lines down to @data and those with %, and what is left is a table");
  }
  if (is_libsvm(line->text)) {
    refuse("a libsvm file (label index:value ...)",
           "write all values of a sample in a line, as sklearn.datasets.load_svmlight_file(...)"
           "[0].toarray() gives them");
  }
}

}  // namespace plumb::data
