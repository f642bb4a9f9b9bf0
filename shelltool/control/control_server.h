#pragma once
/// Lets the owner look at and change the state of this gatehouse while it runs.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sandbox/sys/channel.h"
#include "sandbox/sys/reactor.h"
#include "shelltool/control/control_socket.h"
#include "shelltool/state/live_state.h"

namespace shelltool {

class ControlServer {
 public:
  struct Facts {
    std::string command;                  ///< what this gatehouse does, for people
    std::vector<std::string> workspaces;  ///< where it does it
    std::string session;                  ///< the id; empty where nothing runs yet
    std::string tier;
    std::vector<std::string> said = {};  ///< what came of the last change, a sentence each
    SandboxState in_force;               ///< what the sandbox could be given of the state
  };

  /// Throws sys::Error where it cannot listen. `workspaces`: where it works should it ever not answer.
  /// `state` outlives this.
  ControlServer(sys::Reactor& reactor, std::string directory, const std::vector<std::string>& workspaces,
                LiveState& state, std::function<Facts()> facts);
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  ~ControlServer();
  /// Where it works from now on.
  void tell(const std::vector<std::string>& workspaces);

 private:
  using Id = std::uint64_t;
  struct Client {
    sys::Channel channel;
    sys::Watch word;
    bool watches = false;
    bool waits = false;  ///< for its change to be in force
  };
  void accept();
  void make_room();
  void hear(Id id);
  void obey(Id id, const ControlRequest& request);
  void answer(Id id, const nlohmann::ordered_json& json);
  void tell_watchers();
  [[nodiscard]] std::string why_not(const StateWord& word) const;
  [[nodiscard]] nlohmann::ordered_json facts() const;

  sys::Reactor& reactor_;
  std::string directory_;
  LiveState& state_;
  std::function<Facts()> facts_;
  sys::Fd workspaces_, socket_;
  sys::Watch incoming_;
  std::map<Id, Client> clients_;
  Id last_ = 0;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace shelltool
