#include "shelltool/history/history_store.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "shelltool/files/edit.h"
#include "shelltool/files/file_ops.h"
#include "shelltool/history/journal_entry.h"
#include "tests/unit/files/killed.h"
#include "tests/unit/files/scene.h"

namespace shelltool {
namespace {

namespace fs = std::filesystem;

HistoryEntry entry_with(HistoryStore::Writing& writing, const std::string& path, const std::string& content) {
  HistoryEntry entry;
  entry.by = "write";
  entry.changes.emplace_back();
  entry.changes.back().path = path;
  entry.changes.back().before = writing.keep(content);
  return entry;
}

std::uint64_t add(HistoryStore& store, const std::string& content) {
  HistoryStore::Writing writing(store);
  return writing.add(entry_with(writing, "/f", content));
}

std::size_t contents_in(const tests::TemporaryDirectory& directory) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& file : fs::directory_iterator(directory / "h/contents")) ++count;
  return count;
}

}  // namespace

TEST_CASE("entries are numbered on, with their contents, by whichever server") {
  const tests::TemporaryDirectory directory;
  HistoryStore one(directory / "h"), other(directory / "h");
  CHECK(one.entries().empty());
  CHECK(add(one, "a") == 1);
  CHECK(add(other, "b") == 2);
  CHECK(add(one, "a") == 3);
  CHECK(contents_in(directory) == 2);
  const std::vector<HistoryEntry> entries = HistoryStore(directory / "h").entries();
  REQUIRE(entries.size() == 3);
  CHECK(one.content(entries[1].changes[0].before) == "b");
  CHECK_FALSE(one.entry(4));
}

TEST_CASE("what was added since the last time is told once, by whomever, also when the oldest have gone") {
  const tests::TemporaryDirectory directory;
  HistoryStore one(directory / "h", {10, 1000}), other(directory / "h", {10, 1000});
  CHECK(one.unseen().empty());
  add(one, "a"), add(other, "b");
  REQUIRE(one.unseen().size() == 2);
  CHECK(one.unseen().empty());
  for (int i = 0; i < 20; ++i) {
    add(other, std::to_string(i));
    const std::vector<HistoryEntry> unseen = one.unseen();
    REQUIRE(unseen.size() == 1);
    CHECK(unseen[0].id == static_cast<std::uint64_t>(i) + 3);
  }
}

TEST_CASE("a last entry that was cut off does not count, and the next one stands in its place") {
  const tests::TemporaryDirectory directory;
  {
    HistoryStore store(directory / "h");
    add(store, "a");
    add(store, "b");
  }
  const std::string records = directory / "h/records-3";
  fs::resize_file(records, fs::file_size(records) - 3);
  HistoryStore store(directory / "h");
  CHECK(store.entries().size() == 1);
  CHECK(add(store, "c") == 2);
  CHECK(store.content(store.entries()[1].changes[0].before) == "c");
}

TEST_CASE("a damaged content is not given out") {
  const tests::TemporaryDirectory directory;
  HistoryStore store(directory / "h");
  add(store, "right");
  for (const auto& file : fs::directory_iterator(directory / "h/contents"))
    sys::write_all(sys::open_file(file.path(), O_WRONLY).get(), "wrong", "x");
  CHECK_FALSE(store.content(store.entries()[0].changes[0].before));
}

TEST_CASE("the oldest entries go with what only they need, and the newest stays") {
  const tests::TemporaryDirectory directory;
  HistoryStore store(directory / "h", {10, 1000});
  for (int i = 0; i < 30; ++i) add(store, "small " + std::to_string(i));
  CHECK(store.entries().size() <= 10);
  CHECK(store.entries().back().id == 30);
  CHECK(contents_in(directory) == store.entries().size());
  add(store, std::string(5000, 'x'));
  CHECK(store.entries().size() == 1);
  CHECK(contents_in(directory) == 1);
  CHECK(add(store, "next") == 32);
}

TEST_CASE("an entry of thousands of files is kept beside the records") {
  const tests::TemporaryDirectory directory;
  HistoryStore store(directory / "h");
  {
    HistoryStore::Writing writing(store);
    HistoryEntry entry = entry_with(writing, "/f", "a");
    entry.changes.resize(5000, entry.changes.front());
    writing.add(entry);
  }
  CHECK(fs::file_size(directory / "h/records-3") < 1000);
  CHECK(store.entries()[0].changes.empty());
  CHECK(store.entries()[0].count == 5000);
  CHECK(store.entry(1)->changes.size() == 5000);
}

TEST_CASE(
    "killed at any system call while it records, the history has the entry then, or after the next start") {
  bool has_ended = false;
  for (int call = 1; !has_ended; ++call) {
    tests::FileScene scene;
    scene.dir.write("f", "old");
    scene.journal.begin("write");
    files::write({scene.dir / "f", "new", ""}, tests::allow_all, scene.journal);
    const sys::Fd journal = sys::open_file(scene.beside / "journal", O_RDWR);
    const std::string place = scene.beside / "history";
    has_ended = tests::killed_at(call, [&] {
      HistoryStore store(place);
      record_journal(journal.get(), {}, store);
    });
    HistoryStore store(place);
    CAPTURE(call);
    CHECK(record_journal(journal.get(), {}, store) == 1);
    REQUIRE(store.entries().size() == 1);
    const HistoryEntry entry = *store.entry(1);
    REQUIRE(entry.changes.size() == 1);
    CHECK(entry.by == "write");
    CHECK(store.content(entry.changes[0].before) == "old");
    CHECK(store.content(entry.changes[0].after) == "new");
    REQUIRE(call < 2000);
  }
}

TEST_CASE("the same change made twice is two entries, and a journal that is read twice is one") {
  tests::FileScene scene;
  HistoryStore store(scene.beside / "history");
  for (std::uint64_t i = 1; i <= 2; ++i) {
    scene.journal.begin("files");
    files::file_ops(
        {{{files::FileOp::Kind::make_directory, "d", "", false, false}}, scene.dir.path(), {}, false},
        tests::allow_all, scene.journal);
    const sys::Fd journal = sys::open_file(scene.beside / "journal", O_RDWR);
    HistoryStore other(scene.beside / "history");  // another server's
    CHECK(record_journal(journal.get(), {}, other) == i);
    CHECK(record_journal(journal.get(), {}, store) == i);
    scene.journal.clear();
    fs::remove(scene.dir / "d");
  }
  CHECK(store.entries().size() == 2);
}

TEST_CASE("what a journal has begun is told until it is done, and recorded when it is") {
  tests::FileScene scene;
  HistoryStore store(scene.beside / "history");
  const sys::Fd journal = sys::open_file(scene.beside / "journal", O_RDWR);
  scene.journal.begin("write");
  scene.journal.add(files::step_about(files::JournalStep::Kind::temporary, "/d/f"));
  scene.journal.add(files::step_about(files::JournalStep::Kind::created, "/d/f"));
  const HistoryEntry begun = begun_in(journal.get());
  REQUIRE(begun.changes.size() == 1);
  CHECK(begun.changes[0].path == "/d/f");
  CHECK(begun.time_ns != 0);
  CHECK(record_journal(journal.get(), {}, store) == 0);
  CHECK(done_time(journal.get()) == 0);
  scene.journal.add_done();
  CHECK(done_time(journal.get()) >= begun.time_ns);
  CHECK(begun_in(journal.get()).changes.empty());
  CHECK(record_journal(journal.get(), {}, store) == 1);
  CHECK(store.entries()[0].time_ns == done_time(journal.get()));
}

}  // namespace shelltool
