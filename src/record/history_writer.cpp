#include "record/history_writer.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "h5/row_reader.hpp"
#include "record/history_layout.hpp"
#include "record/part_file.hpp"
#include "record/snapshot_group.hpp"
#include "watchdog/graceful_shutdown.hpp"

namespace plumb::record {
namespace {

// A killed run loses at most this much.
constexpr double kFlushSeconds = 0.5;
constexpr std::size_t kFlushRows = 256;
constexpr std::size_t kFlushHistogramBytes = std::size_t{8} << 20;

using history::Group;
using history::PerBucket;
using history::PerEvaluation;
using history::PerLayer;
using history::PerPhase;

/// The table's group holds some of the values of a row's layers.
void add_layer_row(StepTable& table, Group group, const history::StepRow& row) {
  const auto columns = history::quantities_of<PerLayer>(group);
  const auto first =
      static_cast<std::size_t>(columns.data() - history::quantities_of<PerLayer>().data());
  table.start_row(row.step);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (const auto& values : row.layers) table.push(c, values[first + c]);
  }
}

void add_training_row(StepTable& table, const history::StepRow& row) {
  table.start_row(row.step);
  for (std::size_t c = 0; c < row.values.size(); ++c) table.push(c, row.values[c]);
}

void add_timing_row(StepTable& table, const history::StepTiming& row) {
  table.start_row(row.step);
  const auto columns = history::quantities_of<PerPhase>();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (const double seconds : row.*std::get<PerPhase>(columns[c].source)) table.push(c, seconds);
  }
}

void add_bucket_row(StepTable& table, const history::StepTiming& row) {
  table.start_row(row.step);
  const auto columns = history::quantities_of<PerBucket>();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto member = std::get<PerBucket>(columns[c].source);
    for (const history::BucketTimes& bucket : row.buckets) table.push(c, bucket.*member);
  }
}

void add_evaluation_row(StepTable& table, const history::Evaluation& row) {
  table.start_row(row.step);
  const auto columns = history::quantities_of<PerEvaluation>();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    table.push(c, row.*std::get<PerEvaluation>(columns[c].source));
  }
}

}  // namespace

struct HistoryWriter::Impl {
  Impl(std::filesystem::path path, const history::HistoryHeader& header, bool overwrite)
      : name(std::move(path), overwrite),
        file(h5::File::create(name.part())),
        tables(create_layout(file, header)),
        layers(header.layers.size()),
        buckets(header.buckets.size()) {
    file.flush();
  }

  // Runs a piece of writing. After a failure nothing more is written: the file on disk stays as
  // it was at that moment.
  template <class Work>
  void guarded(Work work) {
    const auto hold = watchdog::defer_shutdown();
    if (!open) throw std::logic_error(name.path().string() + ": written to after its end");
    try {
      work();
    } catch (...) {
      open = false;
      throw;
    }
  }

  void write_out() {
    for (StepTable* table : {&tables->gradients, &tables->activations, &tables->training,
                             &tables->timing, &tables->evaluation}) {
      table->write_out();
    }
    tables->histograms.write_out();
    if (tables->buckets) tables->buckets->write_out();
    file.flush();
    since_flush.lap();
  }

  void write_out_when_due() {
    if (tables->gradients.buffered_rows() >= kFlushRows ||
        tables->histograms.buffered_bytes() >= kFlushHistogramBytes ||
        since_flush.elapsed() >= kFlushSeconds) {
      write_out();
    }
  }

  void expect_layers(std::size_t given) const {
    if (given != layers) throw std::invalid_argument("a row has as many layers as the header");
  }

  void expect_values(const history::StepRow& row) const {
    expect_layers(row.layers.size());
    const std::size_t count = history::quantities_of<PerLayer>().size();
    const bool whole = std::all_of(row.layers.begin(), row.layers.end(),
                                   [&](const auto& values) { return values.size() == count; });
    if (whole && row.values.size() == history::quantities_of<history::PerStep>().size()) return;
    throw std::invalid_argument("a row has a value of each quantity");
  }

  void expect_buckets(std::span<const history::StepTiming> rows) const {
    for (const history::StepTiming& row : rows) {
      if (buckets > 0 && row.buckets.size() == buckets) continue;
      throw std::invalid_argument("a row has as many buckets as the header, which is some");
    }
  }

  PartFile name;
  h5::File file;
  std::optional<HistoryTables> tables;
  std::size_t layers;
  std::size_t buckets;
  core::Stopwatch since_flush;
  bool open = true;
  // Declared last: it uses all the others.
  watchdog::ShutdownHook rows_are_kept{[this] {
    const auto lock = h5::lock_library();  // other threads may be reading samples from HDF5
    if (open) write_out();
  }};
};

HistoryWriter::HistoryWriter(std::filesystem::path path, const history::HistoryHeader& header,
                             bool overwrite)
    : impl_(std::make_unique<Impl>(std::move(path), header, overwrite)) {}

HistoryWriter::~HistoryWriter() {
  const auto hold = watchdog::defer_shutdown();
  if (!impl_ || !impl_->open) return;
  try {
    // Left without finish(), by another part's failure: keep the rows for `recover`.
    impl_->write_out();
  } catch (const std::exception&) {
    return;  // NOLINT: a destructor has nobody to tell
  }
}

void HistoryWriter::write(const history::StepRow& row) {
  impl_->expect_values(row);
  impl_->guarded([&] {
    HistoryTables& tables = *impl_->tables;
    add_layer_row(tables.gradients, Group::Gradients, row);
    add_layer_row(tables.activations, Group::Activations, row);
    add_training_row(tables.training, row);
    impl_->write_out_when_due();
  });
}

void HistoryWriter::write_histograms(const history::HistogramRow& row) {
  impl_->expect_layers(row.layers.size());
  impl_->guarded([&] {
    impl_->tables->histograms.add(row);
    impl_->write_out_when_due();
  });
}

void HistoryWriter::write_timing(std::span<const history::StepTiming> rows) {
  impl_->guarded([&] {
    for (const history::StepTiming& row : rows) add_timing_row(impl_->tables->timing, row);
    impl_->write_out_when_due();
  });
}

void HistoryWriter::write_buckets(std::span<const history::StepTiming> rows) {
  impl_->expect_buckets(rows);
  impl_->guarded([&] {
    for (const history::StepTiming& row : rows) add_bucket_row(*impl_->tables->buckets, row);
    impl_->write_out_when_due();
  });
}

void HistoryWriter::write_evaluation(const history::Evaluation& row) {
  impl_->guarded([&] {
    add_evaluation_row(impl_->tables->evaluation, row);
    impl_->write_out_when_due();
  });
}

void HistoryWriter::write_snapshot(const history::Snapshot& snapshot) {
  impl_->guarded([&] {
    write_snapshot_group(impl_->file, snapshot);
    impl_->write_out();
  });
}

void HistoryWriter::finish(const history::HistoryOutcome& outcome) {
  impl_->guarded([&] {
    {
      const h5::Group root = impl_->file.root();
      root.set_text("status", outcome.status);
      root.set_int("diverged_step", outcome.diverged_step);
    }
    impl_->write_out();
    impl_->tables.reset();  // closes every dataset
    impl_->file.close();
    impl_->name.commit();
    impl_->open = false;
  });
}

}  // namespace plumb::record
