#pragma once
/// Changes files, records that, and undoes it.

#include <filesystem>

#include "shelltool/files/edit.h"
#include "shelltool/files/file_ops.h"
#include "shelltool/files/put_back.h"
#include "shelltool/history/journal_entry.h"
#include "shelltool/history/put_back_plan.h"
#include "tests/unit/files/scene.h"

namespace tests {

struct History {
  FileScene scene;
  shelltool::HistoryStore store{scene.beside / "history"};

  std::uint64_t record() {
    const sys::Fd journal = sys::open_file(scene.beside / "journal", O_RDWR);
    const std::uint64_t id = shelltool::record_journal(journal.get(), {}, store);
    scene.journal.clear();
    return id;
  }
  std::uint64_t write(const std::string& name, const std::string& content) {
    scene.journal.begin("write");
    shelltool::files::write({scene.dir / name, content, ""}, allow_all, scene.journal);
    return record();
  }
  std::uint64_t operate(std::vector<shelltool::files::FileOp> ops) {
    scene.journal.begin("files");
    shelltool::files::file_ops({std::move(ops), scene.dir.path(), {scene.dir.path()}, false}, allow_all,
                               scene.journal);
    return record();
  }
  shelltool::files::PutBackRequest undo_of(std::uint64_t id) {
    shelltool::files::PutBackRequest request;
    request.steps = shelltool::plan_undo(*store.entry(id), {}, store).steps;
    request.roots = {scene.dir.path()};
    return request;
  }
  /// The one thing in the trash.
  [[nodiscard]] std::string in_trash(const std::string& name) const {
    for (const auto& entry : std::filesystem::directory_iterator(scene.dir / ".gatehouse-trash"))
      if (std::filesystem::exists(entry.path() / name)) return entry.path() / name;
    return {};
  }
  std::string refusal(std::uint64_t id) {
    return sentence_of([&] { undo(id); });
  }
  std::uint64_t undo(std::uint64_t id, const shelltool::files::Judge& judge = allow_all) {
    scene.journal.begin("undo");
    shelltool::files::put_back(undo_of(id), judge, scene.journal);
    return record();
  }
};

inline void write_file(const std::string& path, const std::string& content) {
  sys::write_all(sys::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0644).get(), content, path);
}

}  // namespace tests
