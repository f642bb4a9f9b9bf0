#include "policy/audit.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "tests/unit/temporary.h"

namespace {

std::vector<nlohmann::json> lines_of(const std::string& path) {
  std::istringstream text(sys::read_file(path, 1 << 20));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

}  // namespace

TEST_CASE("every record is one line, with its number, time and session, readable by its owner alone") {
  const tests::TemporaryDirectory dir;
  policy::Audit audit({dir / "audit.jsonl", "s1"});
  audit.write("decided", R"({"argv":["git","push\n"]})");
  audit.write("ended", R"({"code":0})");
  const auto lines = lines_of(dir / "audit.jsonl");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["seq"] == 1);
  CHECK(lines[1]["seq"] == 2);
  CHECK(lines[1]["event"] == "ended");
  CHECK(lines[0]["session"] == "s1");
  CHECK(lines[0]["argv"][1] == "push\n");
  struct stat facts {};
  REQUIRE(::stat((dir / "audit.jsonl").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("a full file becomes an old one, and no record is lost") {
  const tests::TemporaryDirectory dir;
  policy::Audit audit({dir / "a", "s", false, 400});
  for (int i = 0; i < 20; ++i) audit.write("decided", fmt::format("{{\"i\":{}}}", i));
  std::size_t records = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
    records += lines_of(entry.path()).size();
  CHECK(records == 20);
}

TEST_CASE("what is no regular file is refused as an audit file") {
  const tests::TemporaryDirectory dir;
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  CHECK_THROWS_AS(policy::Audit({dir / "fifo", "s"}), sys::Error);
  CHECK_THROWS_AS(policy::Audit({dir.path(), "s"}), sys::SysError);
  dir.write("target", "");
  REQUIRE(::symlink((dir / "target").c_str(), (dir / "link").c_str()) == 0);
  CHECK_THROWS_AS(policy::Audit({dir / "link", "s"}), sys::SysError);
}

TEST_CASE("old records go, once a day, and nothing else does") {
  namespace fs = std::filesystem;
  const tests::TemporaryDirectory dir;
  const auto now = fs::file_time_type::clock::now();
  const auto make = [&](const char* name, std::chrono::hours age) {
    dir.write(name, "{}\n");
    fs::last_write_time(dir / name, now - age);
  };
  make("old.jsonl", std::chrono::hours(100));
  make("old.jsonl.2026", std::chrono::hours(100));
  make("new.jsonl", std::chrono::hours(10));
  make("notes", std::chrono::hours(100));
  policy::prune_audit(dir.path(), std::chrono::hours(50));
  CHECK_FALSE(fs::exists(dir / "old.jsonl"));
  CHECK_FALSE(fs::exists(dir / "old.jsonl.2026"));
  CHECK(fs::exists(dir / "new.jsonl"));
  CHECK(fs::exists(dir / "notes"));
  make("old.jsonl", std::chrono::hours(100));
  policy::prune_audit(dir.path(), std::chrono::hours(50));
  CHECK(fs::exists(dir / "old.jsonl"));  // tomorrow
}

TEST_CASE("a record that cannot be written is an error") {
  if (::access("/dev/full", W_OK) != 0) return;
  CHECK_THROWS_AS(policy::Audit({"/dev/full", "s"}), sys::Error);
}
