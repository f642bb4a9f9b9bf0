#include "sandbox/net/connections.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "sandbox/gate/memory.h"
#include "sandbox/gate/task.h"
#include "sandbox/net/egress.h"
#include "sandbox/net/names.h"
#include "sandbox/net/wanted.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

/// Between an order to end all connections and ending them without egress' help.
constexpr auto patience = std::chrono::seconds(1);
/// For connections whose programs have ended to end, too.
constexpr auto time_to_hang_up = std::chrono::milliseconds(50);
constexpr auto look_interval = std::chrono::milliseconds(200);

const char* const tcp_only = "Only TCP leaves this sandbox; names are looked up by 127.0.0.1.";

/// The caller's socket, of an internet protocol and not connected yet.
sys::Fd socket_of(const Notification& notification, const Endpoint& wanted) {
  sys::Fd copy = Task(notification.tid).descriptor(static_cast<int>(notification.args[0]));
  if (!copy) throw CallerError{errno == EMFILE || errno == ENFILE ? ENOBUFS : EBADF};
  const int domain = socket_option(copy.get(), SO_DOMAIN);
  if (domain < 0) throw CallerError{ENOTSOCK};
  if (domain != AF_INET6 && !wanted.is_ipv4) throw CallerError{EAFNOSUPPORT};
  if (domain != AF_INET && domain != AF_INET6) throw CallerError{EINVAL};
  if (peer_endpoint(copy.get())) throw CallerError{EISCONN};
  return copy;
}

}  // namespace

Connections::Connections(sys::Reactor& reactor, Listener& listener, Judge& judge, Doors doors,
                         const User& user, std::optional<Upstream> upstream)
    : reactor_(reactor), listener_(listener), judge_(judge), upstream_(std::move(upstream)) {
  sys::SocketPair ends = sys::make_socket_pair();
  egress_ = sys::fork_with(0);
  if (!egress_) run_egress(sys::Channel(std::move(ends.theirs)), std::move(doors), user, upstream_);
  ends.theirs.close();
  line_ = std::make_unique<Line>(
      reactor, sys::Channel(std::move(ends.ours)),
      [this](const sys::Packet& packet) { hear(unpack_word(packet.bytes)); }, [this] { lose(); });
}

/// Whoever waits for any child reaps it; it ends by itself when the line is closed.
Connections::~Connections() { egress_.forget(); }

void Connections::settle() {
  const auto is_settled = [this] { return pending_.empty(); };
  line_->go_on_until(is_settled, time_to_hang_up);
  if (is_settled()) return;
  send({.kind = NetOrder::Kind::settle});
  line_->go_on_until(is_settled, patience);
}

void Connections::take(const Notification& notification, const Program& program) {
  if (notification.syscall != SYS_connect) return take_datagram(notification, program);
  const std::optional<Endpoint> wanted = wanted_by_connect(notification);
  if (!wanted) {
    listener_.proceed(notification.id);
    return;
  }
  Pending pending{.wanted = *wanted};
  sys::Fd copy;
  try {
    copy = socket_of(notification, *wanted);
  } catch (const CallerError& error) {
    if (error.error_number != ENOBUFS) throw;
    pending.refusal = Refusal{"net.crowded", "No descriptors are left for one more connection."};
    pending.error = ENOBUFS;
  }
  pending.connection.process = program();
  pending.connection.port = wanted->port;
  // Numbers are reused: what was read through them is the caller's only if it has been waiting all the time.
  if (!listener_.alive(notification.id)) return;
  if (pending.refusal) return tell_refusal(notification, std::move(pending));
  if (socket_option(copy.get(), SO_TYPE) != SOCK_STREAM) {
    // Who looks a name up tries its addresses so (getaddrinfo(3)), and means nothing by it.
    if (is_synthetic(*wanted)) throw CallerError{ENETUNREACH};
    pending.refusal = Refusal{"net.tcp-only", tcp_only};
  } else if (!is_open_) {
    pending.refusal = Refusal{"net.none", "By now the state of this sandbox is net none."};
  } else if (is_lost_) {
    throw CallerError{ENETUNREACH};
  }
  if (pending.refusal) {
    pending.error = ENETUNREACH;
    return tell_refusal(notification, std::move(pending));
  }
  pending_.insert_or_assign(notification.id, std::move(pending));
  send({NetOrder::Kind::connect, notification.id, address_text(*wanted), wanted->port}, std::move(copy));
}

