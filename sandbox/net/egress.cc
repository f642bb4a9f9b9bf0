#include "sandbox/net/egress.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <utility>

#include "sandbox/connection.h"
#include "sandbox/net/apart.h"
#include "sandbox/net/claims.h"
#include "sandbox/net/flow.h"
#include "sandbox/net/line.h"
#include "sandbox/net/lookup.h"
#include "sandbox/net/names.h"
#include "sandbox/net/relay.h"
#include "sandbox/net/resolver.h"
#include "sandbox/net/wire.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

using Number = std::uint64_t;

/// Between the answer to connect(2) and the arrival at the relay, on one machine.
constexpr auto longest_way = std::chrono::seconds(20);
/// For a name to be looked up while a caller who does not wait is kept: a refusal then is connect(2)'s.
constexpr auto longest_moment = std::chrono::milliseconds(100);
/// For what was sent by programs that have ended.
constexpr auto longest_wind_up = std::chrono::seconds(20);

/// A connection takes two descriptors, and while bytes wait in it each way two more. Beyond that none is
/// begun, so that none that is there has to break off.
constexpr rlim_t descriptors_each = 6;

class Egress {
 public:
  Egress(sys::Channel supervisor, Doors doors, std::optional<Upstream> upstream)
      : doors_(std::move(doors)),
        upstream_(std::move(upstream)),
        line_(
            reactor_, std::move(supervisor), [this](const sys::Packet& packet) { obey(packet); },
            [this] { wind_up(); }),
        lookup_(reactor_),
        resolver_(reactor_, std::move(doors_.resolver), names_, unknown_, static_cast<bool>(doors_.relay6)),
        relay_(reactor_,
               [this](Number number, const Relay::Carried& carried) { tell_end(number, carried); }) {
    for (const sys::Fd* door : {&doors_.relay, &doors_.relay6}) {
      if (!*door) continue;
      const int listening = door->get();
      send_without_pacing(listening);
      arrivals_.push_back(reactor_.watch(listening, POLLIN, [this, listening](int) { receive(listening); }));
    }
  }

  void run() { reactor_.run(); }

 private:
  void obey(const sys::Packet& packet);
  void tell_name(Number number, const Endpoint& wanted);
  void begin(const NetOrder& order, sys::Fd copy);
  void resolve(Number number);
  void looked_up(Number number, const Lookup::Answer& answer);
  void dial(const NetOrder& order);
  void dial(Number number, std::vector<Endpoint> endpoints);
  void dial_upstream(const NetOrder& order);
  void tunnel(Number number, Dial::Result result, const std::string& host);
  void dialled(Number number, Dial::Result result);
  void outside_is_there(Number number, sys::Fd socket);
  void connect_inside(Number number, Flow& flow);
  void connected_inside(Number number);
  void receive(int listening);
  void join(Number number, Flow& flow);
  void answer(Number number, Flow& flow, int error);
  void forget(Number number);
  void fail(Number number, int error, const std::string& why = {});
  void tell_end(Number number, const Relay::Carried& carried, const std::string& why = {});
  void settle();
  void wind_up();
  void cut();

  sys::Reactor reactor_;
  Doors doors_;
  std::optional<Upstream> upstream_;
  Names names_;
  UnknownNames unknown_;
  Line line_;
  Lookup lookup_;
  Resolver resolver_;
  Relay relay_;
  Claims claims_;
  const std::size_t most_flows_ = connections_that_fit(descriptors_each);
  std::map<Number, Flow> flows_;
  std::vector<sys::Watch> arrivals_;
  bool is_winding_up_ = false;
  sys::Watch last_moment_;
};

Endpoint wanted_in(const NetOrder& order) {
  const std::optional<Endpoint> wanted = read_address(order.address, order.port);
  if (!wanted) throw sys::Error(sys::Kind::internal, "reading where a connection leads");
  return *wanted;
}

