#include "sandbox/supervisor.h"

#include <poll.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <set>
#include <utility>

#include "sandbox/launcher/mounts.h"
#include "sandbox/moved.h"
#include "sandbox/net/endpoint.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

/// Between SIGTERM and the end, so that a command can still say what it was doing.
constexpr auto grace = std::chrono::milliseconds(200);
/// At a time: each takes some descriptors of ours.
constexpr std::size_t most_moved = 64;
/// Between asking a subreaper to end its tree and ending it without its help.
constexpr auto patience = std::chrono::seconds(2);
/// For servers that nothing outside reaches: a command that is over before costs nothing.
constexpr auto look_interval = std::chrono::seconds(1);

bool has_own_network(const Spec& spec) {
  return !spec.is_guest && spec.network != Network::full && spec.mode != Mode::danger_full_access;
}

/// Before anything is built: a port that is taken is no reason to undo that.
std::unique_ptr<Publisher> publisher_for(const Spec& spec) {
  if (spec.publish.empty() || !has_own_network(spec)) return nullptr;
  try {
    return std::make_unique<Publisher>(spec.publish);
  } catch (const sys::SysError& error) {
    throw SetupError(error.what(), {});
  }
}

/// To an order that somebody waits for.
bool is_answer(Report::Kind kind) {
  return kind == Report::Kind::held || kind == Report::Kind::roots_set || kind == Report::Kind::lent;
}

/// Of what the sandbox holds by itself: with the host's files, nothing is held.
std::vector<std::string> left_in_reach(const Spec& spec, const std::vector<std::string>& paths) {
  return spec.mode == Mode::danger_full_access ? std::vector<std::string>{"/"} : paths;
}

Report report_in(const sys::Packet& packet) {
  Report report{};
  if (packet.bytes.size() != sizeof report) throw sys::Error(sys::Kind::internal, "init sent an odd report");
  std::memcpy(&report, packet.bytes.data(), sizeof report);
  return report;
}

}  // namespace

Supervisor::Supervisor(sys::Reactor& reactor, const Spec& spec, const std::function<Judging()>& prepare,
                       Handlers handlers, std::optional<Nascent> nascent)
    : Supervisor(
          reactor, std::make_shared<WaitStatuses>(reactor), std::move(handlers),
          [&](const auto& meanwhile) { return launch(spec, meanwhile, std::move(nascent)); }, spec, prepare) {
}

Supervisor::Supervisor(Supervisor& beside, const Spec& spec, const std::function<Judging()>& prepare,
                       Handlers handlers, const Inherited& inherited)
    : Supervisor(
          beside.reactor_, beside.statuses_, std::move(handlers),
          [&](const auto& meanwhile) { return launch(spec, inherited, beside.lend(spec), meanwhile); }, spec,
          prepare) {}

