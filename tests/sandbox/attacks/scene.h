#pragma once
/// What an attack finds, and the few things that all of them do. The scene is a directory with "workspace"
/// (where the attack starts and may write), "outside", "home", and "facts", lines NAME=VALUE of what an
/// attacker could find out. Nothing here fails loudly: an attack that does not get through has not reached
/// its goal.

#include <map>
#include <string>
#include <string_view>

namespace attacks {

class Scene {
 public:
  explicit Scene(std::string place);
  [[nodiscard]] std::string workspace(std::string_view name) const { return in("workspace", name); }
  [[nodiscard]] std::string outside(std::string_view name) const { return in("outside", name); }
  [[nodiscard]] std::string home(std::string_view name) const { return in("home", name); }
  [[nodiscard]] const std::string& place() const { return place_; }
  /// "" and 0 where there is no such fact.
  [[nodiscard]] std::string fact(const std::string& name) const;
  [[nodiscard]] long number(const std::string& name) const;
  [[nodiscard]] int bystander() const { return static_cast<int>(number("bystander")); }

 private:
  [[nodiscard]] std::string in(std::string_view directory, std::string_view name) const;
  std::string place_;
  std::map<std::string, std::string> facts_;
};

/// Writes text into a file, with O_CREAT unless flags say otherwise; false where that was refused.
bool put(const std::string& path, std::string_view text);
bool put_with(const std::string& path, std::string_view text, int flags);
void write_to(int fd, std::string_view text);

/// What can be read there goes to standard output, at most a megabyte.
void spill(const std::string& path);
void spill_from(int fd);

/// Says that something is held, until the runner has looked.
void hold();

/// In a process of its own, which is waited for; its exit status.
int in_child(void (*work)(const Scene&), const Scene& at);

/// A user and mount namespace of its own, so that a mount stays in this process; refused in a sandbox.
void leave_the_host();

/// /bin/sh with $PLACE and $GATE, the program under test.
void shell(const Scene& at, const char* script);

}  // namespace attacks
