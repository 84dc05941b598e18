#include "comm/allreduce/tree_allreduce.hpp"

#include <utility>

#include "comm/allreduce/tree_engine.hpp"

namespace plumb::comm {

template <class T>
TreeAllreduce<T>::TreeAllreduce(const Communicator& communicator, TreeOptions options)
    : engine_(std::make_unique<Engine>(communicator, std::move(options))) {}

template <class T>
TreeAllreduce<T>::TreeAllreduce(TreeAllreduce&& other) noexcept = default;
template <class T>
TreeAllreduce<T>& TreeAllreduce<T>::operator=(TreeAllreduce&& other) noexcept = default;

template <class T>
TreeAllreduce<T>::~TreeAllreduce() {
  // The job is about to be aborted: until then MPI may still look at messages and their memory.
  if (engine_ && !engine_->drain()) static_cast<void>(engine_.release());
}

template <class T>
void TreeAllreduce<T>::reserve(std::size_t longest) {
  engine_->reserve(longest);
}

template <class T>
typename TreeAllreduce<T>::Ticket TreeAllreduce<T>::start(std::span<T> values) {
  return engine_->start(values);
}

template <class T>
bool TreeAllreduce<T>::progress() {
  return engine_->progress();
}

template <class T>
bool TreeAllreduce<T>::done(Ticket ticket) const {
  return engine_->done(ticket);
}

template <class T>
bool TreeAllreduce<T>::idle() const {
  return engine_->idle();
}

template <class T>
void TreeAllreduce<T>::wait(Ticket ticket, const std::function<bool()>& meanwhile) {
  engine_->wait([&] { return engine_->done(ticket); }, meanwhile);
}

template <class T>
std::vector<LongWait::Sum> TreeAllreduce<T>::under_way() const {
  return engine_->under_way();
}

template <class T>
void TreeAllreduce<T>::wait_all() {
  engine_->wait([&] { return engine_->idle(); }, {});
}

template <class T>
void TreeAllreduce<T>::sum(std::span<T> values) {
  wait(start(values));
}

template <class T>
std::size_t tree_memory(const WireCodec& wire, std::size_t longest) noexcept {
  return kUnderWay * MessageBuffers<T>::bytes(wire, longest);
}

template std::size_t tree_memory<float>(const WireCodec&, std::size_t) noexcept;
template std::size_t tree_memory<double>(const WireCodec&, std::size_t) noexcept;
template class TreeAllreduce<float>;
template class TreeAllreduce<double>;

}  // namespace plumb::comm
