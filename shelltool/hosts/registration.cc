#include "shelltool/hosts/registration.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/sys/error.h"

namespace shelltool {
namespace {

Registration begin(const AgentHost& host, const Places& places) {
  Registration registration;
  registration.directory = places.state + "/register/" + host.name;
  registration.old_record = load_record(registration.directory);
  return registration;
}

const RecordedFile* find_file(const Record& record, const std::string& path) {
  const auto found =
      std::find_if(record.begin(), record.end(), [&](const RecordedFile& file) { return file.path == path; });
  return found == record.end() ? nullptr : &*found;
}

Syntax syntax_of(const AgentHost& host, const std::string& path) {
  for (const HostFile& file : host.files)
    if (file.path == path) return file.syntax;
  return path.ends_with(".toml") ? Syntax::toml : Syntax::jsonc;
}

/// The file without what an earlier registration wrote.
FileContent without_ours(const RecordedFile& recorded, const FileContent& now, Syntax syntax,
                         std::vector<std::string>& notes) {
  if (!now.exists) return now;
  if (now.bytes == recorded.written) return recorded.before;
  Edited edited = take_back({recorded.path, syntax, now.bytes}, recorded.changes);
  notes.insert(notes.end(), edited.notes.begin(), edited.notes.end());
  if (!recorded.before.exists && says_nothing({recorded.path, syntax, edited.text})) return recorded.before;
  return {true, std::move(edited.text)};
}

bool is_same(const Setting& a, const Setting& b) {
  return a.path == b.path && a.value == b.value && a.how == b.how;
}

bool is_below(const KeyPath& path, const KeyPath& above) {
  return path.size() > above.size() && std::equal(above.begin(), above.end(), path.begin());
}

/// The text says all that is wanted, and of what was written earlier, nothing else.
bool is_as_wanted(const RecordedFile* recorded, const SettingsText& now, const std::vector<Setting>& wanted) {
  const auto is_wanted = [&](const Change& change) {
    const auto is_part = [&](const Setting& setting) {
      return is_same(setting, change.setting) || is_below(setting.path, change.setting.path);
    };
    return std::any_of(wanted.begin(), wanted.end(), is_part);
  };
  if (recorded != nullptr && !std::all_of(recorded->changes.begin(), recorded->changes.end(), is_wanted))
    return false;
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const Setting& setting) { return holds(now, setting); });
}

void plan_file(Registration& registration, const HostFile& file) {
  const RecordedFile* recorded = find_file(registration.old_record, file.path);
  FileEdit edit{file.path, read_settings_file(file.path), {}, {}};
  if (is_as_wanted(recorded, {file.path, file.syntax, edit.now.bytes}, file.settings)) {
    edit.then = edit.now;
    if (recorded != nullptr) registration.new_record.push_back(*recorded);
    registration.edits.push_back(std::move(edit));
    return;
  }
  const FileContent base =
      recorded == nullptr ? edit.now : without_ours(*recorded, edit.now, file.syntax, edit.notes);
  Edited edited = apply_settings({file.path, file.syntax, base.bytes}, file.settings);
  edit.then = edited.changes.empty() ? base : FileContent{true, edited.text};
  if (!edited.changes.empty())
    registration.new_record.push_back(
        {file.path, base, std::move(edited.text), std::move(edited.changes),
         recorded == nullptr ? std::vector<std::string>{} : recorded->directories});
  registration.edits.push_back(std::move(edit));
}

void plan_file_removal(Registration& registration, const AgentHost& host, const RecordedFile& recorded) {
  FileEdit edit{recorded.path, read_settings_file(recorded.path), {}, {}};
  if (!edit.now.exists) edit.notes.emplace_back("is gone; there is nothing to take out of it");
  if (edit.now.exists && edit.now.bytes != recorded.written)
    edit.notes.emplace_back("was edited since: what gatehouse added is taken out, and the rest stays");
  edit.then = without_ours(recorded, edit.now, syntax_of(host, recorded.path), edit.notes);
  registration.edits.push_back(std::move(edit));
}

void write(const std::string& path, const FileContent& content) {
  if (content.exists) return replace_settings_file(path, content.bytes);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw sys::SysError(errno, "removing {}", path);
}

void remove_empty_directories(const std::vector<std::string>& directories) {
  for (auto directory = directories.rbegin(); directory != directories.rend(); ++directory)
    ::rmdir(directory->c_str());
}

}  // namespace

bool Registration::changes() const {
  return std::any_of(edits.begin(), edits.end(), [](const FileEdit& edit) { return edit.changes(); });
}

Registration plan_registration(const AgentHost& host, const Places& places) {
  Registration registration = begin(host, places);
  for (const HostFile& file : host.files) plan_file(registration, file);
  for (const RecordedFile& recorded : registration.old_record) {
    const bool is_planned = std::any_of(registration.edits.begin(), registration.edits.end(),
                                        [&](const FileEdit& edit) { return edit.path == recorded.path; });
    if (!is_planned) plan_file_removal(registration, host, recorded);
  }
  return registration;
}

Registration plan_removal(const AgentHost& host, const Places& places) {
  Registration registration = begin(host, places);
  for (const RecordedFile& recorded : registration.old_record)
    plan_file_removal(registration, host, recorded);
  return registration;
}

void carry_out(Registration registration) {
  for (RecordedFile& file : registration.new_record)
    for (std::string& made : make_way_to(file.path)) file.directories.push_back(std::move(made));
  // The backup is there before the first byte changes.
  if (!registration.new_record.empty()) save_record(registration.directory, registration.new_record);
  std::size_t done = 0;
  try {
    for (const FileEdit& edit : registration.edits) {
      if (edit.changes()) write(edit.path, edit.then);
      ++done;
    }
  } catch (...) {
    for (std::size_t i = 0; i < done; ++i)
      if (registration.edits[i].changes()) write(registration.edits[i].path, registration.edits[i].now);
    save_record(registration.directory, registration.old_record);
    for (const RecordedFile& file : registration.new_record) remove_empty_directories(file.directories);
    throw;
  }
  if (registration.new_record.empty()) save_record(registration.directory, {});
  for (const FileEdit& edit : registration.edits) {
    const RecordedFile* recorded = find_file(registration.old_record, edit.path);
    if (recorded != nullptr && !edit.then.exists) remove_empty_directories(recorded->directories);
  }
}

}  // namespace shelltool
