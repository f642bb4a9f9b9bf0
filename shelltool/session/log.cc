#include "shelltool/session/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdlib>
#include <memory>

#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

spdlog::logger& logger() {
  static spdlog::logger made = [] {
    spdlog::logger log("gatehouse", std::make_shared<spdlog::sinks::stderr_sink_st>());
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
