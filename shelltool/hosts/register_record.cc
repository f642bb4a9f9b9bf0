#include "shelltool/hosts/register_record.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "mcp/error.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "shelltool/setup/places.h"

namespace shelltool {
namespace {

using mcp::Json;

std::string record_file(const std::string& directory) { return directory + "/record.json"; }

std::string copy_of(const std::string& directory, const RecordedFile& file, const char* which) {
  std::string name = sys::base_name(file.path);
  if (name.starts_with('.')) name.erase(0, 1);
  return directory + "/" + name + which;
}

std::string written_of(const std::string& directory, const RecordedFile& file) {
  return copy_of(directory, file, ".written");
}

Json json_of_file(const RecordedFile& file) {
  Json changes = Json::array();
  for (const Change& change : file.changes) changes.push_back(json_of(change));
  return {{"path", file.path},
          {"existed", file.before.exists},
          {"changes", changes},
          {"directories", file.directories}};
}

RecordedFile read_file_record(const std::string& directory, const Json& json) {
  RecordedFile file;
  file.path = json.at("path").get<std::string>();
  file.before.exists = json.at("existed").get<bool>();
  file.directories = json.at("directories").get<std::vector<std::string>>();
  for (const Json& change : json.at("changes")) file.changes.push_back(change_of(change));
  file.before.bytes = read_settings_file(backup_of(directory, file)).bytes;
  file.written = read_settings_file(written_of(directory, file)).bytes;
  return file;
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw sys::SysError(errno, "removing {}", path);
}

void erase_record(const std::string& directory) {
  for (const RecordedFile& file : load_record(directory)) {
    remove_file(backup_of(directory, file));
    remove_file(written_of(directory, file));
  }
  remove_file(record_file(directory));
  ::rmdir(directory.c_str());
  ::rmdir(sys::parent_of(directory).c_str());
}

}  // namespace

std::string backup_of(const std::string& directory, const RecordedFile& file) {
  return copy_of(directory, file, ".before");
}

Record load_record(const std::string& directory) {
  const FileContent content = read_settings_file(record_file(directory));
  if (!content.exists) return {};
  try {
    Record record;
    const Json json = mcp::parse(content.bytes);
    for (const Json& file : json.at("files")) record.push_back(read_file_record(directory, file));
    return record;
  } catch (const mcp::Error&) {
    throw sys::Error(sys::Kind::invalid, "{} is damaged: it is no JSON", record_file(directory));
  } catch (const Json::exception&) {
    throw sys::Error(sys::Kind::invalid, "{} is damaged: a key is missing", record_file(directory));
  }
}

void save_record(const std::string& directory, const Record& record) {
  if (record.empty()) return erase_record(directory);
  make_private_directory(directory);
  Json files = Json::array();
  for (const RecordedFile& file : record) {
    replace_settings_file(backup_of(directory, file), file.before.bytes);
    replace_settings_file(written_of(directory, file), file.written);
    files.push_back(json_of_file(file));
  }
  replace_settings_file(record_file(directory), Json{{"version", 1}, {"files", files}}.dump(2) + "\n");
}

}  // namespace shelltool
