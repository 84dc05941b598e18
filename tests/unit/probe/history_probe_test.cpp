// What the probe hands on of the timing it is told.
#include "probe/history_probe.hpp"

#include <gtest/gtest.h>

namespace plumb::probe {
namespace {

/// Remembers the rows about time.
class TimeSink final : public history::RowSink {
 public:
  void write(const history::StepRow& /*row*/) override {}
  void write_histograms(const history::HistogramRow& /*row*/) override {}
  void write_timing(std::span<const history::StepTiming> rows) override {
    timing.insert(timing.end(), rows.begin(), rows.end());
  }
  void write_buckets(std::span<const history::StepTiming> rows) override {
    ++bucket_calls;
    buckets.insert(buckets.end(), rows.begin(), rows.end());
  }
  void write_evaluation(const history::Evaluation& /*row*/) override {}
  void write_snapshot(const history::Snapshot& /*snapshot*/) override {}

  std::vector<history::StepTiming> timing;
  std::vector<history::StepTiming> buckets;
  int bucket_calls = 0;
};

/// Steps 0 .. 5 with two buckets each, in thousandths of a second.
std::vector<history::StepTiming> six_steps() {
  std::vector<history::StepTiming> timings(6);
  for (std::size_t s = 0; s < timings.size(); ++s) {
    const auto step = static_cast<double>(s);
    timings[s].step = s;
    history::phase(timings[s].seconds, history::Phase::AllreduceHidden) = 1e-3 * step;
    timings[s].buckets = {{1e-3 * step, 2e-3 * step, 3e-3 * step},
                          {4e-3 * step, 5e-3 * step, 6e-3 * step}};
  }
  return timings;
}

NetworkInfo small_network() {
  net::NetworkSettings network;
  network.depth = 1;
  network.width = 2;
  net::ProblemShape problem;
  problem.inputs = 3;
  problem.classes = 2;
  return make_network_info(network, problem, net::Loss::SoftmaxCrossEntropy, 64, 32);
}

void tell(TimeSink& sink, const RecordSettings& settings,
          const std::vector<history::StepTiming>& timings) {
  HistoryProbe probe(settings, small_network(), &sink);
  probe.on_timing(timings);
}

TEST(history_probe, hands_the_times_of_buckets_on_for_the_recorded_steps) {
  RecordSettings settings;
  settings.every = 2;
  settings.buckets = true;
  TimeSink sink;
  tell(sink, settings, six_steps());
  ASSERT_EQ(sink.buckets.size(), 3U);
  ASSERT_EQ(sink.timing.size(), 3U);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(sink.buckets[row].step, 2 * row);
    EXPECT_EQ(sink.buckets[row].step, sink.timing[row].step);
    ASSERT_EQ(sink.buckets[row].buckets.size(), 2U);
  }
  const history::BucketTimes& last = sink.buckets[2].buckets[1];
  EXPECT_EQ(last.ready, 4e-3 * 4);
  EXPECT_EQ(last.finish, 5e-3 * 4);
  EXPECT_EQ(last.exposed, 6e-3 * 4);
}

TEST(history_probe, keeps_the_times_of_buckets_to_itself_unless_asked) {
  TimeSink sink;
  tell(sink, {}, six_steps());
  EXPECT_EQ(sink.timing.size(), 6U);
  EXPECT_EQ(sink.bucket_calls, 0);
}

TEST(history_probe, says_nothing_of_buckets_where_there_are_none) {
  std::vector<history::StepTiming> timings = six_steps();
  for (history::StepTiming& timing : timings) timing.buckets.clear();
  RecordSettings settings;
  settings.buckets = true;
  TimeSink sink;
  tell(sink, settings, timings);
  EXPECT_EQ(sink.timing.size(), 6U);
  EXPECT_EQ(sink.bucket_calls, 0);
}

TEST(history_probe, names_hidden_communication_after_the_phases_that_make_up_a_step) {
  TimeSink sink;
  tell(sink, {}, six_steps());
  EXPECT_EQ(history::kPhases[history::PhaseSeconds().size() - 1].name, "allreduce_hidden");
  EXPECT_EQ(core::name_of(history::Phase::AllreduceExposed), "allreduce_exposed");
  EXPECT_EQ(sink.timing[5].seconds.back(), 1e-3 * 5);
}

}  // namespace
}  // namespace plumb::probe
