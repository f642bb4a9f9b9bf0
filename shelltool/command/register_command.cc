#include "shelltool/command/register_command.h"

#include <fmt/core.h>

#include <cstdio>

#include "config/node.h"
#include "shelltool/command/notice.h"
#include "shelltool/command/owner.h"
#include "shelltool/files/line_diff.h"
#include "shelltool/hosts/registration.h"

namespace shelltool {
namespace {

constexpr int status_done = 0;
constexpr int status_nothing = 1;

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

/// What one of the files would say by itself: for pasting.
std::string snippet_of(const HostFile& file) {
  return fmt::format("{}:\n\n{}\n", file.path,
                     apply_settings({file.path, file.syntax, ""}, file.settings).text);
}

/// Settings that cannot be edited are an error, and what the user could put in by hand is printed.
Registration plan(const AgentHost& host, const Places& places) {
  try {
    return plan_registration(host, places);
  } catch (const config::BadInput& error) {
    for (const HostFile& file : host.files) print(snippet_of(file));
    throw sys::Error(
        sys::Kind::invalid,
        "{}\nNothing was changed. What would have to stand in the settings is on standard output.",
        error.what());
  }
}

std::string shown(const FileEdit& edit) {
  std::string text;
  if (edit.changes())
    text = fmt::format("{}{}\n{}\n", edit.path,
                       !edit.then.exists  ? ": removed"
                       : !edit.now.exists ? ": new"
                                          : "",
                       files::line_diff(edit.now.bytes, edit.then.bytes));
  for (const std::string& note : edit.notes) text += fmt::format("{}: {}\n", edit.path, note);
  return text;
}

/// What would be written: a new file whole, and of one that is there the difference.
int run_print(const AgentHost& host, const Places& places) {
  for (const FileEdit& edit : plan(host, places).edits) {
    if (!edit.changes()) {
      print(fmt::format("{}: it says all this already\n\n", edit.path));
    } else if (!edit.now.exists) {
      print(fmt::format("{}:\n\n{}\n", edit.path, edit.then.bytes));
    } else {
      print(fmt::format("{}:\n\n{}\n", edit.path, files::line_diff(edit.now.bytes, edit.then.bytes)));
    }
  }
  return status_done;
}

std::string tools_off(const AgentHost& host) {
  std::string names;
  for (const HostFile& file : host.files)
    for (const Setting& setting : file.settings)
      if (!setting.turns_off.empty()) names += (names.empty() ? "" : ", ") + setting.turns_off;
  return names;
}

int run_add(const AgentHost& host, const Places& places) {
  const Registration registration = plan(host, places);
  for (const FileEdit& edit : registration.edits) print(shown(edit));
  const std::string off = tools_off(host);
  if (!registration.changes()) {
    print(fmt::format("gatehouse is registered with {} already; nothing was changed.\n", host.title));
  } else {
    carry_out(registration);
    print(fmt::format(
        "gatehouse is registered with {}. {}\nWhat was there before is kept in {}.\nStart {} anew; "
        "take it back with: gatehouse register {} --remove\n",
        host.title,
        off.empty() ? "Its own tools stay on: what it does with those is not governed."
                    : "These of its own tools are off: " + off + ".",
        registration.directory, host.title, host.name));
  }
  if (!off.empty() && !host.caveat.empty()) say(host.caveat);
  return status_done;
}

int run_remove(const AgentHost& host, const Places& places) {
  const Registration registration = plan_removal(host, places);
  if (registration.old_record.empty()) {
    print(
        fmt::format("gatehouse register has written nothing into the settings of {}; nothing was changed.\n",
                    host.title));
    return status_nothing;
  }
  for (const FileEdit& edit : registration.edits) print(shown(edit));
  carry_out(registration);
  print(fmt::format("gatehouse is no longer registered with {}.\n", host.title));
  return status_done;
}

/// For a host whose settings gatehouse does not write.
int run_snippet(const AgentHost& host, const RegisterOptions& options) {
  if (options.remove)
    throw sys::Error(sys::Kind::invalid, "gatehouse writes no settings of {}: there is nothing to remove",
                     host.title);
  print(host.snippet + "\n" + host.caveat + "\n");
  return status_done;
}

}  // namespace

int run_register(const RegisterOptions& options) {
  const Caller caller = this_process();
  AgentHost host = find_host(options.host, caller, this_program());
  if (host.files.empty()) return run_snippet(host, options);
  const Places places = find_places(caller);
  if (!options.print) require_owner("no host's settings are written");
  if (options.remove) return run_remove(host, places);
  if (options.keep_builtins) host = entry_only(std::move(host));
  return options.print ? run_print(host, places) : run_add(host, places);
}

}  // namespace shelltool
