#include "shelltool/session/log.h"

#include <poll.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>

#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

/// Standard error, unless whoever should read it does not: a line less is better than a server that waits.
class PatientSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    pollfd room{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&room, 1, 0) != 1) return;
    // So much goes into a pipe that has room.
    const std::size_t size = std::min<std::size_t>(line.size(), PIPE_BUF);
    if (size < line.size()) line.data()[size - 1] = '\n';
    (void)!::write(STDERR_FILENO, line.data(), size);
  }
  void flush_() override {}
};

spdlog::logger& logger() {
  static spdlog::logger made = [] {
    spdlog::logger log("gatehouse", std::make_shared<PatientSink>());
    log.set_pattern("%Y-%m-%dT%H:%M:%S.%e gatehouse %l: %v");
    log.set_level(spdlog::level::warn);
    return log;
  }();
  return made;
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

}  // namespace

void set_log_level_from_environment() {
  const char* word = std::getenv("GATEHOUSE_LOG");
  if (word == nullptr || *word == '\0') return;
  const std::string_view wanted = word;
  if (wanted == "debug") return logger().set_level(spdlog::level::debug);
  if (wanted == "info") return logger().set_level(spdlog::level::info);
  if (wanted == "error") return logger().set_level(spdlog::level::err);
  if (wanted != "warning") log(LogLevel::warning, "GATEHOUSE_LOG is debug, info, warning or error");
}

void log(LogLevel level, std::string_view sentence) { logger().log(level_of(level), sys::visible(sentence)); }

}  // namespace shelltool
