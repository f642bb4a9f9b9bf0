#include "sandbox/launcher/exec_first.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "sandbox/sys/process.h"

namespace sandbox {
namespace {

std::string_view search_path(const std::vector<std::string>& env) {
  constexpr std::string_view name = "PATH=";
  for (const std::string& variable : env)
    if (std::string_view(variable).starts_with(name)) return std::string_view(variable).substr(name.size());
  return "/bin:/usr/bin";  // confstr(_CS_PATH)
}

std::vector<std::string> candidates(const std::string& program, const std::vector<std::string>& env) {
  if (program.find('/') != std::string::npos) return {program};
  std::vector<std::string> found;
  const std::string_view path = search_path(env);
  for (std::size_t begin = 0; begin <= path.size() && !program.empty();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string directory(path.substr(begin, end - begin));
    found.push_back(directory.empty() ? program : fmt::format("{}/{}", directory, program));
    begin = end + 1;
  }
  return found;
}

int exec_as_script(const std::string& path, const std::vector<char*>& argv, const std::vector<char*>& env) {
  std::string shell = "/bin/sh", script = path;
  std::vector<char*> shell_argv = {shell.data(), script.data()};
  shell_argv.insert(shell_argv.end(), argv.begin() + 1, argv.end());
  ::execve(shell.c_str(), shell_argv.data(), env.data());
  return errno;
}

}  // namespace

// Looks before it execs, as every exec is judged: what is not there needs no judge, and what was refused is
// not tried again under another name.
int exec_first(const std::vector<std::string>& words, const std::vector<std::string>& variables) {
  const std::vector<char*> argv = sys::pointers(words);
  const std::vector<char*> env = sys::pointers(variables);
  int error = ENOENT;
  for (const std::string& path : candidates(words.front(), variables)) {
    if (::access(path.c_str(), X_OK) != 0) {
      if (errno == EACCES) error = EACCES;
      continue;
    }
    ::execve(path.c_str(), argv.data(), env.data());
    return errno == ENOEXEC ? exec_as_script(path, argv, env) : errno;
  }
  return error;
}

int exec_path(const std::string& path, const std::vector<std::string>& words,
              const std::vector<std::string>& variables) {
  ::execve(path.c_str(), sys::pointers(words).data(), sys::pointers(variables).data());
  return errno;
}

}  // namespace sandbox
