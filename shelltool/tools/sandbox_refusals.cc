#include "shelltool/tools/sandbox_refusals.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <optional>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/hidden.h"

namespace shelltool {
namespace {

constexpr std::size_t most = 5;
constexpr std::size_t longest_line = 1000;
constexpr std::size_t looked_through = 64 * 1024;  // of the end of the output

bool has_any(std::string_view line, const std::vector<std::string_view>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
}

bool speaks_of_network(std::string_view line) {
  static const std::vector<std::string_view> words = {"ould not resolve host",
                                                      "nable to resolve host",
                                                      "emporary failure in name resolution",
                                                      "emporary failure resolving",
                                                      "ame or service not known",
                                                      "etwork is unreachable",
                                                      "EAI_AGAIN",
                                                      "ENETUNREACH",
                                                      "dns error"};
  return has_any(line, words);
}

enum class Failure { none, read_only, denied, missing };

Failure failure_in(std::string_view line) {
  if (has_any(line, {"Read-only file system", "EROFS"})) return Failure::read_only;
  if (has_any(line, {"ermission denied", "EACCES", "Device or resource busy"})) return Failure::denied;
  if (has_any(line, {"No such file or directory", "ENOENT"})) return Failure::missing;
  return Failure::none;
}

bool separates(char c) {
  constexpr std::string_view separators = " \t'\"`:,;()[]<>=";
  return separators.find(c) != std::string_view::npos;
}

/// "/bin/bash: line 1: " is about the shell's own words.
std::string_view without_speaker(std::string_view line) {
  constexpr std::string_view digits = "0123456789";
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos || line.find(' ') < colon) return line;
  std::string_view rest = line.substr(colon + 2);
  if (rest.starts_with("line ")) rest.remove_prefix(5);
  const std::size_t end = rest.find_first_not_of(digits);
  return end != 0 && end != std::string_view::npos && rest.substr(end).starts_with(": ")
             ? rest.substr(end + 2)
             : line;
}

struct Word {
  std::string text;
  bool is_path = false;  ///< has a slash, or is quoted; others may be one
};

std::vector<Word> words_in(std::string_view line) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at;
    while (end < line.size() && !separates(line[end])) ++end;
    const std::string_view word = line.substr(at, end - at);
    const bool is_quoted = at > 0 && (line[at - 1] == '\'' || line[at - 1] == '"' || line[at - 1] == '`');
    if (!word.empty())
      words.push_back({std::string(word), is_quoted || word.find('/') != std::string_view::npos});
    at = end + 1;
  }
  return words;
}

const std::string* cover_of(const std::string& path, const std::vector<std::string>& covers) {
  const auto found = std::find_if(covers.begin(), covers.end(),
                                  [&](const std::string& cover) { return sys::is_within(path, cover); });
  return found == covers.end() ? nullptr : &*found;
}

/// By rules; a directory is empty where it is hidden.
std::optional<std::string> held_as(const std::string& path, const Confinement& confinement) {
  if (confinement.tier != sandbox::Tier::a || confinement.held == nullptr) return std::nullopt;
  for (std::string at = path; at != "/" && at != "."; at = sys::parent_of(at))
    if (const auto found = confinement.held->find(at); found != confinement.held->end())
      return fmt::format("{}: {} (rule {})",
                         found->second.held.as == sandbox::Held::As::hidden ? "hidden" : "read-only",
                         shown_path(at, confinement.home), sys::visible(found->second.rule));
  return std::nullopt;
}

/// "; profile git-remote shows it"
std::string where_it_shows(const std::string& path, const Confinement& confinement) {
  const std::string profile = confinement.profile_showing ? confinement.profile_showing(path) : std::string();
  return profile.empty() ? "" : fmt::format("; profile {} shows it", sys::visible(profile));
}

std::string hidden_text(const std::string& cover, const std::string& path, const Confinement& confinement) {
  const auto& held = confinement.spec.held;
  const bool is_replaced = std::any_of(held.begin(), held.end(), [&](const sandbox::Held& file) {
    return file.path == path && file.as == sandbox::Held::As::replaced;
  });
  return fmt::format("{}: {}{}", is_replaced ? "read-only, and without what signs in" : "hidden",
                     shown_path(cover, confinement.home), where_it_shows(path, confinement));
}

