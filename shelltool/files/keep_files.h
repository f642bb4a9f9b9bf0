#pragma once
/// The operations behind checkpoints: keeps what a workspace has, and tells what differs from that.

#include <cstdint>
#include <string>
#include <vector>

#include "shelltool/files/journal.h"
#include "shelltool/files/judge.h"

namespace shelltool::files {

struct KeepRequest {
  std::vector<std::string> roots;  ///< links are followed
};

struct KeepResult {
  std::uint64_t files = 0, bytes = 0;
  std::vector<std::string> left_out;  ///< "big.bin: 20 MB, larger than 16 MB", the first 50
  std::uint64_t more_left_out = 0;
  std::uint64_t hidden = 0;  ///< files that rules hide
};

/// Puts the contents of all regular files that are not ignored, and that no rule hides, into the journal: at
/// most 10,000 of them, and 128 MB. Throws FileError.
KeepResult keep_files(const KeepRequest& request, const Judge& judge, Journal& journal);

struct KnownFile {
  std::string path, version;
  std::uint64_t size = 0;
  std::uint32_t mode = 0;
};
struct DifferRequest {
  std::vector<KnownFile> files;
};
struct DifferResult {
  std::vector<std::string> changed, gone;  ///< paths of those that are not that version, or not there
  std::vector<std::string> other_modes;    ///< of those that are there, with other permissions
  std::uint64_t hidden = 0;
};
DifferResult differ(const DifferRequest& request, const Judge& judge);

template <class Wire>
void carry(Wire& wire, KeepRequest& request) {
  auto& [roots] = request;
  wire(roots);
}
template <class Wire>
void carry(Wire& wire, KeepResult& result) {
  auto& [files, bytes, left_out, more_left_out, hidden] = result;
  wire(files), wire(bytes), wire(left_out), wire(more_left_out), wire(hidden);
}
template <class Wire>
void carry(Wire& wire, KnownFile& file) {
  auto& [path, version, size, mode] = file;
  wire(path), wire(version), wire(size), wire(mode);
}
template <class Wire>
void carry(Wire& wire, DifferRequest& request) {
  auto& [files] = request;
  wire(files);
}
template <class Wire>
void carry(Wire& wire, DifferResult& result) {
  auto& [changed, gone, other_modes, hidden] = result;
  wire(changed), wire(gone), wire(other_modes), wire(hidden);
}

}  // namespace shelltool::files
