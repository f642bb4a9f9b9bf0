#pragma once
/// Asks a person at the terminal, one question after the other, while everything else goes on.

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "sandbox/sys/reactor.h"
#include "shelltool/command/job.h"
#include "shelltool/session/turn_judge.h"

namespace shelltool {

class Asker {
 public:
  using Answered = std::function<void(std::uint64_t ticket, Answer)>;
  /// `job` has a terminal; `home` is shown as "~".
  Asker(sys::Reactor& reactor, Job& job, std::string home, Answered answered);

  void ask(Question question);
  void withdraw(std::uint64_t ticket);
  /// After a signal that ends the command: "no" to all that is asked, once whom the signal ends at once has
  /// gone. A shell that waits for an exec, in a vfork, takes no signal before it is answered.
  void refuse_soon();

 private:
  void show();
  void on_input();
  void finish(Answer answer);
  void refuse_all();

  sys::Reactor& reactor_;
  Job& job_;
  std::string home_;
  Answered answered_;
  std::deque<Question> questions_;  // the first is on the screen
  std::string typed_;
  sys::Watch input_;
  sys::Watch refusal_;
};

/// The question as it is shown: what would run, where, why it is asked.
std::string question_text(const Question& question, const std::string& home);

}  // namespace shelltool
