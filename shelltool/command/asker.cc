#include "shelltool/command/asker.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "policy/denial.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/text.h"
#include "shelltool/command/notice.h"

namespace shelltool {
namespace {

constexpr std::chrono::milliseconds signal_time{100};

}  // namespace

Asker::Asker(sys::Reactor& reactor, Job& job, std::string home, Answered answered)
    : reactor_(reactor), job_(job), home_(std::move(home)), answered_(std::move(answered)) {}

std::string question_text(const Question& question, const std::string& home) {
  return notice(policy::denial_text(question.decision, question.argv, home) +
                "\n  in: " + sys::visible(question.cwd)) +
         "gatehouse: allow it (s: for this session)? [y/N/s] ";
}

void Asker::ask(Question question) {
  questions_.push_back(std::move(question));
  if (questions_.size() == 1) show();
}

void Asker::show() {
  job_.begin_question();
  const int terminal = job_.terminal()->fd();
  ::tcflush(terminal, TCIFLUSH);  // what was typed before the question is no answer to it
  typed_.clear();
  sys::write_all(terminal, question_text(questions_.front(), home_), "the terminal");
  input_ = reactor_.watch(terminal, POLLIN, [this](int) { on_input(); });
}

void Asker::on_input() {
  std::array<char, 256> chunk{};
  const ssize_t count = ::read(job_.terminal()->fd(), chunk.data(), chunk.size());
  if (count <= 0) {
    finish(Answer::no);
    return;
  }
  typed_.append(chunk.data(), static_cast<std::size_t>(count));
  const std::size_t end = typed_.find('\n');
  if (end == std::string::npos) return;
  const std::string line = typed_.substr(0, end);
  if (line == "y" || line == "Y" || line == "yes") {
    finish(Answer::once);
  } else if (line == "s" || line == "S") {
    finish(Answer::session);
  } else {
    finish(Answer::no);
  }
}

void Asker::finish(Answer answer) {
  input_.cancel();
  const std::uint64_t ticket = questions_.front().ticket;
  questions_.pop_front();
  job_.end_question();
  answered_(ticket, answer);
  if (!questions_.empty()) show();
}

void Asker::refuse_soon() {
  if (questions_.empty()) return;
  refusal_ = reactor_.at(sys::BootClock::now() + signal_time, [this] { refuse_all(); });
}

void Asker::refuse_all() {
  for (std::size_t count = questions_.size(); count > 0; --count) finish(Answer::no);
}

void Asker::withdraw(std::uint64_t ticket) {
  const auto found = std::find_if(questions_.begin(), questions_.end(),
                                  [ticket](const Question& question) { return question.ticket == ticket; });
  if (found == questions_.end()) return;
  const bool shown = found == questions_.begin();
  questions_.erase(found);
  if (!shown) return;
  input_.cancel();
  sys::write_all(job_.terminal()->fd(), "\n" + notice("  The program that asked is gone."), "the terminal");
  job_.end_question();
  if (!questions_.empty()) show();
}

}  // namespace shelltool