Supervisor::Supervisor(sys::Reactor& reactor, std::shared_ptr<WaitStatuses> statuses, Handlers handlers,
                       const std::function<Launched(const std::function<void()>& meanwhile)>& launch_it,
                       const Spec& spec, const std::function<Judging()>& prepare)
    : reactor_(reactor),
      handlers_(std::move(handlers)),
      caches_(cache_paths_of(spec)),
      nests_(spec.nested_namespaces),
      shown_(left_in_reach(spec, spec.shown)),
      sockets_(left_in_reach(spec, spec.sockets)),
      hidden_(spec.hide),
      started_(sys::BootClock::now()),
      // Before the first child is there: a status that comes earlier would be lost.
      statuses_(std::move(statuses)),
      claim_(statuses_->add([this](pid_t pid, int status, bool is_last_word) {
        return on_wait_status(pid, status, is_last_word);
      })),
      publisher_(publisher_for(spec)),
      launched_(launch_it([&] {
        if (prepare) judging_.emplace(prepare());
      })) {
  if (launched_.zygote) {
    turns_ = std::make_unique<Turns>(
        reactor, std::move(*launched_.zygote), spec.user,
        Turns::Handlers{[this](const Order& to_init) { order(to_init); },
                        [this](Outcome& outcome, bool left) { complete(outcome, left); },
                        [this](const LimitReached& reached) {
                          if (handlers_.left_reached) handlers_.left_reached(reached);
                        }});
    if (judging_)
      judging_->options.reading.turn_of = [this](pid_t process) { return turns_->turn_of(process); };
  }
  if (launched_.listener)
    gate_ = std::make_unique<Gate>(reactor, std::move(launched_.listener), judging_->judge,
                                   std::move(judging_->options));
  begin_network(spec);
  if (gate_ && judging_->destinations)
    gate_->on_move([this](const ExecRead& read, const Inherited& inherited, const std::string& place) {
      if (launched_.tier != Tier::a)
        throw sys::Error(sys::Kind::unsupported, "tier {} has one sandbox only", name_of(launched_.tier));
      if (moved_.size() >= most_moved)
        throw sys::Error(sys::Kind::unsupported, "{} programs of this sandbox are in others already",
                         most_moved);
      return std::make_unique<Moved>(*this, judging_->destinations(read.event, place), inherited);
    });
  if (gate_ && launched_.doors) {
    connections_ =
        std::make_unique<Connections>(reactor, gate_->listener(), judging_->judge,
                                      std::move(*launched_.doors), spec.user, std::move(judging_->upstream));
    gate_->on_connect([this](const Notification& notification, const Gate::Program& program) {
      connections_->take(notification, program);
    });
  }
  sys::set_nonblocking(launched_.channel.fd(), true);
  reports_ = reactor_.watch(launched_.channel.fd(), POLLIN, [this](int) { on_reports(); });
  watch_limits(spec.limits);
}

Supervisor::~Supervisor() {
  if (!launched_.init) return;
  // Without a PID namespace it is init that ends the tree, when it finds itself alone.
  launched_.lifeline.close();
  if (launched_.tier == Tier::a) launched_.init.kill(SIGKILL);
  // A PID namespace ends when its last process is reaped, and those that we trace are ours to reap.
  statuses_->reap(launched_.init.pid());
  launched_.init.forget();
}

/// False when init is gone, and with it whom the order was about.
bool Supervisor::order(const Order& order, const std::vector<int>& fds) {
  try {
    launched_.channel.send({reinterpret_cast<const char*>(&order), sizeof order}, fds);
    return true;
  } catch (const sys::SysError&) {
    return false;
  }
}

std::vector<NotHeld> Supervisor::hold(const HoldOrder& change, HoldFor reason) {
  std::vector<NotHeld> failures;
  const auto add = [&](std::vector<NotHeld> more) {
    std::move(more.begin(), more.end(), std::back_inserter(failures));
  };
  for (Moved* const moved : moved_)
    if (Supervisor* const inside = moved->inside()) add(inside->hold(change, reason));
  add(hold_here(change, reason));
  return failures;
}

std::vector<NotHeld> Supervisor::hold_here(HoldOrder change, HoldFor reason) {
  const auto* left = reason == HoldFor::hiding ? &shown_ : reason == HoldFor::sockets ? &sockets_ : nullptr;
  if (left != nullptr)
    std::erase_if(change.held, [&](const Held& held) {
      return sys::is_within_any(held.path, *left) && !sys::is_within_any(held.path, hidden_);
    });
  const std::optional<Fds> answer = ask(Order::Kind::hold, {pack(change).get()}, Report::Kind::held);
  std::vector<NotHeld> failures;
  if (answer && answer->size() == 1) failures = unpack_not_held(answer->front().get());
  const char* const why = !answer                      ? "the sandbox's first process does not answer"
                          : !answer->empty() && nests_ ? "who may make namespaces may have mounts of its own"
                                                       : nullptr;
  if (why == nullptr) return failures;
  for (const Held& held : change.held) failures.push_back({held.path, why, answer.has_value()});
  return failures;
}

std::optional<RootsAnswer> Supervisor::set_roots(const RootsOrder& roots) {
  const std::optional<Fds> answer = ask(Order::Kind::set_roots, {pack(roots).get()}, Report::Kind::roots_set);
  if (!answer) return std::nullopt;
  return answer->size() == 1 ? unpack_roots_answer(answer->front().get()) : RootsAnswer();
}