std::optional<std::string> explanation(const std::string& path, Failure failure,
                                       const Confinement& confinement) {
  const sandbox::Spec& spec = confinement.spec;
  const std::string& home = confinement.home;
  const bool has_all_files = spec.mode == sandbox::Mode::danger_full_access;
  if (confinement.tier == sandbox::Tier::a) {
    const std::string* cover = has_all_files ? nullptr : cover_of(path, spec.hide);
    if (cover != nullptr) return hidden_text(*cover, path, confinement);
    if (cover_of(path, spec.own_hidden) != nullptr) return "hidden: gatehouse's own files";
  }
  if (const auto held = held_as(path, confinement)) return *held;
  if (failure == Failure::missing) return std::nullopt;
  if (const std::string* cover = cover_of(path, spec.own))
    return fmt::format("read-only: {} (gatehouse's own)", shown_path(*cover, home));
  if (has_all_files) return std::nullopt;
  if (const std::string* cover = cover_of(path, spec.protect))
    return fmt::format("read-only: {} (programs outside trust it)", shown_path(*cover, home));
  // A permission that is lacking is the host's own affair, except where Landlock stands in for the mounts.
  if (failure == Failure::denied && confinement.tier == sandbox::Tier::a) return std::nullopt;
  const bool is_root_writable =
      spec.mode == sandbox::Mode::workspace_write && cover_of(path, spec.writable) != nullptr;
  if (is_root_writable || sys::is_within(path, "/tmp") || sys::is_within(path, "/dev")) return std::nullopt;
  return fmt::format("read-only: {} ({})", shown_path(path, home),
                     spec.mode == sandbox::Mode::read_only ? "mode read-only" : "outside the workspace");
}

bool is_socket_outside(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

/// Of one that shows in the sandbox, and of one that lies where the sandbox has its own /run and /tmp.
std::optional<std::string> socket_explanation(std::string path, const Confinement& confinement) {
  const sandbox::Spec& spec = confinement.spec;
  if (confinement.tier != sandbox::Tier::a || spec.mode == sandbox::Mode::danger_full_access)
    return std::nullopt;
  while (path.ends_with('.')) path.pop_back();  // of the sentence
  path = sys::real_path_of_missing(path);
  const bool is_kept = confinement.sockets != nullptr && confinement.sockets->contains(path);
  const bool is_replaced =
      sys::is_within(path, "/run") ||
      (spec.private_tmp && (sys::is_within(path, "/tmp") || sys::is_within(path, "/var/tmp")));
  const bool is_elsewhere = is_replaced && cover_of(path, spec.writable) == nullptr &&
                            cover_of(path, spec.sockets) == nullptr && is_socket_outside(path);
  if (!is_kept && !is_elsewhere) return std::nullopt;
  return fmt::format("unix socket {}: of the host, and not in sandbox.sockets of the user's config.yaml{}",
                     shown_path(path, confinement.home), where_it_shows(path, confinement));
}

}  // namespace

const char* const no_network = "net none: there is no network in this sandbox";

std::optional<std::string> obstacle_to_reading(const std::string& path, const Confinement& confinement) {
  return explanation(path, Failure::missing, confinement);
}

std::optional<std::string> obstacle_to_writing(const std::string& path, const Confinement& confinement) {
  return explanation(path, Failure::read_only, confinement);
}

std::vector<std::string> refusals_in(std::string_view output, const Confinement& confinement) {
  std::vector<std::string> refusals;
  const auto add = [&](const std::string& sentence) {
    if (std::find(refusals.begin(), refusals.end(), sentence) == refusals.end()) refusals.push_back(sentence);
  };
  if (output.size() > looked_through) output.remove_prefix(output.size() - looked_through);
  while (!output.empty() && refusals.size() < most) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    const std::string_view line = output.substr(0, std::min(end, longest_line));
    output.remove_prefix(std::min(end + 1, output.size()));
    if (confinement.spec.network == sandbox::Network::none && speaks_of_network(line)) add(no_network);
    const Failure failure = failure_in(line);
    const bool speaks_of_connecting = line.find("onnect") != std::string_view::npos;
    if (failure == Failure::none && !speaks_of_connecting) continue;
    for (const Word& word : words_in(without_speaker(line))) {
      const std::string path = sys::normal_path(expand_home(word.text, confinement.home), confinement.cwd);
      const auto socket = word.is_path ? socket_explanation(path, confinement) : std::nullopt;
      if (socket && refusals.size() < most) add(*socket);
      if (socket || failure == Failure::none) continue;
      const auto why = word.is_path ? explanation(path, failure, confinement) : held_as(path, confinement);
      if (why && refusals.size() < most) add(*why);
    }
  }
  return refusals;
}

}  // namespace shelltool
