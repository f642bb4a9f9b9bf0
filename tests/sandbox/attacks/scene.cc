#include "tests/sandbox/attacks/scene.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace attacks {

Scene::Scene(std::string place) : place_(std::move(place)) {
  std::ifstream facts(place_ + "/facts");
  for (std::string line; std::getline(facts, line);)
    if (const std::size_t equals = line.find('='); equals != std::string::npos)
      facts_[line.substr(0, equals)] = line.substr(equals + 1);
}

std::string Scene::fact(const std::string& name) const {
  const auto found = facts_.find(name);
  return found == facts_.end() ? std::string() : found->second;
}

long Scene::number(const std::string& name) const { return std::strtol(fact(name).c_str(), nullptr, 0); }

std::string Scene::in(std::string_view directory, std::string_view name) const {
  std::string path = place_ + "/";
  path.append(directory);
  if (!name.empty()) path.append("/").append(name);
  return path;
}

void write_to(int fd, std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(fd, text.data(), text.size());
}

bool put(const std::string& path, std::string_view text) { return put_with(path, text, O_CREAT); }

bool put_with(const std::string& path, std::string_view text, int flags) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0755);
  if (fd < 0) return false;
  write_to(fd, text);
  ::close(fd);
  return true;
}

void spill(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return;
  spill_from(fd);
  ::close(fd);
}

void spill_from(int fd) {
  std::array<char, 4096> bytes{};
  for (int round = 0; round < 256; ++round) {
    const ssize_t size = ::read(fd, bytes.data(), bytes.size());
    if (size <= 0) return;
    write_to(1, {bytes.data(), static_cast<std::size_t>(size)});
  }
}

void hold() {
  write_to(1, "holding\n");
  char byte = 0;
  while (::read(0, &byte, 1) > 0) {
  }
}

int in_child(void (*work)(const Scene&), const Scene& at) {
  const pid_t child = ::fork();
  if (child == 0) {
    work(at);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void leave_the_host() {
  const std::string user = std::to_string(::getuid()), group = std::to_string(::getgid());
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
    put_with("/proc/self/uid_map", user + " " + user + " 1", 0);
    put_with("/proc/self/setgroups", "deny", 0);
    put_with("/proc/self/gid_map", group + " " + group + " 1", 0);
  }
  ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
}

void shell(const Scene& at, const char* script) {
  ::setenv("PLACE", at.place().c_str(), 1);
  ::setenv("GATE", at.fact("gate").c_str(), 1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", script, "sh", at.place().c_str(), nullptr);
    ::_exit(127);
  }
  ::waitpid(child, nullptr, 0);
}

}  // namespace attacks