/// For a sandbox beside this one. Without them that one sees the host's caches, read-only.
Lent Supervisor::lend(const Spec& to) {
  Lent lent;
  if (!takes_lent_caches(to)) return lent;
  std::optional<Fds> trees = ask(Order::Kind::lend_caches, {}, Report::Kind::lent);
  if (!trees || trees->size() != caches_.size()) return lent;
  for (std::size_t i = 0; i < caches_.size(); ++i) lent.emplace(caches_[i], std::move((*trees)[i]));
  return lent;
}

/// Nothing when the answer does not come in time; no descriptors when the sandbox has ended.
std::optional<Supervisor::Fds> Supervisor::ask(Order::Kind kind, const std::vector<int>& fds,
                                               Report::Kind answer) {
  if (!order({kind, ++orders_}, fds)) return Fds();
  return await(answer, orders_);
}

std::optional<Supervisor::Fds> Supervisor::await(Report::Kind kind, int number) {
  const auto limit = sys::BootClock::now() + patience;
  for (auto now = sys::BootClock::now(); now < limit; now = sys::BootClock::now()) {
    pollfd word{launched_.channel.fd(), POLLIN, 0};
    ::poll(&word, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(limit - now).count()));
    std::optional<sys::Packet> packet = launched_.channel.receive();
    if (!packet && launched_.channel.closed()) return Fds();
    if (!packet) continue;
    const Report report = report_in(*packet);
    if (!is_answer(report.kind)) {
      early_reports_.push_back(report);
      early_ = reactor_.at(sys::BootClock::now(), [this] { on_reports(); });
    } else if (report.kind == kind && report.value == number) {
      return std::move(packet->fds);
    }
  }
  return std::nullopt;
}

void Supervisor::answer(std::uint64_t ticket, bool allowed) {
  if (connections_ && connections_->answer(ticket, allowed)) return;
  gate_->answer(ticket, allowed);
  for (Moved* const moved : std::vector<Moved*>(moved_))
    if (Supervisor* const inside = moved->inside()) inside->answer(ticket, allowed);
}

std::vector<std::string> Supervisor::end_moved() {
  std::vector<std::string> names;
  for (Moved* const moved : moved_) {
    if (moved->inside() == nullptr) continue;
    names.push_back(moved->name());
    const std::vector<std::string> further = moved->inside()->end_moved();
    names.insert(names.end(), further.begin(), further.end());
    moved->end();
  }
  return names;
}

void Supervisor::set_network(Network network) {
  if (connections_) connections_->set_open(network != Network::none);
}

void Supervisor::signal(int number) {
  if (!reported_end_) order({Order::Kind::signal_command, number});
}

sys::Channel Supervisor::start_worker() {
  sys::SocketPair ends = sys::make_socket_pair();
  order({Order::Kind::start_worker, 0}, {ends.theirs.get()});
  return sys::Channel(std::move(ends.ours));
}

void Supervisor::end_after(std::chrono::nanoseconds time) {
  deadline_ = reactor_.at(started_ + time, [this] { time_out(); });
}

void Supervisor::time_out() {
  if (reported_end_ || std::exchange(outcome_.timed_out, true)) return;
  signal(SIGTERM);
  signal(SIGCONT);
  deadline_ = reactor_.at(sys::BootClock::now() + grace, [this] { end(); });
}

void Supervisor::begin_network(const Spec& spec) {
  if (publisher_ && launched_.inside)
    publisher_->begin(*std::exchange(launched_.inside, std::nullopt), spec.user);
  else
    publisher_.reset();
  if (!has_own_network(spec) || launched_.tier != Tier::a) return;
  std::set<std::uint16_t> expected;
  for (const Published& published : spec.publish) expected.insert(published.port);
  if (launched_.doors)
    for (const sys::Fd* relay : {&launched_.doors->relay, &launched_.doors->relay6})
      if (const auto own = *relay ? own_endpoint(relay->get()) : std::nullopt) expected.insert(own->port);
  servers_.emplace(launched_.init.pid(), std::move(expected));
  next_look_ = reactor_.at(started_ + look_interval, [this] { look_for_servers(); });
}

void Supervisor::look_for_servers() {
  if (!servers_ || told_end_) return;
  for (const Listening& server : servers_->look()) {
    listening_.push_back(server);
    if (handlers_.listening) handlers_.listening(server);
  }
  next_look_ = reactor_.at(sys::BootClock::now() + look_interval, [this] { look_for_servers(); });
}

