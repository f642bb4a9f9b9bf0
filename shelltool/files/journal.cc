#include "shelltool/files/journal.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sandbox/sys/error.h"
#include "sandbox/sys/packing.h"

namespace shelltool::files {

constexpr std::size_t longest = std::size_t{1} << 30U;

template <class Wire>
void carry(Wire& wire, JournalStep& step) {
  auto& [kind, directory, name, temporary, before, after, after_ns, content] = step;
  wire(kind), wire(directory), wire(name), wire(temporary), wire(before), wire(after), wire(after_ns);
  wire(content);
}

void Journal::add(const JournalStep& step) {
  const std::string packed = sys::packed(step);
  const std::uint64_t size = packed.size();
  std::string record(reinterpret_cast<const char*>(&size), sizeof size);
  record += packed;
  if (::lseek(file_.get(), 0, SEEK_END) < 0) throw sys::SysError(errno, "writing the journal");
  sys::write_all(file_.get(), record, "the journal");
}

std::vector<JournalStep> Journal::steps() const {
  if (::lseek(file_.get(), 0, SEEK_SET) < 0) throw sys::SysError(errno, "reading the journal");
  const std::string bytes = sys::read_all(file_.get(), longest, "the journal");
  std::string_view rest = bytes;
  std::vector<JournalStep> steps;
  std::uint64_t size = 0;
  while (rest.size() >= sizeof size) {
    std::memcpy(&size, rest.data(), sizeof size);
    rest.remove_prefix(sizeof size);
    if (size > rest.size()) break;
    steps.push_back(sys::unpacked<JournalStep>(rest.substr(0, size)));
    rest.remove_prefix(size);
  }
  return steps;
}

void Journal::clear() {
  if (::ftruncate(file_.get(), 0) != 0) throw sys::SysError(errno, "emptying the journal");
}

}  // namespace shelltool::files
