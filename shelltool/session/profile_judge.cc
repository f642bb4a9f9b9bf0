#include "shelltool/session/profile_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sandbox/sys/text.h"

namespace shelltool {

using sandbox::Connection;
using sandbox::ExecEvent;
using sandbox::Image;
using sandbox::Ruling;

bool is_same_program(const ExecEvent& one, const ExecEvent& other) {
  return std::equal(one.images.begin(), one.images.end(), other.images.begin(), other.images.end(),
                    [](const Image& image, const Image& same) {
                      return image.file.device == same.file.device && image.file.inode == same.file.inode &&
                             image.file.size == same.file.size && image.argv == same.argv;
                    });
}

ProfileJudge::ProfileJudge(TurnJudge& session, TurnJudge::Place place, ExecEvent moved)
    : session_(session), place_(std::move(place)), moved_(std::move(moved)) {}

/// What leaves the sandbox again takes its own along.
bool ProfileJudge::reads_environment() {
  session_.reads_environment();
  return true;
}

Ruling ProfileJudge::judge(const ExecEvent& event, sandbox::Occasion occasion, std::uint64_t ticket) {
  if (has_started_) return session_.judge_at(place_, event, occasion, ticket);
  const bool is_it = event.cwd == moved_.cwd && is_same_program(event, moved_);
  if (occasion == sandbox::Occasion::asked && is_it) {
    has_started_ = true;  // on record since it was judged
    place_.process = event.pid;
    return Ruling::allow;
  }
  session_.refused(
      moved_,
      {"gate.profile", fmt::format("In profile {} another program or directory is there than was judged.",
                                   sys::visible(place_.profile))});
  return Ruling::deny;
}

bool ProfileJudge::record_allowed(const ExecEvent& event) { return session_.record_allowed(event); }

std::optional<std::string> ProfileJudge::place_of(std::uint64_t ticket) { return session_.place_of(ticket); }

void ProfileJudge::refused(const ExecEvent& event, const sandbox::Refusal& refusal) {
  session_.refused(event, refusal);
}

void ProfileJudge::withdrawn(std::uint64_t ticket) { session_.withdrawn(ticket); }

Connection ProfileJudge::here(Connection connection) const {
  connection.place = place_.profile;
  return connection;
}

Ruling ProfileJudge::judge_connection(const Connection& connection, std::uint64_t ticket) {
  return session_.judge_connection(here(connection), ticket);
}

sandbox::Reach ProfileJudge::reachable(const Connection& connection, std::uint64_t ticket) {
  return session_.reachable(here(connection), ticket);
}

void ProfileJudge::connection_refused(const Connection& connection, const sandbox::Refusal& refusal) {
  session_.connection_refused(here(connection), refusal);
}

void ProfileJudge::connection_ended(const Connection& connection, const sandbox::ConnectionEnd& end) {
  session_.connection_ended(here(connection), end);
}

}  // namespace shelltool