void Egress::obey(const sys::Packet& packet) {
  const NetOrder order = unpack_order(packet.bytes);
  switch (order.kind) {
    case NetOrder::Kind::name:
      return tell_name(order.number, wanted_in(order));
    case NetOrder::Kind::connect:
      if (packet.fds.size() == 1) begin(order, sys::duplicate(packet.fds.front().get()));
      return;
    case NetOrder::Kind::resolve:
      return resolve(order.number);
    case NetOrder::Kind::dial:
      return order.by_upstream ? dial_upstream(order) : dial(order);
    case NetOrder::Kind::forget:
      return forget(order.number);
    case NetOrder::Kind::settle:
      return settle();
    case NetOrder::Kind::cut:
      cut();
      line_.send(pack(NetWord{.kind = NetWord::Kind::cut}));
      return;
  }
}

void Egress::tell_name(Number number, const Endpoint& wanted) {
  const std::string* const name = names_.name_at(wanted);
  line_.send(
      pack(NetWord{.kind = NetWord::Kind::named, .number = number, .host = name ? *name : std::string()}));
}

void Egress::begin(const NetOrder& order, sys::Fd copy) {
  const bool is_too_many = flows_.size() >= most_flows_;
  Flow& flow = flows_[order.number];
  flow.wanted = wanted_in(order);
  if (const std::string* name = names_.name_at(flow.wanted)) flow.host = *name;
  flow.waits = (::fcntl(copy.get(), F_GETFL) & O_NONBLOCK) == 0;
  flow.copy = std::move(copy);
  if (is_too_many)
    return fail(order.number, ENOBUFS, fmt::format("{} connections are open, and no more fit.", most_flows_));
  if (flow.host.empty() && is_synthetic(flow.wanted))
    return fail(order.number, EHOSTUNREACH, "No name has this address.");
  tell_name(order.number, flow.wanted);
}

void Egress::resolve(Number number) {
  const auto flow = flows_.find(number);
  if (flow == flows_.end()) return;
  const auto found = [this, number](const Lookup::Answer& answer) { looked_up(number, answer); };
  // A program that does other things meanwhile must not be kept from them.
  if (!flow->second.waits)
    flow->second.moment = reactor_.at(sys::BootClock::now() + longest_moment, [this, number] {
      Flow& late = flows_.at(number);
      late.moment.cancel();
      connect_inside(number, late);
    });
  if (flow->second.host == own_host)
    found({.addresses = {"127.0.0.1", "::1"}});
  else
    lookup_.find(flow->second.host, found);
}

void Egress::looked_up(Number number, const Lookup::Answer& answer) {
  const auto flow = flows_.find(number);
  if (flow == flows_.end()) return;
  if (!answer.addresses.empty()) {
    line_.send(
        pack(NetWord{.kind = NetWord::Kind::resolved, .number = number, .addresses = answer.addresses}));
    return;
  }
  if (!answer.is_known)
    return fail(number, EHOSTUNREACH, "Outside nobody has told the addresses of this name in time.");
  unknown_.add(flow->second.host, sys::BootClock::now());
  fail(number, EHOSTUNREACH, "Outside nobody knows an address of this name.");
}

std::vector<Endpoint> endpoints_of(const std::vector<std::string>& addresses, std::uint16_t port) {
  std::vector<Endpoint> endpoints;
  for (const std::string& address : addresses)
    if (const auto endpoint = read_address(address, port)) endpoints.push_back(*endpoint);
  return endpoints;
}

void Egress::dial(const NetOrder& order) {
  const auto found = flows_.find(order.number);
  if (found == flows_.end()) return;
  std::vector<Endpoint> endpoints = endpoints_of(order.addresses, found->second.wanted.port);
  if (endpoints.empty()) return fail(order.number, EHOSTUNREACH);
  dial(order.number, std::move(endpoints));
}