/// The namespace has no way out for it, whoever judges it: so what cannot be read goes on.
void Connections::take_datagram(const Notification& notification, const Program& program) {
  const std::optional<Endpoint> wanted = wanted_by_datagram(notification);
  if (!wanted) {
    listener_.proceed(notification.id);
    return;
  }
  Pending pending{.wanted = *wanted};
  pending.connection.process = program();
  pending.connection.port = wanted->port;
  pending.refusal = Refusal{"net.tcp-only", tcp_only};
  pending.error = ENETUNREACH;
  if (listener_.alive(notification.id)) tell_refusal(notification, std::move(pending));
}

/// By its name, which egress knows.
void Connections::tell_refusal(const Notification& notification, Pending pending) {
  const Endpoint wanted = pending.wanted;
  const Entry entry = pending_.insert_or_assign(notification.id, std::move(pending)).first;
  if (!is_synthetic(wanted) || is_lost_) return named(entry, {});
  send({NetOrder::Kind::name, notification.id, address_text(wanted), wanted.port});
}

void Connections::send(const NetOrder& order, sys::Fd fd) { line_->send(pack(order), std::move(fd)); }

void Connections::hear(const NetWord& word) {
  if (word.kind == NetWord::Kind::cut) is_cut_ = true;
  const Entry entry = pending_.find(word.number);
  if (entry == pending_.end()) return;
  try {
    follow(entry, word);
  } catch (...) {  // fail closed: nobody waits for an answer that will not come
    if (const Entry left = pending_.find(word.number); left != pending_.end()) refuse(left, EACCES);
    throw;
  }
}

void Connections::follow(Entry entry, const NetWord& word) {
  switch (word.kind) {
    case NetWord::Kind::named:
      return named(entry, word.host);
    case NetWord::Kind::resolved:
      return resolved(entry, word.addresses);
    case NetWord::Kind::answered:
      return answered(entry, word.error);
    case NetWord::Kind::ended:
      return ended(entry, word);
    case NetWord::Kind::cut:
      return;
  }
}

void Connections::named(Entry entry, const std::string& host) {
  Connection& connection = entry->second.connection;
  connection.host = host;
  if (host.empty()) connection.addresses = {address_text(entry->second.wanted)};
  if (entry->second.refusal) {
    judge_.connection_refused(connection, *entry->second.refusal);
    return refuse(entry, entry->second.error);
  }
  switch (judge_.judge_connection(connection, entry->first)) {
    case Ruling::allow:
      return go_on(entry);
    case Ruling::wait:
      entry->second.waits = true;
      return look_after_callers();
    case Ruling::deny:
    case Ruling::succeed:
    case Ruling::fail:
      return refuse(entry, EACCES);
  }
}

bool Connections::answer(std::uint64_t ticket, bool allowed) {
  const Entry entry = pending_.find(ticket);
  if (entry == pending_.end() || !std::exchange(entry->second.waits, false)) return false;
  const Connection& connection = entry->second.connection;
  const bool is_resolved = !connection.addresses.empty() || !connection.upstream.empty();
  if (allowed && is_resolved)
    reach(entry);
  else if (allowed)
    go_on(entry);
  else
    refuse(entry, EACCES);
  return true;
}

void Connections::go_on(Entry entry) {
  if (!listener_.alive(entry->first)) return refuse(entry, EINTR);
  const Connection& connection = entry->second.connection;
  const std::string& to = connection.host.empty() ? connection.addresses.front() : connection.host;
  if (upstream_ && to != own_host && !goes_direct(*upstream_, to)) return give_to_upstream(entry);
  if (connection.host.empty()) return reach(entry);
  send({.kind = NetOrder::Kind::resolve, .number = entry->first});
}

