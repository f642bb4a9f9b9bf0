#include "shelltool/tools/shell_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using mcp::Json;
using mcp::Parameter;
using Type = mcp::Parameter::Type;

constexpr double longest_timeout_s = 86'400;

Json seconds_of(const Json& milliseconds) {
  if (milliseconds.is_string()) {  // a number as models write it, too
    const Json number = mcp::coerced(Type::number, milliseconds);
    return number.is_number() ? seconds_of(number) : milliseconds;
  }
  return milliseconds.is_number() ? Json(milliseconds.get<double>() / 1000) : milliseconds;
}

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

bool is_variable_name(const std::string& name) {
  return !name.empty() && name.find('=') == std::string::npos && name.find('\0') == std::string::npos;
}

}  // namespace

Json as_shell_text(const Json& value) {
  const auto is_word = [](const Json& word) { return word.is_string(); };
  if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), is_word)) return value;
  std::vector<std::string> words;
  for (const Json& word : value) words.push_back(quoted(word.get<std::string>()));
  return fmt::format("{}", fmt::join(words, " "));
}

std::vector<Parameter> shell_parameters(std::chrono::milliseconds default_timeout) {
  const double seconds = static_cast<double>(default_timeout.count()) / 1000;
  return {{"command", Type::string, "Shell text.", true, {}, {{"cmd", {}}, {"script", {}}}, as_shell_text},
          {"cwd",
           Type::string,
           "Directory; default: the workspace.",
           false,
           {},
           {{"workdir", {}}, {"directory", {}}}},
          {"env", Type::string_map, "Variables, over the session's.", false, {}, {}},
          {"stdin", Type::string, "Standard input; default: empty.", false, {}, {}},
          {"timeout_s",
           Type::number,
           fmt::format("Seconds until it is ended ({}).", seconds),
           false,
           {},
           {{"timeout", seconds_of}, {"timeout_ms", seconds_of}}},
          {"why",
           Type::string,
           "What it is for, for the record.",
           false,
           {},
           {{"description", {}}, {"justification", {}}}}};
}

void check_command(const std::string& command) {
  if (command.find_first_not_of(" \t\r\n") == std::string::npos)
    throw mcp::ArgumentError("'command' is empty");
  if (command.size() > longest_command)
    throw mcp::ArgumentError(
        fmt::format("'command' has {} bytes, and a program's word at most {}: put the text into a "
                    "file, or give it as 'stdin'",
                    command.size(), longest_command));
}

ShellRequest read_shell_request(const mcp::Arguments& arguments) {
  ShellRequest request;
  request.command = *arguments.get<std::string>("command");
  check_command(request.command);
  request.cwd = arguments.get<std::string>("cwd").value_or("");
  request.stdin_text = arguments.get<std::string>("stdin").value_or("");
  request.why = arguments.get<std::string>("why").value_or("");
  if (arguments.has("env")) {
    for (const auto& [name, value] : arguments.json().at("env").items()) {
      if (!is_variable_name(name))
        throw mcp::ArgumentError(fmt::format("'env' has no variable {}", sys::shown(name)));
      request.env[name] = value.get<std::string>();
    }
  }
  if (const auto seconds = arguments.get<double>("timeout_s")) {
    if (!(*seconds > 0 && *seconds <= longest_timeout_s))
      throw mcp::ArgumentError(fmt::format("'timeout_s' must be above 0 and at most {}", longest_timeout_s));
    request.timeout = std::chrono::milliseconds(std::max<long>(1, static_cast<long>(*seconds * 1000)));
  }
  return request;
}

}  // namespace shelltool
