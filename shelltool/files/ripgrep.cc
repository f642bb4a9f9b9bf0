#include "shelltool/files/ripgrep.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/process.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"

namespace shelltool::files {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_errors = 64 * 1024;

/// Where the user's own ignore file is looked for.
std::vector<std::string> environment() {
  std::vector<std::string> variables = {"PATH=/usr/bin:/bin"};
  for (const char* name : {"HOME", "XDG_CONFIG_HOME"})
    if (const char* value = ::getenv(name)) variables.push_back(fmt::format("{}={}", name, value));
  return variables;
}

/// ripgrep as a child, and the ends of its output that are ours.
class Running {
 public:
  explicit Running(const RipgrepRun& run) : deadline_(run.deadline) {
    const auto path = ripgrep_path();
    if (!path)
      throw FileError("unsupported", "ripgrep is not installed here (Debian's package is called ripgrep)");
    sys::Pipe out = sys::make_pipe(), err = sys::make_pipe();
    ::fcntl(out.write_end.get(), F_SETPIPE_SZ, 1 << 20);  // fewer switches; a smaller one serves, too
    const sys::Fd nothing = sys::open_file("/dev/null", O_RDONLY);
    sys::Program program;
    program.argv = {*path, "--no-config", "--color=never"};
    program.argv.insert(program.argv.end(), run.arguments.begin(), run.arguments.end());
    program.env = environment();
    program.cwd = run.directory < 0 ? "/" : sys::proc_path(run.directory);
    program.in = run.input < 0 ? nothing.get() : run.input;
    program.out = out.write_end.get();
    program.err = err.write_end.get();
    program.ends_with_us = true;
    child_ = sys::spawn(program);
    out_ = std::move(out.read_end);
    err_ = std::move(err.read_end);
  }

  /// Until both ends are closed; false where the time ended first.
  bool read(const std::function<void(std::string_view)>& take) {
    while (out_ || err_) {
      std::array<pollfd, 2> ends{{{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
      if (left <= 0) return false;
      const int ready = ::poll(ends.data(), ends.size(), static_cast<int>(std::min<long>(left, 60'000)));
      if (ready < 0 && errno != EINTR) throw sys::SysError(errno, "waiting for ripgrep");
      if (ready <= 0) continue;
      if (ends[0].revents != 0) take_from(out_, take);
      if (ends[1].revents != 0)
        take_from(err_, [this](std::string_view chunk) {
          errors_ += chunk.substr(0, most_errors - std::min(most_errors, errors_.size()));
        });
    }
    return true;
  }

  int wait() { return child_.wait().as_shell(); }
  [[nodiscard]] const std::string& errors() const { return errors_; }

 private:
  void take_from(sys::Fd& end, const std::function<void(std::string_view)>& take) {
    const ssize_t size = ::read(end.get(), buffer_.data(), buffer_.size());
    if (size > 0)
      take({buffer_.data(), static_cast<std::size_t>(size)});
    else if (size == 0 || errno != EINTR)
      end.close(), end = sys::Fd();
  }

  Clock::time_point deadline_;
  sys::Child child_;
  sys::Fd out_, err_;
  std::string errors_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
};

/// Of "./src/x: Permission denied (os error 13)"; the end says it twice.
RipgrepEnd::Unreadable unreadable(std::string_view line) {
  line = line.substr(0, line.rfind(" (os error"));
  line.remove_prefix(2);
  const std::size_t colon = std::min(line.rfind(": "), line.size());
  return {std::string(line.substr(0, colon)), std::string(line.substr(std::min(colon + 2, line.size())))};
}

/// rg's words behind a newline. About a pattern they end in a line "error: …", below the pattern itself.
std::string failure_of(std::string_view errors) {
  constexpr std::string_view mark = "\nerror: ";
  const std::size_t at = errors.find(mark);
  std::string text(at == std::string_view::npos ? errors.substr(1) : errors.substr(at + mark.size()));
  while (text.ends_with('\n')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return sys::visible(text);
}

RipgrepEnd end_of(int status, std::string_view errors) {
  RipgrepEnd end;
  std::string other;
  for (std::size_t begin = 0; begin < errors.size();) {
    const std::size_t next = std::min(errors.find('\n', begin), errors.size());
    const std::string_view line = errors.substr(begin, next - begin);
    begin = next + 1;
    if (!line.starts_with("./"))
      other.append(line).append("\n");
    else
      end.unreadable.push_back(unreadable(line));
  }
  constexpr int found = 0, found_nothing = 1;
  if (status == found || status == found_nothing || (other.empty() && !end.unreadable.empty())) return end;
  end.failure = other.empty() ? fmt::format("ripgrep ended with {}", status) : failure_of("\n" + other);
  return end;
}

}  // namespace

std::optional<std::string> ripgrep_path() {
  for (const char* path : {"/usr/bin/rg", "/usr/local/bin/rg"})
    if (::access(path, X_OK) == 0) return path;
  return std::nullopt;
}

RipgrepEnd ripgrep(const RipgrepRun& run, const std::function<void(std::string_view)>& take) {
  Running running(run);
  if (!running.read(take)) {
    RipgrepEnd end = end_of(0, running.errors());
    end.is_complete = false;
    return end;
  }
  const int status = running.wait();
  return end_of(status, running.errors());
}

}  // namespace shelltool::files