/// The proxy finds the address of a name, but one that is an address in disguise ("2130706433") is judged as
/// what it is.
void Connections::give_to_upstream(Entry entry) {
  Connection& connection = entry->second.connection;
  connection.upstream = name_of(*upstream_);
  Endpoint address;
  in_addr read{};
  if (::inet_aton(connection.host.c_str(), &read) != 0) {
    std::memcpy(address.bytes.data(), &read, sizeof read);
    connection.addresses = {address_text(address)};
  }
  reach(entry);
}

void Connections::resolved(Entry entry, const std::vector<std::string>& addresses) {
  entry->second.connection.addresses = addresses;
  reach(entry);
}

/// What is dialled is what was judged: the name is not looked up again.
void Connections::reach(Entry entry) {
  const Connection& connection = entry->second.connection;
  Reach reach = judge_.reachable(connection, entry->first);
  if (reach.ruling == Ruling::wait) {
    entry->second.waits = true;
    return look_after_callers();
  }
  if (reach.ruling != Ruling::allow) return refuse(entry, EACCES);
  send({.kind = NetOrder::Kind::dial,
        .number = entry->first,
        .addresses = std::move(reach.addresses),
        .by_upstream = !connection.upstream.empty()});
}

void Connections::answered(Entry entry, int error) {
  entry->second.is_answered = true;
  listener_.refuse(entry->first, error);
}

void Connections::ended(Entry entry, const NetWord& word) {
  const ConnectionEnd end{word.addresses.empty() ? std::string() : word.addresses.front(), word.sent,
                          word.received, word.error};
  Connection connection = std::move(entry->second.connection);
  if (connection.host.empty()) connection.host = word.host;  // nobody was asked about it
  if (connection.host.empty() && connection.addresses.empty())
    connection.addresses = {address_text(entry->second.wanted)};
  pending_.erase(entry);
  if (!word.why.empty())
    judge_.connection_refused(connection,
                              {word.error == ENOBUFS ? "net.crowded" : "net.unreachable", word.why});
  judge_.connection_ended(connection, end);
}

void Connections::refuse(Entry entry, int error) {
  const std::uint64_t number = entry->first;
  const bool is_answered = entry->second.is_answered;
  pending_.erase(entry);
  if (!is_answered) listener_.refuse(number, error);
  send({.kind = NetOrder::Kind::forget, .number = number});
}

/// A person's answer may take long, and who asked may be gone before.
void Connections::look_after_callers() {
  if (next_look_) return;
  next_look_ = reactor_.at(sys::BootClock::now() + look_interval, [this] {
    next_look_.cancel();
    bool is_waiting = false;
    for (Entry entry = pending_.begin(); entry != pending_.end();) {
      const Entry one = entry++;
      if (!one->second.waits) continue;
      if (one->second.is_answered || listener_.alive(one->first)) {
        is_waiting = true;
        continue;
      }
      judge_.withdrawn(one->first);
      refuse(one, EINTR);
    }
    if (is_waiting) look_after_callers();
  });
}

void Connections::set_open(bool is_open) {
  if (std::exchange(is_open_, is_open) == is_open || is_open) return;
  is_cut_ = false;
  send({.kind = NetOrder::Kind::cut});
  if (line_->go_on_until([this] { return is_cut_; }, patience)) return;
  egress_.kill(SIGKILL);  // the kernel ends them then
  line_->go_on_until([] { return false; }, patience);
}

/// Egress is gone, and with it all connections.
void Connections::lose() {
  is_lost_ = true;
  for (auto& [number, pending] : std::exchange(pending_, {})) {
    if (!pending.is_answered) listener_.refuse(number, ENETUNREACH);
    judge_.connection_ended(pending.connection, {.error = EPIPE});
  }
}

}  // namespace sandbox