void Supervisor::watch_limits(const Limits& limits) {
  limits_.emplace(
      reactor_, limits, launched_.init.pid(), std::move(launched_.tmp),
      LimitWatch::Handlers{
          [this, init = launched_.init.pid()] {
            return turns_ ? turns_->trees() : std::vector<LimitWatch::Tree>{{0, init}};
          },
          [this](std::uint64_t turn, const LimitReached& reached) { limit_reached(turn, reached); }});
  if (turns_ || limits.wall_ms == 0) return;
  wall_ = reactor_.at(started_ + std::chrono::milliseconds(limits.wall_ms), [this, wall = limits.wall_ms] {
    add(outcome_.limits, {LimitReached::Which::wall, wall});
    time_out();
  });
}

void Supervisor::limit_reached(std::uint64_t turn, const LimitReached& reached) {
  if (turns_) return turns_->limit_reached(turn, reached);
  add(outcome_.limits, reached);
  if (reached.which == LimitReached::Which::memory && !reported_end_) end();
}

/// Servers that have ended with their command have been seen while it ran, or not at all.
void Supervisor::complete(Outcome& outcome, bool may_listen) {
  if (may_listen) look_for_servers();
  outcome.listening = std::exchange(listening_, {});
  if (!limits_) return;
  for (LimitReached& reached : limits_->last_reached()) add(outcome.limits, std::move(reached));
}

void Supervisor::end() {
  if (launched_.tier == Tier::a) {
    launched_.init.kill(SIGKILL);  // the kernel ends its PID namespace with it
    return;
  }
  order({Order::Kind::end, 0});
  deadline_ = reactor_.at(sys::BootClock::now() + patience, [this] { launched_.init.kill(SIGKILL); });
}

void Supervisor::on_reports() {
  for (const Report& report : std::exchange(early_reports_, {})) on_report(report);
  while (const std::optional<sys::Packet> packet = launched_.channel.receive()) on_report(report_in(*packet));
  if (launched_.channel.closed()) reports_.cancel();
}

void Supervisor::on_report(const Report& report) {
  switch (report.kind) {
    case Report::Kind::exec_failed:
      outcome_.exec_error = report.value;
      return;
    case Report::Kind::stopped:
      if (handlers_.stopped) handlers_.stopped(report.value);
      return;
    case Report::Kind::continued:
    case Report::Kind::held:
    case Report::Kind::roots_set:
    case Report::Kind::lent:  // of an order that nobody waited for any longer
      return;
    case Report::Kind::ended:
      reported_end_ = true;
      outcome_.status = sys::exit_status(report.value);
      return;
    case Report::Kind::alone:
      // Its namespaces take the kernel a while: meanwhile the end is settled.
      if (launched_.tier == Tier::a) launched_.init.kill(SIGKILL);
      tell_end();
      return;
  }
}

void Supervisor::tell_end() {
  if (std::exchange(told_end_, true)) return;
  outcome_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(sys::BootClock::now() - started_);
  deadline_.cancel();
  wall_.cancel();
  complete(outcome_, false);
  if (limits_) limits_->stop();
  next_look_.cancel();
  if (publisher_) publisher_->close();
  if (turns_) turns_->lose_all();
  settle_connections();
  handlers_.ended(outcome_);
}

/// What cannot be told of them keeps nobody from hearing of the end.
void Supervisor::settle_connections() {
  try {
    if (connections_) connections_->settle();
  } catch (const std::exception&) {
    // The record cannot be written.
  }
}

bool Supervisor::on_wait_status(pid_t pid, int status, bool is_last_word) {
  if (launched_.init && pid == launched_.init.pid()) {
    if (!WIFSTOPPED(status)) on_init_gone();
    return true;
  }
  return gate_ && gate_->on_wait_status(pid, status, is_last_word);
}

void Supervisor::on_init_gone() {
  launched_.init.forget();
  on_reports();  // what init said last may still be in the socket
  if (!reported_end_) outcome_.status = {0, SIGKILL};
  tell_end();
}

}  // namespace sandbox
