#include "shelltool/session/destinations.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/text.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"
#include "shelltool/session/own_link.h"
#include "shelltool/session/profile_judge.h"
#include "shelltool/session/socket_holds.h"
#include "shelltool/setup/profile_spec.h"
#include "shelltool/setup/session_profile.h"
#include "shelltool/setup/upstream.h"

namespace shelltool {
namespace {

using sandbox::Destination;
using sandbox::ExecEvent;
using Sources = std::shared_ptr<const DestinationSources>;

/// Of a sandbox beside the session's: in which profile it is, if in one, and how many were left for it.
struct Here {
  std::shared_ptr<const config::Profile> profile;
  int depth = 0;
};

constexpr int deepest = 8;

/// What it is, and not what its caller says that it is, which chooses of a family of profiles. A name such as
/// npm is often a link to a script of another name, but no link makes another of what runs a script.
std::vector<std::string> program_and_words(const sandbox::Image& image) {
  std::vector<std::string> words = image.argv;
  if (words.empty()) words.emplace_back();
  words.front() = runs_scripts(image.file.path) ? image.file.path : image.called;
  return words;
}

/// What rules hold in the session, what the sandbox itself would hold by now, and sockets of the host, of
/// which another sandbox may show others.
std::vector<sandbox::Held> held_in(const sandbox::Spec& spec, std::vector<sandbox::Held> ruled,
                                   std::vector<sandbox::Held> own) {
  const std::vector<sandbox::Held> sockets = SocketHolds(spec).held();
  std::move(sockets.begin(), sockets.end(), std::back_inserter(own));
  std::vector<sandbox::Held> held = std::move(ruled);
  for (sandbox::Held& more : own) {
    const auto is_there = [&](const sandbox::Held& other) { return other.path == more.path; };
    if (std::none_of(held.begin(), held.end(), is_there)) held.push_back(std::move(more));
  }
  return held;
}

/// Whoever has the host's files and network keeps them: what takes less is another profile.
void bind(sandbox::Spec& spec, const StateWord& bound) {
  if (bound.mode) spec.mode = std::min(spec.mode, *bound.mode);
  const bool is_bare = spec.mode == sandbox::Mode::danger_full_access;
  if (is_bare && ((bound.network && *bound.network != sandbox::Network::full) || bound.roots))
    throw sys::Error(sys::Kind::unsupported,
                     "it has the host's files and network, and less is allowed by now: gatehouse state show");
  if (bound.network) spec.network = std::min(spec.network, *bound.network);
  if (bound.roots) spec.writable = common_roots(spec.writable, *bound.roots);
}

void refuse_own_link(const ExecEvent& event, const sandbox::Spec& session) {
  if (!is_called_by_own_link(event, session)) return;
  const sandbox::Image& image = event.images.front();
  throw sys::Error(
      sys::Kind::unsupported,
      "{} leads by a link that programs here can make, beside which it may look for what it loads; "
      "call {}",
      sys::visible(image.called), sys::visible(image.file.path));
}

sandbox::Spec spec_for(const DestinationSources& sources, const ExecEvent& event, const Here& from,
                       const Here& to) {
  const sandbox::Spec now = sources.session();
  sandbox::Spec spec = to.profile ? profile_spec(sources.plan, *to.profile, now) : spec_beside(now);
  if (to.profile) bind(spec, sources.bound());
  spec.held = held_in(spec, now.held, to.profile ? spec.held : sources.hidden());
  spec.argv = event.images.front().argv;
  if (spec.argv.empty()) throw sys::Error(sys::Kind::invalid, "it is given no words, not even its name");
  spec.program = event.images.front().called;
  spec.cwd = event.cwd;
  if (to.profile)
    spec.env = environment_into(spec, event.env);
  else
    spec.env = from.profile ? environment_out_of(*from.profile, now, event.env) : event.env;
  return spec;
}

/// Elsewhere its programs can give themselves another.
bool has_one_root(const sandbox::Spec& spec) {
  return spec.mode != sandbox::Mode::danger_full_access && !spec.nested_namespaces;
}

Destination destination(const Sources& sources, const Here& from, const ExecEvent& event,
                        const std::string& place) {
  Here to{nullptr, from.depth + 1};
  if (to.depth > deepest)
    throw sys::Error(sys::Kind::unsupported, "programs in profiles have led to profiles {} times", deepest);
  if (!place.empty())
    to.profile = std::make_shared<const config::Profile>(
        profile_named(place, sources->rules(), program_and_words(event.images.front())));
  if (to.profile) refuse_own_link(event, sources->plan.made.spec);
  Destination made;
  made.turn = event.turn;
  made.spec = spec_for(*sources, event, from, to);
  TurnJudge::Place here{place, {}};
  if (to.profile)
    here.keeps = [sources, profile = to.profile, program = event.images.front()](const ExecEvent& started,
                                                                                 bool is_same_process) {
      const bool is_its_own = policy::is_inherited(*profile, started) ||
                              (is_same_process && sources->rules().is_part_of(program, started));
      return is_its_own &&
             (policy::inherits_all(*profile) || !is_called_by_own_link(started, sources->plan.made.spec));
    };
  made.judge = std::make_unique<ProfileJudge>(sources->judge, std::move(here), event);
  made.options.reading = {made.spec.user.uid, false, has_one_root(made.spec),
                          [turn = event.turn](pid_t) { return turn; }, event.caller};
  made.options.allow_tracers = sources->plan.config.sandbox.allow_tracers;
  made.options.known = sources->known();
  made.options.receive_guest = sources->receive_guest;
  made.upstream = upstream_for(made.spec, sources->plan.config, sources->plan.caller.variables);
  made.onward = [sources, to](const ExecEvent& next, const std::string& next_place) {
    return destination(sources, to, next, next_place);
  };
  return made;
}

}  // namespace

sandbox::Destinations destinations_of(DestinationSources sources) {
  return [sources = std::make_shared<const DestinationSources>(std::move(sources))](
             const ExecEvent& event, const std::string& place) {
    try {
      return destination(sources, {}, event, place);
    } catch (const sys::Error& error) {
      throw sys::Error(error.kind(), "profile {}: {}", config::shown(place), error.what());
    }
  };
}

}  // namespace shelltool
