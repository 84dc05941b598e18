// Tables as people have them: what of each is read.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "data_testing.hpp"

namespace plumb::data {
namespace {

using Names = std::vector<std::string>;
using Change = std::function<void(DataSettings&)>;

class Tables {
 public:
  [[nodiscard]] std::unique_ptr<const Dataset> open(const std::string& content,
                                                    const Change& change = {}) const {
    folder_.write("t", content);
    DataSettings settings = settings_for(Source::Csv);
    settings.path = "t";
    settings.scale = Scale::None;
    if (change) change(settings);
    return open_dataset(settings, folder_.path(), 1);
  }

  template <class Error>
  [[nodiscard]] std::string complaint(const std::string& content, const Change& change = {}) const {
    const std::string message = message_of<Error>([&] { (void)open(content, change); });
    const std::size_t name = message.find(folder_.file("t"));
    if (name == std::string::npos) return message;
    return std::string(message).replace(name, folder_.file("t").size(), "t");
  }

 private:
  TemporaryFolder folder_;
};

/// Twelve samples of classes 0, 1, 2, each of two numbers.
struct Row {
  double a;
  double b;
  int label;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  for (int i = 0; i < 12; ++i) all.push_back({0.5 + i * 1.25, 30 - (i * 5 % 12) + 0.5, i * 7 % 3});
  return all;
}

/// One line a sample, made by `line`.
template <class Line>
std::string text(const std::string& before, const Line& line, const char* end = "\n") {
  std::string all = before;
  for (const Row& row : rows()) all += line(row) + end;
  return all;
}

std::string plain(const std::string& before = "", const char* format = "{},{},{}",
                  const char* end = "\n") {
  return text(
      before,
      [&](const Row& row) { return fmt::format(fmt::runtime(format), row.a, row.b, row.label); },
      end);
}

std::string named(const std::string& before, const char* format, const Names& names) {
  return text(before, [&](const Row& row) {
    return fmt::format(fmt::runtime(format), row.a, row.b, names[row.label]);
  });
}

std::string with_commas(std::string content) {
  std::ranges::replace(content, '.', ',');
  return content;
}

void expect_rows(const Dataset& dataset, const Names& names) {
  ASSERT_EQ(dataset.size(Split::Train), 12U);
  ASSERT_EQ(dataset.inputs(), 2U);
  ASSERT_EQ(dataset.classes(), names.size());
  EXPECT_EQ(dataset.summary().class_names, names);
  for (std::size_t i = 0; i < 12; ++i) {
    const Row row = rows()[i];
    const auto label =
        static_cast<std::int32_t>(names.size() == 2 ? std::min(row.label, 1) : row.label);
    const Sample wanted{label, {static_cast<float>(row.a), static_cast<float>(row.b)}};
    EXPECT_EQ(read_sample(dataset, Split::Train, i), wanted) << i;
  }
}

struct Kind {
  const char* name;
  std::string content;
  Names classes = {"0", "1", "2"};
  Change change = {};
};

Change label(const char* column) {
  return [column](DataSettings& settings) { settings.label = column; };
}
Change drop(const char* columns) {
  return [columns](DataSettings& settings) { settings.drop = columns; };
}

std::vector<Kind> kinds() {
  const Names abc = {"Alba", "Bruna", "Clara"};
  const Names spaced = {"Alba la bella", "Bruna, la bruna", "Clara"};
  return {
      {"plain", plain()},
      {"without_a_last_line_end", plain().substr(0, plain().size() - 1)},
      {"blanks_after_commas", plain("", "{}, {}, {}")},
      {"tabs_after_commas", plain("", "{},\t{},\t{}")},
      {"comments", plain("# one\n\n# two; three\t four\n")},
      {"header", plain("a,b,y\n")},
      {"quoted_header", plain("\"a\",\"b\",\"y\"\n")},
      {"header_of_years", plain("1980,town,y\n")},
      {"header_with_separators", plain("\"a,b\",\"c,d\",\"y\"\n")},
      {"header_of_pandas", plain("0,1,2\n")},
      {"header_of_missing_words", plain("nan,town,class\n")},
      {"comment_then_header", plain("# by hand\na,b,y\n")},
      {"byte_order_mark", plain("\xef\xbb\xbf"
                                "a,b,y\n")},
      {"counts_of_scikit_learn", plain("12,2,Alba,Bruna,Clara\n")},
      {"semicolons", plain("", "{};{};{}")},
      {"semicolons_decimal_comma", with_commas(plain("", "{};{};{}"))},
      {"tabs_decimal_comma", with_commas(plain("", "{}\t{}\t{}"))},
      {"blanks_decimal_comma", with_commas(plain("", "{} {} {}"))},
      {"tabs", plain("", "{}\t{}\t{}")},
      {"bars", plain("", "{}|{}|{}")},
      {"blanks", plain("", "{} {} {}")},
      {"many_blanks", plain("", "  {}   {} \t {}  ")},
      {"double_tabs_here_and_there", plain("", "{}\t\t{}\t{}")},
      {"quoted_numbers", plain("", "\"{}\",\"{}\",\"{}\"")},
      {"quotes_of_one_stroke", plain("", "'{}','{}','{}'")},
      {"separator_at_the_end", plain("", "{},{},{},")},
      {"separator_at_the_end_of_the_header_too", plain("a,b,y,\n", "{},{},{},")},
      {"signs_and_exponents", plain("", "+{},{}e0,{}")},
      {"labels_with_fraction_0", plain("", "{},{},{}.000e+00")},
      {"names", named("", "{},{},{}", abc), abc},
      {"names_below_a_header", named("a,b,kind\n", "{},{},{}", abc), abc},
      {"quoted_names", named("", "{},{},\"{}\"", abc), abc},
      {"names_with_separators", named("", "{},{},\"{}\"", spaced), spaced},
      {"names_after_blanks", named("", "{} {} {}", abc), abc},
      {"names_first",
       text("", [&](const Row& r) { return fmt::format("{},{},{}", abc[r.label], r.a, r.b); }), abc,
       label("first")},
      {"label_first",
       text("", [](const Row& r) { return fmt::format("{},{},{}", r.label, r.a, r.b); }),
       {"0", "1", "2"},
       label("1")},
      {"label_by_name",
       text("a,y,b\n", [](const Row& r) { return fmt::format("{},{},{}", r.a, r.label, r.b); }),
       {"0", "1", "2"},
       label("y")},
      {"label_called_by_a_number", plain("0,1,2\n"), {"0", "1", "2"}, label("2")},
      {"labels_from_1", named("", "{},{},{}", {"1", "2", "3"}), {"1", "2", "3"}},
      {"labels_with_gaps", named("", "{},{},{}", {"100", "200", "1000"}), {"100", "200", "1000"}},
      {"labels_plus_and_minus", named("", "{},{},{}", {"-1", "+1", "1"}), {"-1", "1"}},
      {"column_left_out", plain("", "7,{},{},{}"), {"0", "1", "2"}, drop("1")},
      {"columns_left_out_by_name",
       plain("id,a,note,b,y\n", "7,{},x,{},{}"),
       {"0", "1", "2"},
       drop("note, id")},
      {"row_names_of_R",
       plain("\"a\" \"b\" \"y\"\n", "\"r\" {} {} {}"),
       {"0", "1", "2"},
       drop("first")},
  };
}

class table_kinds : public testing::TestWithParam<Kind> {};

TEST_P(table_kinds, are_read) {
  const Kind& kind = GetParam();
  expect_rows(*Tables().open(kind.content, kind.change), kind.classes);
}

INSTANTIATE_TEST_SUITE_P(all, table_kinds, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST(table, of_any_separator_header_label_and_line_end_is_the_same) {
  const Tables tables;
  const Names names = {"Alba", "Bruna", "Clara"};
  std::size_t tried = 0;
  for (const std::string separator : {",", ";", "\t", "|", " ", "  "}) {
    for (const std::string header : {"", "a{0}b{0}y", "\"a\"{0}\"b\"{0}\"y\"", "0{0}1{0}2"}) {
      for (const bool has_names : {false, true}) {
        for (const std::size_t place : {0U, 1U, 2U}) {
          for (const char* end : {"\n", "\r\n", "\r"}) {
            std::string content;
            if (!header.empty()) content = fmt::format(fmt::runtime(header), separator) + end;
            content += text(
                "",
                [&](const Row& row) {
                  Names fields = {fmt::to_string(row.a), fmt::to_string(row.b)};
                  const std::string word = has_names ? names[row.label] : fmt::to_string(row.label);
                  fields.insert(fields.begin() + static_cast<std::ptrdiff_t>(place), word);
                  return fmt::format("{}", fmt::join(fields, separator));
                },
                end);
            SCOPED_TRACE(content.substr(0, 40));
            const auto dataset = tables.open(content, [&](DataSettings& settings) {
              settings.label = fmt::to_string(place + (header.starts_with('0') ? 0 : 1));
            });
            expect_rows(*dataset, has_names ? names : Names{"0", "1", "2"});
            ++tried;
          }
        }
      }
    }
  }
  EXPECT_EQ(tried, 6U * 4 * 2 * 3 * 3);
}

TEST(table, scales_columns_by_the_training_samples) {
  const Tables tables;
  const std::string content = "1,5,100,0\n3,5,300,1\n";
  const auto scaled = [&](Scale scale) {
    const auto dataset = tables.open(content, [scale](DataSettings& s) { s.scale = scale; });
    return read_sample(*dataset, Split::Train, 0).x;
  };
  EXPECT_EQ(scaled(Scale::Standard), (std::vector<float>{-1, 0, -1}));
  EXPECT_EQ(scaled(Scale::Range), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(scaled(Scale::Magnitude), (std::vector<float>{1.0F / 300, 5.0F / 300, 100.0F / 300}));
  EXPECT_EQ(scaled(Scale::None), (std::vector<float>{1, 5, 100}));
  EXPECT_EQ(DataSettings{}.scale, Scale::Standard);
}

TEST(table, drops_or_fills_missing_values) {
  const Tables tables;
  const std::string content = "1,?,0\n3,4,1\nNA,8,0\n";
  const auto with = [&](Missing missing) {
    return tables.open(content, [missing](DataSettings& s) { s.missing = missing; });
  };
  EXPECT_THROW((void)with(Missing::Error), core::IoError);
  const auto filled = with(Missing::Mean);
  EXPECT_EQ(filled->size(Split::Train), 3U);
  EXPECT_EQ(read_sample(*filled, Split::Train, 0).x, (std::vector<float>{1, 6}));
  EXPECT_EQ(read_sample(*filled, Split::Train, 2).x, (std::vector<float>{2, 8}));
  const auto dropped =
      tables.open(content + "5,6,0\n", [](DataSettings& s) { s.missing = Missing::Drop; });
  EXPECT_EQ(dropped->size(Split::Train), 2U);
}

TEST(table, keeps_a_share_of_the_samples_to_test) {
  const Tables tables;
  const auto split = [&](double share, std::uint64_t samples) {
    return tables.open(plain(), [=](DataSettings& s) {
      s.test_fraction = share;
      s.samples = samples;
      s.scale = Scale::Standard;
    });
  };
  const auto dataset = split(0.25, 0);
  EXPECT_EQ(dataset->size(Split::Train), 9U);
  EXPECT_EQ(dataset->size(Split::Test), 3U);
  EXPECT_EQ(fingerprint(*dataset), fingerprint(*split(0.25, 0)));
  double sum = 0;  // of a standardised column over the training samples: 0
  for (std::size_t i = 0; i < 9; ++i) sum += read_sample(*dataset, Split::Train, i).x[0];
  EXPECT_NEAR(sum, 0, 1e-5);  // 9 roundings of numbers below 2
  EXPECT_EQ(split(0.25, 4)->size(Split::Train), 4U);
  EXPECT_EQ(
      tables.complaint<core::UsageError>(plain(), [](DataSettings& s) { s.test_fraction = 0.01; }),
      "data.test_fraction = 0.01 of the 12 samples of t is none; at least one to test and "
      "one to train on are needed");
}

TEST(table, holds_values_to_be_predicted) {
  const auto regression = [](DataSettings& s) { s.task = Task::Regression; };
  const Tables tables;
  const auto dataset = tables.open("a;b;y\n1;2;0,5\n3;4;-2\n", regression);
  EXPECT_TRUE(dataset->is_regression());
  EXPECT_EQ(dataset->classes(), 1U);
  std::vector<float> x(2);
  EXPECT_EQ(dataset->read(Split::Train, 0, x), 0.5);
  EXPECT_EQ(dataset->read(Split::Train, 1, x), -2.0);
  EXPECT_TRUE(dataset->summary().warnings.empty());
  EXPECT_EQ(
      tables.complaint<core::IoError>("1,2,cat\n1,2,dog\n", regression),
      "t:1: the label, column 3, is \"cat\"; with data.task = regression numbers are allowed");
  EXPECT_EQ(tables.open("1,2,250000\n1,3,90000\n", regression)->summary().warnings.size(), 1U);
}

TEST(table, warns_of_a_column_that_counts_rows) {
  const Tables tables;
  std::string content = ",a,y\n";
  for (int i = 0; i < 12; ++i) content += fmt::format("{},{},{}\n", i, i % 5, i % 2);
  const auto warnings = tables.open(content)->summary().warnings;
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("column 1 (\"\") counts the rows; data.drop = 1 leaves it out"),
            std::string::npos);
  EXPECT_TRUE(tables.open(content, drop("1"))->summary().warnings.empty());
}

TEST(table, names_columns_that_are_not_there) {
  const Tables tables;
  EXPECT_EQ(tables.complaint<core::UsageError>(plain("a,b,y\n"), label("z")),
            "data.label = z: t has no such column; allowed: first, last, 1 to 3, a, b, y");
  EXPECT_EQ(tables.complaint<core::UsageError>(plain(), label("0")),
            "data.label = 0: t has no such column; allowed: first, last, 1 to 3");
  EXPECT_EQ(tables.complaint<core::UsageError>(plain(), drop("1, 4")),
            "data.drop = 4: t has no such column; allowed: first, last, 1 to 3");
  EXPECT_EQ(tables.complaint<core::UsageError>(plain(), drop("3")),
            "data.drop = 3 holds the label, column 3 of t; another data.label, or another column "
            "to drop, is allowed");
  EXPECT_EQ(tables.complaint<core::UsageError>(plain(), drop("1,2")),
            "data.drop = 1,2 leaves no column of t; at least 1 besides the label is needed");
}

TEST(table, mixes_no_decimal_marks) {
  EXPECT_EQ(Tables().complaint<core::IoError>("1,5;2;0\n1.5;2;1\n"),
            "t:2: \"1.5\" has a decimal point, numbers of line 1 the other mark; one of the two is "
            "allowed");
}

TEST(table, is_told_from_other_formats) {
  const Tables tables;
  const std::pair<std::string, const char*> others[] = {
      {"% x\n@RELATION r\n@attribute a numeric\n@data\n1,2\n", "an ARFF file"},
      {"2 1:6.5 2:3.1\n0 1:5 3:-1e0\n", "a libsvm file"},
      {"PK\x03\x04....", "a zip archive"},
      {"\x89HDF\r\n\x1a\n", "an HDF5 file"},
      {"\x93NUMPY", "a NumPy array"},
      {"\xff\xfe"
       "1",
       "text in UTF-16"},
      {std::string("1,2\0", 4), "binary"}};
  for (const auto& [content, what] : others) {
    const std::string message = tables.complaint<core::IoError>(content);
    EXPECT_EQ(message.find(std::string("t: it is ") + what), 0U) << message;
    EXPECT_NE(message.find("; "), std::string::npos);
  }
}

}  // namespace
}  // namespace plumb::data
