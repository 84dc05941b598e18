#include "train/gradient_sync.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <stdexcept>
#include <utility>

namespace plumb::train {
namespace {

constexpr int kRowChannel = 1;  // buckets travel in channel 0 meanwhile

/// "waited 30 s for rank 3 and rank 5: what"
std::string wait_text(const comm::Communicator& communicator, const comm::LongWait& wait,
                      const std::string& what) {
  std::set<int> ranks;
  for (const comm::LongWait::Sum& sum : wait.sums) ranks.insert(sum.ranks.begin(), sum.ranks.end());
  std::vector<std::string> names;
  names.reserve(ranks.size());
  for (const int rank : ranks) names.push_back(communicator.name_of(rank));
  return fmt::format("waited {:.3g} s for {}: {}", wait.seconds, fmt::join(names, " and "), what);
}

}  // namespace

template <class T>
GradientSync<T>::GradientSync(const comm::Communicator& communicator, GradientStore<T>& store,
                              SyncOptions options)
    : communicator_(communicator),
      store_(store),
      options_(std::move(options)),
      reducer_(
          make_gradient_reducer<T>({communicator, store, options_, timer_,
                                    [this](double seconds) { report_wait(seconds, {}, {}); }})),
      rows_(communicator, {.channel = kRowChannel,
                           .report_wait_seconds = options_.settings.stall_seconds,
                           .on_long_wait = [this](const comm::LongWait& wait) {
                             report_wait(wait.seconds, wait.sums, "the sums of the step");
                           }}) {
  rows_.reserve(options_.row_size);
}

template <class T>
GradientInFlight<T> GradientSync<T>::begin() {
  if (in_flight_) throw std::logic_error("a step begins while another is under way");
  in_flight_ = true;
  timer_.start_step();
  store_.start();
  GradientInFlight<T> gradient(*this);
  reducer_->begin();
  return gradient;
}

/// The gradient is waited for after the sums of the step, but it is under way at the same time.
template <class T>
void GradientSync<T>::report_wait(double seconds, std::vector<comm::LongWait::Sum> sums,
                                  std::string what) const {
  if (!options_.on_long_wait) return;
  const std::vector<comm::LongWait::Sum> gradient = reducer_->under_way();
  if (!gradient.empty()) what += (what.empty() ? "" : "; ") + reducer_->describe(gradient);
  sums.insert(sums.end(), gradient.begin(), gradient.end());
  options_.on_long_wait(wait_text(communicator_, {seconds, std::move(sums)}, what));
}

template <class T>
void GradientInFlight<T>::sum_row(std::span<double> row) {
  GradientReducer<T>& reducer = *sync_->reducer_;
  sync_->timer_.enter();
  sync_->rows_.wait(sync_->rows_.start(row), [&reducer] { return reducer.progress(); });
  sync_->timer_.leave(reducer.in_flight());
}

template <class T>
void GradientInFlight<T>::poll() {
  GradientReducer<T>& reducer = *sync_->reducer_;
  if (!reducer.in_flight()) return;
  sync_->timer_.enter();
  reducer.progress();
  sync_->timer_.leave(reducer.in_flight());
}

template <class T>
std::size_t GradientInFlight<T>::wait_for_next() {
  return sync_->reducer_->wait_for_next();
}

template <class T>
void GradientInFlight<T>::wait_for_all() {
  sync_->reducer_->wait_for_all();
}

template <class T>
void GradientInFlight<T>::EndStep::operator()(GradientSync<T>* sync) const noexcept {
  sync->in_flight_ = false;
  if (std::uncaught_exceptions() > exceptions) return;
  try {
    sync->reducer_->wait_for_all();
  } catch (const std::exception&) {
    // The next call of MPI fails, too, and can say so.
  }
}

template class GradientInFlight<float>;
template class GradientInFlight<double>;
template class GradientSync<float>;
template class GradientSync<double>;

}  // namespace plumb::train
