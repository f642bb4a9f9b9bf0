#pragma once
/// The operation behind undo and restore: files as they were before, all of them or none, and only where
/// nobody else has changed them since.

#include <cstdint>
#include <string>
#include <vector>

#include "shelltool/files/journal.h"
#include "shelltool/files/judge.h"

namespace shelltool::files {

struct PutBackStep {
  enum class Kind : std::uint8_t {
    write,             ///< `path` gets `content`
    discard,           ///< `path` goes to the trash
    move,              ///< `path` becomes `to`; out of the trash, too
    remove_directory,  ///< `path`, where it is empty; else it stays
    mode,              ///< `path` gets the permissions `mode`
  };
  Kind kind = Kind::write;
  std::string path, to;  ///< true names
  std::string content;
  std::uint32_t mode = 0;  ///< of what is written, too, where it is not there; 0: those of any new file
  std::string attributes;  ///< of what is written, where it is not there, see attributes.h

  /// What must be there, or the request is refused: see content_hash.h.
  struct Expected {
    enum class Kind : std::uint8_t {
      anything,
      nothing,
      version,
      changed,  ///< not since `changed_ns`, or only back to the version
      mode,
      link,
      same,       ///< `inode` that was born at `born_ns`, or else the version
      untouched,  ///< the same, and nothing in it was changed later than `changed_ns`
    };
    Kind kind = Kind::anything;
    std::string version;          ///< of a link, what it says
    std::int64_t changed_ns = 0;  ///< ctime
    std::uint64_t inode = 0;      ///< 0: any
    std::int64_t born_ns = 0;
    std::uint32_t mode = 0;
    std::string content;  ///< of the version, to show what was changed; empty: not known
  };
  Expected expected;
};

struct PutBackRequest {
  std::vector<PutBackStep> steps;  ///< in this order
  std::vector<std::string> roots;  ///< directories that have a trash of their own; links are followed
  bool dry_run = false;
  std::uint64_t room = 30'000;  ///< of a dry run's answer: the diff takes half of it
  std::string advice;           ///< what can be done where something stands in the way
};

struct PutBackResult {
  std::vector<std::string> left;  ///< directories that are not empty
  std::vector<std::string> lost;  ///< files that had too much to be kept
  std::string diff;               ///< of a dry run
};

/// Throws FileError, and nothing is changed then: "stale" with what somebody else has changed, "denied", …
/// Where several things stand in the way, it names them all.
PutBackResult put_back(const PutBackRequest& request, const Judge& judge, Journal& journal);

template <class Wire>
void carry(Wire& wire, PutBackStep::Expected& expected) {
  auto& [kind, version, changed_ns, inode, born_ns, mode, content] = expected;
  wire(kind), wire(version), wire(changed_ns), wire(inode), wire(born_ns), wire(mode), wire(content);
}
template <class Wire>
void carry(Wire& wire, PutBackStep& step) {
  auto& [kind, path, to, content, mode, attributes, expected] = step;
  wire(kind), wire(path), wire(to), wire(content), wire(mode), wire(attributes), wire(expected);
}
template <class Wire>
void carry(Wire& wire, PutBackRequest& request) {
  auto& [steps, roots, dry_run, room, advice] = request;
  wire(steps), wire(roots), wire(dry_run), wire(room), wire(advice);
}
template <class Wire>
void carry(Wire& wire, PutBackResult& result) {
  auto& [left, lost, diff] = result;
  wire(left), wire(lost), wire(diff);
}

}  // namespace shelltool::files
