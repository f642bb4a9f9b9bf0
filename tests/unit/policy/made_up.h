#pragma once
/// Matchers and events that are made up, of few words, so that they meet; the same ones for the same seed.

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/policy/events.h"

namespace tests {

using Random = std::mt19937;

/// How often a test tries; GATEHOUSE_ROUNDS=20 makes that twenty times as often, for a search that takes its
/// time.
inline int rounds(int usual) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  usual /= 10;  // each costs ten times as much there
#endif
#endif
  const char* const times = std::getenv("GATEHOUSE_ROUNDS");
  return times == nullptr ? usual : usual * std::max(1, std::atoi(times));
}

template <std::size_t size>
std::string pick(Random& random, const char* const (&list)[size]) {
  return list[random() % size];
}

/// Few words, so that what is made up meets.
inline constexpr const char* made_up_words[] = {"a",      "b",        "ab",        "-f",  "-n",
                                                "--long", "--long=a", "--no-long", "-fn", "x/y"};
inline constexpr const char* made_up_programs[] = {"cp",    "ls",          "[cp, ls]",      "\"c*\"",
                                                   "\"*\"", "/usr/bin/cp", "\"/usr/bin/*\""};
inline constexpr const char* made_up_args[] = {"[a]",      "[a, b]",      "[[a, b]]",    "[\"*\", a]",
                                               "[\"a*\"]", "[\"**\", b]", "[a, \"**\"]", "[\"**\", a, b]",
                                               "[b]",      "[\"**\"]"};
inline constexpr const char* made_up_options[] = {"{any: [-f]}",
                                                  "{any: [-f, -n]}",
                                                  "{all: [-f, -n]}",
                                                  "{none: [-f]}",
                                                  "{none: [-f, --long]}",
                                                  "{only: [-f, -n]}",
                                                  "{only: []}",
                                                  "{any: [--long]}",
                                                  "{values: {--long: a}}",
                                                  "{values: {--long: [a, b]}}",
                                                  "{all: [[-f, --long]]}",
                                                  "{any: [-f], none: [-n]}"};
inline constexpr const char* made_up_paths[] = {"{any: [\"x/*\"]}", "{all: [\"x/*\"]}", "{none: [\"x/*\"]}",
                                                "{any: [\"x/*\", \"a\"]}",
                                                "{all: [\"a\", \"x/*\"], none: [\"b\"]}"};
inline constexpr const char* made_up_rest[] = {
    "argc: 1",      "argc: 1-3",       "argc: [0, 2]",
    "top: true",    "top: false",      "writable_program: true",
    "cwd: \"/ws\"", "mode: read-only", "mode: [read-only, workspace-write]"};

inline std::string some_matcher(Random& random) {
  std::string text;
  const auto add = [&](const char* key, const std::string& value) {
    text += (text.empty() ? "" : ", ") + std::string(key) + value;
  };
  if (random() % 4 != 0) add("program: ", pick(random, made_up_programs));
  if (random() % 2 == 0) add("args: ", pick(random, made_up_args));
  if (random() % 2 == 0) add("options: ", pick(random, made_up_options));
  if (random() % 6 == 0) add("paths: ", pick(random, made_up_paths));
  if (text.empty() || random() % 5 == 0) add("", pick(random, made_up_rest));
  return text;
}

inline sandbox::ExecEvent some_event(Random& random) {
  const std::string name = random() % 2 == 0 ? "cp" : "ls";
  std::vector<std::string> argv = {name};
  for (std::size_t left = random() % 4; left > 0; --left) argv.push_back(pick(random, made_up_words));
  sandbox::ExecEvent event = event_of(argv, program_file(name));
  event.top = random() % 2 == 0;
  event.images.front().file.writable = random() % 8 == 0;
  return event;
}

/// For rules on files and connections.
inline constexpr const char* made_up_files[] = {"a",    "/ws/a",    "b/**",       "\"*.c\"",
                                                "~/a/", "\"**/b\"", "[a, /ws/b]", "/"};
inline constexpr const char* made_up_hosts[] = {"a.example", "\"*.example\"", "10.0.0.0/8", "\"::1\"",
                                                "[b.a.example, 10.1.2.3]"};
inline constexpr const char* made_up_ports[] = {"443", "1-1000", "[22, 80]"};
inline constexpr const char* made_up_targets[] = {"read a",
                                                  "read b/a",
                                                  "read /ws/b/x.c",
                                                  "read ~/a/b",
                                                  "read /",
                                                  "write a",
                                                  "write x.c",
                                                  "write ../b",
                                                  "write /home/u/a",
                                                  "net a.example:443",
                                                  "net b.a.example:22",
                                                  "net 10.1.2.3:80",
                                                  "net [::1]:443",
                                                  "net [::ffff:10.9.9.9]:1001",
                                                  "net example:1"};

/// The body of a rule: event, when and perhaps unless, verdict.
inline std::string some_rule(Random& random, const std::string& verdict) {
  constexpr const char* events[] = {"exec", "exec", "exec", "read", "write", "[read, write]", "net"};
  const std::string event = pick(random, events);
  const auto matcher = [&] {
    if (event == "exec") return some_matcher(random);
    if (event != "net") return "path: " + pick(random, made_up_files);
    const std::string host = "host: " + pick(random, made_up_hosts);
    return random() % 2 == 0 ? host : host + ", port: " + pick(random, made_up_ports);
  };
  std::string rule = "event: " + event + ", when: {" + matcher() + "}";
  if (random() % 3 == 0) rule += ", unless: {" + matcher() + "}";
  return rule + ", verdict: " + verdict + (verdict == "allow" ? "" : ", reason: r");
}

}  // namespace tests