void Egress::dial(Number number, std::vector<Endpoint> endpoints) {
  Flow& flow = flows_.at(number);
  flow.dial = std::make_unique<Dial>(reactor_, std::move(endpoints), [this, number](Dial::Result result) {
    dialled(number, std::move(result));
  });
  if (!flow.waits) connect_inside(number, flow);
}

void Egress::dial_upstream(const NetOrder& order) {
  const auto flow = flows_.find(order.number);
  if (flow == flows_.end() || !upstream_) return fail(order.number, ENETUNREACH);
  const std::string host = order.addresses.empty() ? flow->second.host : order.addresses.front();
  if (!flow->second.waits) connect_inside(order.number, flow->second);
  lookup_.find(upstream_->host, [this, number = order.number, host](const Lookup::Answer& known) {
    const auto found = flows_.find(number);
    if (found == flows_.end()) return;
    std::vector<Endpoint> endpoints = endpoints_of(known.addresses, upstream_->port);
    if (endpoints.empty())
      return fail(number, EHOSTUNREACH, "Nobody knows an address of the proxy " + name_of(*upstream_) + ".");
    found->second.dial = std::make_unique<Dial>(
        reactor_, std::move(endpoints),
        [this, number, host](Dial::Result result) { tunnel(number, std::move(result), host); });
  });
}

void Egress::tunnel(Number number, Dial::Result result, const std::string& host) {
  Flow& flow = flows_.at(number);
  const auto told = [this](const std::string& what) {
    return "The proxy " + name_of(*upstream_) + " " + what + ".";
  };
  if (result.error != 0)
    return fail(number, result.error, told("cannot be reached: " + sys::error_text(result.error)));
  flow.tunnel = std::make_unique<Tunnel>(
      reactor_, std::move(result.socket), UpstreamTalk(*upstream_, host, flow.wanted.port),
      [this, number, told](sys::Fd socket, int error, const std::string& why) {
        if (error != 0) return fail(number, error, told(why));
        outside_is_there(number, std::move(socket));
      });
}

void Egress::dialled(Number number, Dial::Result result) {
  Flow& flow = flows_.at(number);
  flow.dialled = result.to;
  flow.has_dialled = true;
  // Who did not wait sees a connection that breaks off.
  if (result.error != 0)
    return fail(number, result.error,
                flow.waits ? std::string() : "Outside: " + sys::error_text(result.error) + ".");
  outside_is_there(number, std::move(result.socket));
}

void Egress::outside_is_there(Number number, sys::Fd socket) {
  Flow& flow = flows_.at(number);
  flow.outside = std::move(socket);
  if (flow.waits)
    connect_inside(number, flow);
  else
    join(number, flow);
}

void Egress::connect_inside(Number number, Flow& flow) {
  if (std::exchange(flow.is_begun, true)) return;
  const int domain = socket_option(flow.copy.get(), SO_DOMAIN);
  const bool by_ipv4 = domain == AF_INET || flow.wanted.is_ipv4;
  const sys::Fd& door = by_ipv4 ? doors_.relay : doors_.relay6;
  const auto relay = door ? own_endpoint(door.get()) : std::nullopt;
  if (!relay) return fail(number, ENETUNREACH);
  const int error = connect_without_waiting(flow.copy.get(), *relay);
  if (error != 0 && error != EINPROGRESS) return fail(number, error);
  if (!claims_.add(number, sys::duplicate(flow.copy.get()))) return fail(number, ECONNABORTED);
  flow.deadline =
      reactor_.at(sys::BootClock::now() + longest_way, [this, number] { fail(number, ETIMEDOUT); });
  if (!flow.waits || error == 0) {
    answer(number, flow, error);
    flow.copy.close();
    return;
  }
  flow.connected =
      reactor_.watch(flow.copy.get(), POLLOUT, [this, number](int) { connected_inside(number); });
}

void Egress::connected_inside(Number number) {
  Flow& flow = flows_.at(number);
  flow.connected.cancel();
  answer(number, flow, socket_option(flow.copy.get(), SO_ERROR));
  flow.copy.close();
  join(number, flow);
}

