#include "sandbox/moved.h"

#include <csignal>
#include <utility>

#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

constexpr std::size_t longest_name = 100;

}  // namespace

Moved::Moved(Supervisor& from, Destination destination, const Inherited& inherited)
    : from_(from),
      turn_(destination.turn),
      name_(sys::command_line(destination.spec.argv, longest_name)),
      judge_(std::move(destination.judge)) {
  destination.options.waits = true;
  const auto judging = [&] {
    return Supervisor::Judging{*judge_, std::move(destination.options), std::move(destination.onward),
                               std::move(destination.upstream)};
  };
  const Supervisor::Handlers handlers{[this](const Outcome& outcome) { ended(outcome); },
                                      [this](int signal) {
                                        if (stand_in_ != nullptr) stand_in_->stop(signal);
                                      }};
  inside_ = std::make_unique<Supervisor>(from_, destination.spec, judging, handlers, inherited);
  from_.keep(*this);
}

Moved::~Moved() { from_.forget(*this); }

void Moved::begin(StandIn& stand_in) {
  stand_in_ = &stand_in;
  if (ended_)
    stand_in.end(*ended_);
  else
    inside_->gate().begin();
}

void Moved::ended(const Outcome& outcome) {
  for (LimitReached reached : outcome.limits) {
    if (reached.by.empty()) reached.by = name_;
    from_.tell_reached(turn_, reached);
  }
  ended(outcome.status);
}

void Moved::ended(sys::ExitStatus status) {
  ended_ = status;
  if (stand_in_ != nullptr) stand_in_->end(status);
}

void Moved::signal(int number) {
  if (inside_) inside_->signal(number);
}

/// What it has sent and nobody has read yet is not sent any more.
void Moved::end() {
  if (inside_) inside_->set_network(Network::none);
  inside_.reset();
  ended(sys::ExitStatus{0, SIGKILL});
}

}  // namespace sandbox
