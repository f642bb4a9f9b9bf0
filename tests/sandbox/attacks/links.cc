// Ways outside that lead through links, descriptors and the workspace's own names.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::outside;

std::string descriptor(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

void write_through_symlink(const Scene& at) {
  if (::symlink(at.outside("victim").c_str(), "link") == 0) put("link", "through");
}

void create_through_symlink(const Scene& at) {
  if (::symlink(at.outside("").c_str(), "link") == 0) put("link/new", "through");
}

void write_through_chain(const Scene&) {
  if (::symlink("../outside", "one") == 0 && ::symlink("one/victim", "two") == 0 &&
      ::symlink("two", "three") == 0)
    put("three", "through");
}

void write_through_hard_link(const Scene& at) {
  if (::link(at.outside("victim").c_str(), "link") == 0) put("link", "through");
}

/// Whether a rename or a write falls on the directory or on the link that takes its place is chance.
void swap_directory_for_link(const Scene& at) {
  ::mkdir("place", 0755);
  put("place/victim", "mine");
  if (::symlink(at.outside("").c_str(), "way") != 0) return;
  const pid_t writer = ::fork();
  if (writer == 0)
    for (;;) put_with("place/victim", "raced", 0);
  for (int round = 0; round < 2000; ++round) ::renameat2(AT_FDCWD, "place", AT_FDCWD, "way", RENAME_EXCHANGE);
  ::kill(writer, SIGKILL);
}

void climb_by_descriptor() {
  const int up = ::open("..", O_PATH | O_DIRECTORY);
  if (up >= 0 && ::fchdir(up) == 0) put_with("outside/victim", "climbed", 0);
}

void reopen(const Scene& at, int flags) {
  const int fd = ::open(at.outside("victim").c_str(), flags);
  if (fd >= 0) put_with(descriptor(fd), "reopened", 0);
}

void create_below_descriptor(const Scene& at) {
  const int fd = ::open(at.outside("").c_str(), O_PATH | O_DIRECTORY);
  const int file = ::openat(fd, "new", O_WRONLY | O_CREAT, 0600);
  write_to(file, "below");
}

/// The name of the workspace's directory itself is the owner's.
void replace_workspace(const Scene& at) {
  if (::rename(at.workspace("").c_str(), at.outside("moved").c_str()) == 0) [[maybe_unused]]
    const int made = ::symlink(at.outside("").c_str(), at.workspace("").c_str());
}

const Attack table[] = {
    {"links.symlink", outside, Fails::confined, write_through_symlink},
    {"links.symlink-directory", outside, Fails::confined, create_through_symlink},
    {"links.symlink-chain", outside, Fails::confined, write_through_chain},
    {"links.hard-link", outside, Fails::confined, write_through_hard_link},
    {"links.hard-link-in", outside, Fails::confined,
     [](const Scene& at) { put("mine", "mine") && ::link("mine", at.outside("new").c_str()) == 0; }},
    {"links.symlink-in", outside, Fails::confined,
     [](const Scene& at) { [[maybe_unused]] const int made = ::symlink("/tmp", at.outside("new").c_str()); }},
    {"links.swap", outside, Fails::confined, swap_directory_for_link},
    {"links.dots", outside, Fails::confined, [](const Scene&) { put_with("../outside/victim", "dots", 0); }},
    {"links.climb", outside, Fails::confined, [](const Scene&) { climb_by_descriptor(); }},
    {"links.proc-root", outside, Fails::confined,
     [](const Scene& at) { put_with("/proc/self/root" + at.outside("victim"), "root", 0); }},
    {"links.proc-cwd", outside, Fails::confined,
     [](const Scene&) { put_with("/proc/self/cwd/../outside/victim", "cwd", 0); }},
    {"links.first-root", outside, Fails::confined,
     [](const Scene& at) { put_with("/proc/1/root" + at.outside("victim"), "root", 0); }, "root"},
    {"links.reopen", outside, Fails::confined, [](const Scene& at) { reopen(at, O_RDONLY); }},
    {"links.reopen-place", outside, Fails::confined, [](const Scene& at) { reopen(at, O_PATH); }},
    {"links.below-place", outside, Fails::confined, create_below_descriptor},
    {"links.replace-workspace", outside, Fails::confined, replace_workspace},
};

}  // namespace

std::span<const Attack> links() { return table; }

}  // namespace attacks
