#include "shelltool/command/state_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "policy/decision_json.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/reactor.h"
#include "sandbox/sys/text.h"
#include "shelltool/command/notice.h"
#include "shelltool/command/owner.h"
#include "shelltool/control/gatehouses.h"
#include "shelltool/control/workplace.h"
#include "shelltool/setup/places.h"
#include "shelltool/state/owner_state.h"
#include "shelltool/state/state_json.h"

namespace shelltool {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using Kind = ControlRequest::Kind;

constexpr int status_done = 0, status_no = 1, status_nobody = 3;
/// One `state set` after the other: two at once could leave one word here and the other there.
constexpr auto longest_turn = 30s;
constexpr auto next_try = 10ms;
/// A gatehouse answers at once, but while its sandbox changes.
constexpr auto longest_answer = 3s;
/// Where writers are waited for: theirs and ours.
constexpr auto longest_change = 20s;

std::vector<std::string> real_roots(const std::vector<std::string>& roots) {
  std::vector<std::string> real;
  for (const std::string& root : roots) {
    const auto path = sys::real_path(root);
    std::error_code error;
    if (!path || !std::filesystem::is_directory(*path, error))
      throw sys::Error(sys::Kind::invalid, "the root {} is no directory", sys::shown(root));
    real.push_back(*path);
  }
  return real;
}

StateWord word_in(const StateOptions& options) {
  StateWord word;
  if (options.common.mode) word.mode = mode_of(*options.common.mode);
  if (options.common.network) word.network = network_of(*options.common.network);
  if (!options.roots.empty()) {
    if (word.mode.value_or(sandbox::Mode::workspace_write) != sandbox::Mode::workspace_write)
      throw sys::Error(sys::Kind::invalid, "--root goes with --mode workspace-write only, not with {}",
                       sandbox::name_of(*word.mode));
    word.mode = sandbox::Mode::workspace_write;
    word.roots = real_roots(options.roots);
  }
  if (word.says_nothing())
    throw sys::Error(sys::Kind::invalid, "say what to set: --mode, --network or --root");
  return word;
}

/// The user stands in it, or has named it, or a directory around it or in it.
bool is_meant_place(const std::string& place, const StateOptions& options) {
  const std::vector<std::string>& named = options.common.workspaces;
  if (named.empty()) return sys::is_within(std::filesystem::current_path().string(), place);
  const std::vector<std::string> real = real_roots(named);
  return std::any_of(real.begin(), real.end(), [&](const std::string& root) {
    return sys::is_within(place, root) || sys::is_within(root, place);
  });
}

bool is_meant(const Gatehouse& gatehouse, const StateOptions& options) {
  if (options.all) return true;
  if (options.process != 0) return gatehouse.process == options.process;
  if (!options.session.empty())
    return gatehouse.answer.is_object() && gatehouse.error().empty() &&
           gatehouse.answer["session"].get<std::string>().starts_with(options.session);
  const std::vector<std::string> workspaces = workspaces_of(gatehouse.process);
  return std::any_of(workspaces.begin(), workspaces.end(),
                     [&](const std::string& workspace) { return is_meant_place(workspace, options); });
}

/// The gatehouses that are meant; they have said who they are, or are silent.
std::vector<Gatehouse> find_meant(const StateOptions& options, bool everybody) {
  require_owner("no state is changed or shown");
  std::vector<Gatehouse> found = find_gatehouses(find_places(this_process()).runtime);
  ask(found, {Kind::show, {}}, longest_answer);
  std::erase_if(
      found, [&](const Gatehouse& gatehouse) { return gatehouse.has_ended && gatehouse.answer.is_null(); });
  if (!everybody)
    std::erase_if(found, [&](const Gatehouse& gatehouse) { return !is_meant(gatehouse, options); });
  if (!options.session.empty() && found.size() > 1)
    throw sys::Error(sys::Kind::invalid, "{} sessions begin with {}; say more of the one that is meant",
                     found.size(), sys::shown(options.session));
  return found;
}

/// Held while it is open. The directory is this user's; where there is none nobody listens.
sys::Fd take_turn(const std::string& directory) {
  sys::Fd lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto limit = sys::BootClock::now() + longest_turn;
  while (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (sys::BootClock::now() > limit)
      throw sys::Error(sys::Kind::denied, "another `gatehouse state set` is at it; nothing was changed");
    std::this_thread::sleep_for(next_try);
  }
  return lock;
}

std::string source_text(const char* name, const Json& word) {
  if (word.is_null()) return {};
  std::string text;
  for (const auto& [key, value] : word.items())
    text +=
        fmt::format(" {} {}", key, value.is_string() ? value.get<std::string>() : policy::json_text(value));
  return fmt::format("    {:<8}{}\n", name, text);
}

std::string text_on(const Gatehouse& gatehouse) {
  if (!gatehouse.error().empty()) return fmt::format("{}: {}\n", gatehouse.process, gatehouse.error());
  if (gatehouse.answer.is_null())
    return fmt::format("{} ({}): does not answer\n", gatehouse.process, command_of(gatehouse.process));
  const Json& facts = gatehouse.answer;
  std::string text = fmt::format("{} {}: {}", facts["pid"].get<pid_t>(), facts["command"].get<std::string>(),
                                 text_of(read_state(facts["in_force"])));
  if (facts["in_force"].contains("more_roots"))
    text += fmt::format(" · {} more", facts["in_force"]["more_roots"].get<std::size_t>());
  text += fmt::format(" · generation {}", facts["generation"].get<std::uint64_t>());
  if (const std::string session = facts["session"]; !session.empty())
    text += fmt::format(" · session {}, tier {}", session, facts["tier"].get<std::string>());
  text += "\n";
  for (const char* source : {"config", "set", "host"}) text += source_text(source, facts["sources"][source]);
  for (const Json& call : facts["sources"]["calls"]) text += source_text("call", call);
  for (const Json& sentence : facts["said"]) text += fmt::format("    {}\n", sentence.get<std::string>());
  return text;
}

Json json_on(const std::vector<Gatehouse>& gatehouses) {
  Json all = Json::array();
  for (const Gatehouse& gatehouse : gatehouses) {
    if (gatehouse.answer.is_object() && gatehouse.error().empty())
      all.push_back(gatehouse.answer);
    else
      all.push_back({{"pid", gatehouse.process},
                     {"error", gatehouse.error().empty() ? "does not answer" : gatehouse.error()}});
  }
  return all;
}

/// What the next command here would start with.
Json settled_here(const StateOptions& options) {
  try {
    const Plan plan = make_plan(options.common, {}, {});
    return json_of(state_of(plan));
  } catch (const sys::Error& error) {
    return {{"error", error.what()}};
  }
}

/// Throws where there is one that would not heed the word: then nothing is changed anywhere.
void check_all(std::vector<Gatehouse>& gatehouses, const StateWord& word) {
  ask(gatehouses, {Kind::check, word}, longest_answer);
  for (const Gatehouse& gatehouse : gatehouses)
    if (!gatehouse.error().empty())
      throw sys::Error(sys::Kind::denied, "{} ({}): {}; nothing was changed", gatehouse.process,
                       command_of(gatehouse.process), gatehouse.error());
}

std::vector<Gatehouse> take_silent(std::vector<Gatehouse>& gatehouses) {
  const auto silent = std::stable_partition(gatehouses.begin(), gatehouses.end(),
                                            [](const Gatehouse& one) { return !one.is_silent(); });
  std::vector<Gatehouse> taken(std::make_move_iterator(silent), std::make_move_iterator(gatehouses.end()));
  gatehouses.erase(silent, gatehouses.end());
  return taken;
}

/// A sentence on each.
std::vector<std::string> end_all(const std::vector<Gatehouse>& silent) {
  std::vector<std::string> ended;
  for (const Gatehouse& gatehouse : silent) {
    const std::string command = command_of(gatehouse.process);
    end(gatehouse);
    ended.push_back(
        fmt::format("ended, since it did not answer in time: {} ({})", gatehouse.process, command));
  }
  return ended;
}

}  // namespace

