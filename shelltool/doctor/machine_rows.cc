#include "shelltool/doctor/machine_rows.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace shelltool {
namespace {

using sandbox::Feature;
using sandbox::State;

std::string lost_without(Feature feature, State state) {
  switch (feature) {
    case Feature::openat2:
      return "Everything: no path can be opened without a race.";
    case Feature::proc:
      return "Everything: who asks to start a program cannot be looked at.";
    case Feature::user_namespaces:
      return "Tier A: hidden files can be read, protected files in the workspace can be changed, /tmp, other "
             "processes "
             "and unix sockets are the host's.";
    case Feature::mounts:
      return "The first wall around files: read-only mounts, and what they hide.";
    case Feature::processes:
      return "Commands see the host's processes.";
    case Feature::network:
      return "A loopback of the command's own: without a network it has no internet sockets at all.";
    case Feature::overlay:
      return "Private caches start empty: what is cached on the host is fetched again.";
    case Feature::id_maps:
      return "Root's command is the real root without capabilities; its processes cannot be limited.";
    case Feature::landlock:
      return state == State::degraded
                 ? "Without namespaces, processes outside can be signalled."
                 : "The second wall: mounts alone hold the files, and without namespaces nothing.";
    case Feature::seccomp:
      return state == State::degraded ? "A program that takes many signals may be slow to start others."
                                      : "Everything: no exec can be judged.";
    case Feature::ptrace:
      return "Everything: what runs cannot be compared with what was judged, so nothing is let through.";
    case Feature::cgroups:
      return "A limit on memory that the kernel keeps: it is looked at, and what goes over it is ended a "
             "moment later.";
    case Feature::interop:
      return "Below tier A, and in mode danger-full-access: a Windows program that a command starts runs "
             "outside of every sandbox; tier A keeps it from what starts them, the sockets in /run/WSL.";
  }
  return {};
}

struct Useful {
  const char* program;
  const char* package;  ///< where its name is another
  const char* lost;
};
constexpr std::array useful = {
    Useful{"bash", "bash", "Scripts run in sh."},
    Useful{"git", "git", "Agents work without version control."},
    Useful{"rg", "ripgrep", "Agents get no tool grep, and search in a shell."},
};

struct Manager {
  const char* path;
  const char* command;
};
constexpr std::array managers = {
    Manager{"/usr/bin/apt-get", "sudo apt-get install"},
    Manager{"/usr/bin/dnf", "sudo dnf install"},
    Manager{"/usr/bin/pacman", "sudo pacman -S"},
    Manager{"/usr/bin/zypper", "sudo zypper install"},
    Manager{"/sbin/apk", "sudo apk add"},
};

std::string install_command(const char* package) {
  for (const Manager& manager : managers)
    if (::access(manager.path, X_OK) == 0) return fmt::format("{} {}", manager.command, package);
  return {};
}

DiagnosisRow program_row(const Useful& wanted, const std::vector<std::string>& search_path) {
  for (const std::string& directory : search_path) {
    const std::string path = fmt::format("{}/{}", directory, wanted.program);
    if (::access(path.c_str(), X_OK) == 0) return {wanted.program, State::ok, path, "", ""};
  }
  return {wanted.program, State::degraded, "not in PATH", wanted.lost, install_command(wanted.package)};
}

}  // namespace

DiagnosisRow row_of(const sandbox::Finding& finding) {
  const bool is_ok = finding.state == State::ok;
  return {name_of(finding.feature), finding.state, finding.found,
          is_ok ? "" : lost_without(finding.feature, finding.state), finding.mend};
}

std::vector<DiagnosisRow> program_rows(const std::vector<std::string>& search_path) {
  std::vector<DiagnosisRow> rows;
  for (const Useful& wanted : useful) rows.push_back(program_row(wanted, search_path));
  return rows;
}

}  // namespace shelltool
