#include "shelltool/command/job.h"

#include <unistd.h>

#include <csignal>

namespace shelltool {

Job::Job(sys::Reactor& reactor, std::optional<Terminal> terminal, std::function<void(int)> send)
    : terminal_(std::move(terminal)),
      send_(std::move(send)),
      signals_(
          reactor.on_signals({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT},
                             [this](int signal) { on_signal(signal); })) {}

void Job::started(pid_t process_group) {
  group_ = process_group;
  // In a pipeline the others need Ctrl-C, too: the command then gets the terminal when it first asks for it.
  if (terminal_ && terminal_->is_ours() && terminal_->job_of_one()) give();
}

void Job::stopped(int signal) {
  if (!terminal_) return;  // nobody could continue us
  if (asking_) {
    resume_after_question_ = true;
    return;
  }
  if ((signal == SIGTTIN || signal == SIGTTOU) && !given_ && terminal_->is_ours()) {
    give();
    send_(SIGCONT);
    return;
  }
  const bool whole_job = given_ && signal != SIGSTOP;
  if (given_) terminal_->take_back();
  given_ = false;
  // With the terminal given away, the others of our group have not seen Ctrl-Z. We go on in
  // on_signal(SIGCONT).
  ::kill(whole_job ? 0 : ::getpid(), SIGSTOP);
}

void Job::ended() {
  if (given_ && terminal_) terminal_->take_back();
  given_ = false;
}

void Job::begin_question() {
  asking_ = true;
  if (given_) terminal_->take_back();
}

void Job::end_question() {
  asking_ = false;
  if (given_) terminal_->give_to(group_);
  if (std::exchange(resume_after_question_, false)) resume();
}

void Job::on_signal(int signal) {
  if (group_ == 0) return;
  if (signal == SIGCONT) {
    resume();
    return;
  }
  send_(signal);
}

void Job::give() {
  terminal_->give_to(group_);
  given_ = true;
}

void Job::resume() {
  if (terminal_ && !given_ && terminal_->is_ours() && terminal_->job_of_one()) give();
  send_(SIGCONT);
}

}  // namespace shelltool
