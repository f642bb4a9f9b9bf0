#pragma once
/// What a guard must know to finish its sweep, on disk before the turn: after SIGKILL the next gatehouse to
/// start does it. The file is locked (flock(2)) as long as its guard lives, or a process that inherited it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/guard/protected_names.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

struct GuardRecord {
  std::string label;          ///< also the name of the quarantine directory
  std::int64_t began_ns = 0;  ///< CLOCK_REALTIME
  bool mounts_hold = true;
  ScanLimits limits;
  ProtectedNames names;
};

/// Bytes that read_record() turns back; any bytes may stand in a path.
std::string write_record(const GuardRecord& record);
/// Nothing when the bytes are no record of this version.
std::optional<GuardRecord> read_record(const std::string& bytes);

/// A record on disk, locked; it goes with its owner unless that is killed.
class RecordFile {
 public:
  /// Whole and in place when this returns.
  RecordFile(const std::string& state_directory, const GuardRecord& record);
  RecordFile(std::string path, sys::Fd locked) : path_(std::move(path)), locked_(std::move(locked)) {}
  RecordFile(RecordFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), locked_(std::move(other.locked_)) {}
  RecordFile& operator=(RecordFile&&) = delete;
  ~RecordFile() = default;

  /// The sweep is done.
  void remove();
  [[nodiscard]] int fd() const { return locked_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  sys::Fd locked_;
};

/// The records of guards that are dead, now locked by us.
std::vector<RecordFile> take_dead_records(const std::string& state_directory);

}  // namespace sandbox