int run_state_show(const StateOptions& options) {
  const std::vector<Gatehouse> found =
      find_meant(options, !options.names_some() && options.common.workspaces.empty());
  const Json here = settled_here(options);
  if (options.json) {
    fmt::print("{}\n", policy::json_text({{"here", here}, {"gatehouses", json_on(found)}}, 2));
    return status_done;
  }
  fmt::print("here: {}\n",
             here.contains("error") ? here["error"].get<std::string>() : text_of(read_state(here)));
  for (const Gatehouse& gatehouse : found) fmt::print("{}", text_on(gatehouse));
  if (found.empty()) fmt::print("no gatehouse runs\n");
  return status_done;
}

int run_state_set(const StateOptions& options) {
  const StateWord word = word_in(options);
  const sys::Fd turn = take_turn(find_places(this_process()).runtime);
  std::vector<Gatehouse> meant = find_meant(options, false);
  std::vector<Gatehouse> silent = take_silent(meant);
  if (meant.empty() && silent.empty()) {
    say(options.names_some() ? "no such gatehouse runs"
                             : "no gatehouse runs in this workspace; --all is every one of this user");
    return status_nobody;
  }
  try {
    check_all(meant, word);
  } catch (const sys::Error& error) {
    say(error.what());
    return status_no;
  }
  const auto begun = sys::BootClock::now();
  ask(meant, {Kind::set, word}, longest_change);
  for (Gatehouse& late : take_silent(meant)) silent.push_back(std::move(late));
  const std::vector<std::string> ended = end_all(silent);
  const std::chrono::duration<double, std::milli> took = sys::BootClock::now() - begun;
  std::erase_if(meant, [](const Gatehouse& gatehouse) { return gatehouse.answer.is_null(); });
  const bool is_refused =
      std::any_of(meant.begin(), meant.end(), [](const Gatehouse& g) { return !g.error().empty(); });
  if (options.json) {
    fmt::print("{}\n",
               policy::json_text(
                   {{"in_force_ms", took.count()}, {"gatehouses", json_on(meant)}, {"ended", ended}}, 2));
  } else {
    for (const std::string& sentence : ended) say(sentence);
    for (const Gatehouse& gatehouse : meant) fmt::print("{}", text_on(gatehouse));
    fmt::print("in force in {} after {:.1f} ms\n", meant.size(), took.count());
  }
  return ended.empty() && !is_refused ? status_done : status_no;
}

int run_state_watch(const StateOptions& options) {
  std::vector<Gatehouse> meant =
      find_meant(options, !options.names_some() && options.common.workspaces.empty());
  if (meant.empty()) {
    say("no gatehouse runs");
    return status_nobody;
  }
  ask(meant, {Kind::watch, {}}, longest_answer);
  while (!meant.empty()) {
    for (Gatehouse& gatehouse : meant) {
      if (gatehouse.answer.is_null()) continue;
      fmt::print("{}", options.json ? policy::json_text(gatehouse.answer) + "\n" : text_on(gatehouse));
      gatehouse.answer = nullptr;
    }
    std::fflush(stdout);
    await_word(meant);
    std::erase_if(meant, [](const Gatehouse& gatehouse) { return !gatehouse.channel; });
  }
  return status_done;
}

}  // namespace shelltool
