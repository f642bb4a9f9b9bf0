#include "shelltool/session/connection.h"

#include <utility>

#include "sandbox/sys/error.h"
#include "shelltool/session/log.h"

namespace shelltool {
namespace {

constexpr auto longest_goodbye = std::chrono::seconds(3);

/// A failure to build the sandbox, with what mends it.
[[noreturn]] void throw_with_fix(const sandbox::SetupError& error) {
  if (error.fix().empty()) throw error;
  throw sys::Error(sys::Kind::setup, "{}; to mend it: {}", error.what(), error.fix());
}

}  // namespace

Connection::Connection(sys::Reactor& reactor, std::function<Plan(bool)> plan, std::string audit)
    : reactor_(reactor), make_plan_(std::move(plan)), audit_(std::move(audit)) {}

Session& Connection::session() {
  if (session_) return *session_;
  SessionOptions options;
  options.audit = audit_;
  options.shell = true;
  options.outer = outer_ ? &*outer_ : nullptr;
  options.nobody = "Nobody can be asked here.";
  auto session = std::make_unique<Session>(reactor_, make_plan_(outer_.has_value()), std::move(options));
  try {
    session->start({[this](const sandbox::Outcome&) { reactor_.post([this] { forget(); }); }, {}});
  } catch (const sandbox::SetupError& error) {
    throw_with_fix(error);
  }
  has_told_notes_ = false;
  session_ = std::move(session);
  log(LogLevel::info, fmt::format("session {}: a sandbox in {}, tier {}", session_->id(),
                                  session_->plan().made.spec.cwd, sandbox::name_of(session_->state().tier)));
  return *session_;
}

std::vector<std::string> Connection::take_notes() {
  return std::exchange(has_told_notes_, true) ? std::vector<std::string>() : session_->notes();
}

/// Its turns have been told by now. The next call makes another sandbox.
void Connection::forget() {
  if (session_) log(LogLevel::info, fmt::format("session {}: its sandbox has ended", session_->id()));
  if (session_) session_->finish();
  for (const auto& callback : forgetting_) callback();
  session_.reset();
  if (is_ending_) reactor_.stop();
}

void Connection::end() {
  if (!session_) return;
  session_->supervisor().end();
  is_ending_ = true;
  const sys::Watch limit = reactor_.at(sys::BootClock::now() + longest_goodbye, [this] { reactor_.stop(); });
  reactor_.run();
}

}  // namespace shelltool
