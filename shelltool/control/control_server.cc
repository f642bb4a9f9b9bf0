#include "shelltool/control/control_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "mcp/json.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/control/peer.h"
#include "shelltool/control/workplace.h"
#include "shelltool/state/state_json.h"

namespace shelltool {
namespace {

using Json = nlohmann::ordered_json;
using Kind = ControlRequest::Kind;

constexpr std::size_t most_clients = 64;
constexpr std::size_t most_roots = 100;
constexpr std::size_t most_error_bytes = 1000;

/// The first roots of a state or of a word, and how many more there are.
void cut_roots(Json& state, std::size_t most) {
  if (!state.is_object() || !state.contains("roots") || state["roots"].size() <= most) return;
  Json& roots = state["roots"];
  const std::size_t more = state.value("more_roots", std::size_t{0}) + roots.size() - most;
  roots.erase(roots.begin() + static_cast<std::ptrdiff_t>(most), roots.end());
  state["more_roots"] = more;
}

Json with_few_roots(Json facts) {
  cut_roots(facts["in_force"], most_roots);
  Json& sources = facts["sources"];
  for (const char* source : {"config", "set", "host"}) cut_roots(sources[source], most_roots);
  for (Json& call : sources["calls"]) cut_roots(call, most_roots);
  return facts;
}

/// What holds without where: that fits always.
Json shortened(Json json) {
  if (json.contains("error")) {
    const std::string whole = json["error"];
    return {{"error", sys::visible(sys::cut(whole, most_error_bytes)) + "…"}};
  }
  cut_roots(json["in_force"], 0);
  json["workspaces"] = Json::array();
  json["said"] = Json::array({"it is more than can be told here; the audit has all of it"});
  json["sources"] = {{"config", nullptr}, {"set", nullptr}, {"host", nullptr}, {"calls", Json::array()}};
  return json;
}

std::string packet_with(const Json& json) {
  std::string packet = mcp::text_of(json);
  return packet.size() <= sys::Channel::max_bytes ? packet : mcp::text_of(shortened(json));
}

/// What it sends from now on fails, and what it has sent is taken: else it would lose the answer.
void turn_away(sys::Channel peer, const std::string& why) {
  ::shutdown(peer.fd(), SHUT_RD);
  char byte = 0;
  while (::recv(peer.fd(), &byte, sizeof byte, 0) > 0) continue;
  try {
    peer.send(packet_with({{"error", "refused: " + why}}));
  } catch (const sys::SysError&) {
    return;  // it has gone by itself
  }
}

}  // namespace

ControlServer::ControlServer(sys::Reactor& reactor, std::string directory,
                             const std::vector<std::string>& workspaces, LiveState& state,
                             std::function<Facts()> facts)
    : reactor_(reactor),
      directory_(std::move(directory)),
      state_(state),
      facts_(std::move(facts)),
      workspaces_(tell_workspaces(workspaces)),
      socket_(listen_in(directory_)),
      incoming_(reactor.watch(socket_.get(), POLLIN, [this](int) { accept(); })) {
  state_.on_change([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) tell_watchers();
  });
}

ControlServer::~ControlServer() { unlisten_in(directory_); }

void ControlServer::tell(const std::vector<std::string>& workspaces) {
  workspaces_ = tell_workspaces(workspaces);
}

void ControlServer::accept() {
  sys::Fd peer(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!peer) return;
  if (const std::string why = why_not_heard(peer.get()); !why.empty())
    return turn_away(sys::Channel(std::move(peer)), why);
  if (clients_.size() >= most_clients) make_room();
  const Id id = ++last_;
  Client& client = clients_.emplace(id, Client{sys::Channel(std::move(peer)), {}}).first->second;
  client.word = reactor_.watch(client.channel.fd(), POLLIN, [this, id](int) { hear(id); });
}

/// Of those that ask nothing at present the oldest goes first.
void ControlServer::make_room() {
  auto oldest = std::find_if(clients_.begin(), clients_.end(),
                             [](const auto& one) { return !one.second.watches && !one.second.waits; });
  if (oldest == clients_.end())
    oldest =
        std::find_if(clients_.begin(), clients_.end(), [](const auto& one) { return !one.second.waits; });
  clients_.erase(oldest == clients_.end() ? clients_.begin() : oldest);
}

void ControlServer::hear(Id id) {
  Client& client = clients_.at(id);
  std::optional<sys::Packet> packet;
  try {
    packet = client.channel.receive();
    if (packet) return obey(id, read_control_request(packet->bytes));
  } catch (const sys::Error& error) {
    if (packet) return answer(id, {{"error", error.what()}});
    clients_.erase(id);
    return;
  }
  if (client.channel.closed()) clients_.erase(id);
}

void ControlServer::obey(Id id, const ControlRequest& request) {
  const std::string why = why_not(request.word);
  if (!why.empty()) return answer(id, {{"error", why}});
  switch (request.kind) {
    case Kind::show:
    case Kind::check:
      return answer(id, facts());
    case Kind::watch:
      clients_.at(id).watches = true;
      return answer(id, facts());
    case Kind::set:
      clients_.at(id).waits = true;
      state_.set(request.word, [this, id, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) answer(id, facts());
      });
      return;
  }
}

/// The owner's own word, which must not be heeded in half.
std::string ControlServer::why_not(const StateWord& word) const {
  for (const std::string& root : word.roots.value_or(std::vector<std::string>())) {
    std::error_code error;
    if (!std::filesystem::is_directory(root, error) || sys::real_path(root) != root)
      return fmt::format("the root {} is no directory", sys::visible(root));
  }
  return why_outside(state_.sources().owner, word);
}

void ControlServer::answer(Id id, const Json& json) {
  const auto client = clients_.find(id);
  if (client == clients_.end()) return;
  client->second.waits = false;
  try {
    client->second.channel.send(packet_with(json));
  } catch (const sys::SysError&) {
    clients_.erase(client);  // it is gone, or does not read
  }
}

void ControlServer::tell_watchers() {
  const Json now = facts();
  std::vector<Id> watchers;
  for (const auto& [id, client] : clients_)
    if (client.watches) watchers.push_back(id);
  for (const Id id : watchers) answer(id, now);
}

Json ControlServer::facts() const {
  const Facts facts = facts_();
  return with_few_roots({{"pid", ::getpid()},
                         {"command", sys::visible(facts.command)},
                         {"session", facts.session},
                         {"tier", facts.tier},
                         {"workspaces", json_of(facts.workspaces)},
                         {"generation", state_.generation()},
                         {"in_force", json_of(facts.in_force)},
                         {"said", facts.said},
                         {"in_force_ms", static_cast<double>(state_.in_force_after().count()) / 1000},
                         {"sources", json_of(state_.sources())}});
}

}  // namespace shelltool
