#pragma once
/// The owner's durable record: one JSON object a line, written before the effect. What cannot be written must
/// not happen.

#include <chrono>
#include <cstdint>
#include <string>

#include "sandbox/sys/fd.h"

namespace policy {

struct AuditOptions {
  std::string path;  ///< appended to; created with mode 0600
  std::string session;
  bool sync_each = false;  ///< fdatasync after each line; else a line survives SIGKILL only
  std::uint64_t rotate_bytes =
      64ULL << 20U;  ///< then the file becomes PATH.TIME and a new one begins; 0: never
};

class Audit {
 public:
  /// Throws SysError when the file cannot be opened, Error when it is no regular file or not ours alone.
  explicit Audit(AuditOptions options);

  /// Writes {"seq", "time", "session", "event", …fields}. Throws when it could not be written whole.
  void write(const char* event, std::string_view fields);

  [[nodiscard]] const std::string& path() const { return options_.path; }

 private:
  void open();
  void rotate();

  AuditOptions options_;
  sys::Fd file_;
  std::uint64_t sequence_ = 0;
  std::uint64_t size_ = 0;
};

/// Removes the records in the directory that nobody has written to for so long; at most once a day, so that a
/// start need not read the directory. What cannot be removed stays.
void prune_audit(const std::string& directory, std::chrono::milliseconds keep);

/// Now, in UTC: "2026-11-23T15:42:00.123456Z".
std::string utc_now();

}  // namespace policy
