#include "sandbox/net/publisher.h"

#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <map>
#include <memory>
#include <utility>

#include "sandbox/net/apart.h"
#include "sandbox/net/dial.h"
#include "sandbox/net/endpoint.h"
#include "sandbox/net/relay.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {
namespace {

using Number = Relay::Number;

constexpr int backlog = 4096;  // the kernel's own limit, net.core.somaxconn, is what counts
constexpr rlim_t descriptors_each = 6;
constexpr int most_at_once = 64;
/// For what was sent by servers that have ended.
constexpr auto longest_wind_up = std::chrono::seconds(20);

std::vector<Endpoint> servers_on(std::uint16_t port) {
  return {*read_address("127.0.0.1", port), *read_address("::1", port)};
}

sys::Fd listen_on(std::uint16_t port) {
  sys::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const SocketAddress address = socket_address(*read_address("127.0.0.1", port), AF_INET);
  const int on = 1;
  if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket.get(), address.get(), address.size) != 0 || ::listen(socket.get(), backlog) != 0)
    throw sys::SysError(errno, "publishing on port {} of 127.0.0.1", port);
  return socket;
}

/// A user can only enter what belongs to his own user namespace; root need not.
void enter(const Inside& inside) {
  if (::setns(inside.network.get(), CLONE_NEWNET) == 0) return;
  if (::setns(inside.users.get(), CLONE_NEWUSER) != 0 || ::setns(inside.network.get(), CLONE_NEWNET) != 0)
    throw sys::SysError(errno, "entering the network namespace");
}

/// What runs in the process: accepts outside, connects inside.
class Publishing {
 public:
  Publishing(std::vector<Publisher::Port> ports, int lifeline)
      : ports_(std::move(ports)),
        relay_(reactor_, [this](Number number, const Relay::Carried&) { forget(number); }),
        gone_(reactor_.watch(lifeline, POLLIN, [this](int) { wind_up(); })) {
    for (const Publisher::Port& port : ports_) {
      const int listening = port.listener.get();
      arrivals_.push_back(reactor_.watch(
          listening, POLLIN,
          [this, listening, inside = port.published.port](int) { receive(listening, inside); }));
    }
  }

  void run() { reactor_.run(); }

 private:
  struct Flow {
    sys::Fd outside;
    std::unique_ptr<Dial> dial;  // until there is a server
  };

  void receive(int listening, std::uint16_t port) {
    for (int count = 0; count < most_at_once; ++count) {
      sys::Fd socket(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!socket && errno == EINVAL) return wind_up();  // it has been shut
      if (!socket) return;
      if (flows_.size() >= most_flows_) {
        break_off(std::move(socket));
        continue;
      }
      const Number number = ++last_;
      Flow& flow = flows_[number];
      flow.outside = std::move(socket);
      flow.dial = std::make_unique<Dial>(reactor_, servers_on(port), [this, number](Dial::Result result) {
        dialled(number, std::move(result));
      });
    }
  }

  void dialled(Number number, Dial::Result result) {
    Flow& flow = flows_.at(number);
    const std::unique_ptr<Dial> dial = std::move(flow.dial);
    if (result.error != 0) {
      break_off(std::move(flow.outside));
      return forget(number);
    }
    relay_.carry(number, std::move(result.socket), std::move(flow.outside));
  }

  void forget(Number number) {
    flows_.erase(number);
    if (is_winding_up_ && flows_.empty()) reactor_.stop();
  }

  void wind_up() {
    if (std::exchange(is_winding_up_, true)) return;
    gone_.cancel();
    arrivals_.clear();
    ports_.clear();
    if (flows_.empty()) return reactor_.stop();
    last_moment_ = reactor_.at(sys::BootClock::now() + longest_wind_up, [this] { reactor_.stop(); });
  }

  sys::Reactor reactor_;
  std::vector<Publisher::Port> ports_;
  Relay relay_;
  const std::size_t most_flows_ = connections_that_fit(descriptors_each);
  Number last_ = 0;
  std::map<Number, Flow> flows_;
  std::vector<sys::Watch> arrivals_;
  sys::Watch gone_, last_moment_;
  bool is_winding_up_ = false;
};

[[noreturn]] void publish(std::vector<Publisher::Port> ports, const Inside& inside, const sys::Fd& lifeline,
                          const User& user) noexcept {
  try {
    enter(inside);
    std::vector<int> kept = {lifeline.get()};
    for (const Publisher::Port& port : ports) kept.push_back(port.listener.get());
    stand_apart("gatehouse-pub", kept, user);
    Publishing(std::move(ports), lifeline.get()).run();
  } catch (const std::exception&) {
    // Whoever connects is sent away by the kernel.
  }
  ::_exit(0);
}

}  // namespace

Publisher::Publisher(const std::vector<Published>& ports) : lifeline_(sys::make_pipe()) {
  for (const Published& published : ports) ports_.push_back({published, listen_on(published.host_port)});
}

/// Whoever waits for any child reaps it.
Publisher::~Publisher() {
  close();
  process_.forget();
}

void Publisher::begin(const Inside& inside, const User& user) {
  process_ = sys::fork_with(0);
  if (!process_) {
    lifeline_.write_end.close();
    publish(std::move(ports_), inside, lifeline_.read_end, user);
  }
  lifeline_.read_end.close();
}

/// The other process has these sockets as well, and it may not run for a while.
void Publisher::close() {
  for (const Port& port : ports_) ::shutdown(port.listener.get(), SHUT_RDWR);
  ports_.clear();
  lifeline_.write_end.close();
}

}  // namespace sandbox
