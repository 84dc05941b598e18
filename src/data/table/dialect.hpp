// What a text file of samples looks like: how its lines end, what stands between its fields, and
// whether the first line names the columns.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::data {

struct Line {
  std::string_view text;
  std::size_t number = 0;  // in the file, from 1
};

/// The lines of a text that hold something, one after the other; they end in LF, CR LF or, where
/// there is no LF at all, CR. Empty lines and those that start with # are left out.
class Lines {
 public:
  explicit Lines(std::string_view text);
  std::optional<Line> next();

 private:
  std::string_view rest_;
  char end_;
  std::size_t number_ = 0;
};

using Fields = std::vector<std::string_view>;

struct Dialect {
  char separator = ',';            // ' ' stands for any run of blanks and tabs
  bool ends_in_separator = false;  // every line has a separator too many
  std::size_t lines_to_skip = 0;   // a line of counts before the samples, as scikit-learn writes
  Fields names;                    // of the columns; empty: there is no header
};

/// Splits a line at the separator. Blanks around a field and the quotes around it, double or
/// single, are taken off; a separator within quotes is none.
void split_line(std::string_view line, const Dialect& dialect, Fields& fields);

/// A number of a table. A comma in place of the decimal point is taken where commas do not separate
/// fields.
std::optional<double> to_number(std::string_view field, const Dialect& dialect);

/// Whether a field says that there is no value: nothing at all, ?, NA, N/A, NaN, null or None.
bool is_missing(std::string_view field);

/// Takes the dialect from the first 100 lines. names point into the text.
Dialect find_dialect(std::string_view text);

/// Throws core::IoError "FILE: it is an ARFF file; ..." for what is no table but something else
/// that people keep samples in.
void refuse_other_formats(const std::string& file, std::string_view text);

}  // namespace plumb::data