/// Whoever comes by himself is sent away.
void Egress::receive(int listening) {
  const std::optional<Endpoint> relay = own_endpoint(listening);
  for (int count = 0; count < 64; ++count) {
    sys::Fd socket(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return;
    const std::optional<Endpoint> from = peer_endpoint(socket.get());
    const auto number = from && relay ? claims_.take(*from, *relay) : std::nullopt;
    const auto flow = number ? flows_.find(*number) : flows_.end();
    if (flow == flows_.end()) {
      break_off(std::move(socket));
      continue;
    }
    flow->second.deadline.cancel();
    flow->second.inside = std::move(socket);
    join(flow->first, flow->second);
  }
}

/// Both sockets are there, and the caller knows of his.
void Egress::join(Number number, Flow& flow) {
  if (!flow.inside || !flow.outside || !flow.is_answered) return;
  flow.dial.reset();
  flow.tunnel.reset();
  relay_.carry(number, std::move(flow.inside), std::move(flow.outside));
}

void Egress::answer(Number number, Flow& flow, int error) {
  if (std::exchange(flow.is_answered, true)) return;
  line_.send(pack(NetWord{.kind = NetWord::Kind::answered, .number = number, .error = error}));
}

void Egress::forget(Number number) {
  claims_.forget(number);
  const auto flow = flows_.extract(number);
  if (flow && flow.mapped().inside) break_off(std::move(flow.mapped().inside));
}

/// To a caller who has his answer the connection breaks off.
void Egress::fail(Number number, int error, const std::string& why) {
  const auto found = flows_.find(number);
  if (found == flows_.end()) return;
  Flow& flow = found->second;
  claims_.forget(number);
  answer(number, flow, error);
  if (flow.inside) break_off(std::move(flow.inside));
  tell_end(number, {.error = error}, why);
}

void Egress::tell_end(Number number, const Relay::Carried& carried, const std::string& why) {
  const auto flow = flows_.extract(number);
  if (flow.empty()) return;
  NetWord word{.kind = NetWord::Kind::ended, .number = number, .error = carried.error};
  word.why = why;
  word.host = flow.mapped().host;
  if (flow.mapped().has_dialled) word.addresses.push_back(address_text(flow.mapped().dialled));
  word.sent = carried.sent;
  word.received = carried.received;
  line_.send(pack(word));
  if (is_winding_up_ && flows_.empty()) reactor_.stop();
}

/// A server need not hang up because its client has.
void Egress::settle() {
  for (const auto& [number, flow] : flows_) {
    NetWord word{.kind = NetWord::Kind::ended, .number = number};
    if (flow.has_dialled) word.addresses.push_back(address_text(flow.dialled));
    const Relay::Carried carried = relay_.carried(number);
    word.sent = carried.sent;
    word.received = carried.received;
    line_.send(pack(word));
  }
}

/// The supervisor is gone, and all that ran inside: what it has sent still arrives, as it would have through
/// the kernel.
void Egress::wind_up() {
  is_winding_up_ = true;
  if (flows_.empty()) return reactor_.stop();
  last_moment_ = reactor_.at(sys::BootClock::now() + longest_wind_up, [this] { reactor_.stop(); });
}

void Egress::cut() {
  relay_.cut();
  while (!flows_.empty()) fail(flows_.begin()->first, ENETUNREACH);
}

}  // namespace

void run_egress(sys::Channel supervisor, Doors doors, const User& user,
                std::optional<Upstream> upstream) noexcept {
  try {
    std::vector<int> kept = fds_of(doors);
    kept.push_back(supervisor.fd());
    stand_apart("gatehouse-net", kept, user);
    Egress(std::move(supervisor), std::move(doors), std::move(upstream)).run();
  } catch (const std::exception&) {
    // The supervisor sees it by the channel, and every connection with it.
  }
  ::_exit(0);
}

}  // namespace sandbox
