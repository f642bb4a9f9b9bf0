#include "shelltool/files/journal.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sandbox/sys/error.h"
#include "sandbox/sys/packing.h"
#include "sandbox/sys/path.h"
#include "shelltool/files/records.h"

namespace shelltool::files {

template <class Wire>
void carry(Wire& wire, JournalStep& step) {
  auto& [kind, directory, name, temporary, to, before, after, born_ns, after_ns, changed_before_ns, mode,
         mode_before, content, is_content_kept, attributes, content_after, version] = step;
  wire(kind), wire(directory), wire(name), wire(temporary), wire(to), wire(before), wire(after);
  wire(born_ns), wire(changed_before_ns);
  wire(after_ns), wire(mode), wire(mode_before), wire(content), wire(is_content_kept), wire(attributes);
  wire(content_after);
  wire(version);
}

void Journal::add(const JournalStep& step) {
  end_ = write_record(file_.get(), end_, sys::packed(step));
  if (needs_finish(step.kind)) unfinished_.push_back(step);
}

void Journal::add_done() {
  JournalStep done;
  done.kind = JournalStep::Kind::done;
  done.name = by_;
  if (::getrandom(&done.after, sizeof done.after, 0) != sizeof done.after)  // no two journals are the same
    throw sys::SysError(errno, "marking a journal");
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  done.after_ns = now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
  add(done);
}

void Journal::each(const std::function<void(JournalStep step)>& take) const {
  each_record(file_.get(), 0, [&](std::string_view packed) { take(sys::unpacked<JournalStep>(packed)); });
}

std::vector<JournalStep> Journal::steps() const {
  std::vector<JournalStep> steps;
  each([&](JournalStep step) { steps.push_back(std::move(step)); });
  return steps;
}

std::optional<JournalStep> Journal::last() const {
  const std::string packed = last_record(file_.get());
  return packed.empty() ? std::nullopt : std::optional(sys::unpacked<JournalStep>(packed));
}

bool Journal::is_empty() const {
  struct stat status {};
  return ::fstat(file_.get(), &status) != 0 || status.st_size == 0;
}

void Journal::clear() {
  end_ = 0;
  unfinished_.clear();
  if (::ftruncate(file_.get(), 0) != 0) throw sys::SysError(errno, "emptying the journal");
}

void Journal::flush_later(sys::Fd file) {
  constexpr std::size_t most_held = 128;  // thousands of files may be changed at once
  if (unflushed_.size() == most_held) flush();
  unflushed_.push_back(std::move(file));
}

void Journal::flush() {
  for (const sys::Fd& file : std::exchange(unflushed_, {}))
    (void)::sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
}

JournalStep step_about(JournalStep::Kind kind, const std::string& path) {
  JournalStep step;
  step.kind = kind;
  step.directory = sys::parent_of(path);
  step.name = sys::base_name(path);
  return step;
}

}  // namespace shelltool::files
