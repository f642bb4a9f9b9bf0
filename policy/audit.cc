#include "policy/audit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include "policy/json_line.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/old_files.h"

namespace policy {

std::string utc_now() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, now.tv_nsec / 1000);
}

Audit::Audit(AuditOptions options) : options_(std::move(options)) { open(); }

void Audit::open() {
  // O_NONBLOCK: a FIFO in the file's place must not hold us; it is refused below.
  file_ =
      sys::open_file(options_.path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
  struct stat facts {};
  if (::fstat(file_.get(), &facts) != 0) throw sys::SysError(errno, "looking at {}", options_.path);
  if (!S_ISREG(facts.st_mode))
    throw sys::Error(sys::Kind::invalid, "opening the audit file {}: not a regular file", options_.path);
  size_ = static_cast<std::uint64_t>(facts.st_size);
}

void Audit::rotate() {
  const std::string old = options_.path + "." + utc_now();
  if (std::rename(options_.path.c_str(), old.c_str()) != 0)
    throw sys::SysError(errno, "renaming {} to {}", options_.path, old);
  open();
}

void Audit::write(const char* event, std::string_view fields) {
  JsonLine line;
  line.add("seq", ++sequence_);
  line.add("time", utc_now());
  line.add("session", options_.session);
  line.add("event", event);
  line.add_members(fields);
  std::string text = line.text();
  text.push_back('\n');
  if (options_.rotate_bytes != 0 && size_ != 0 && size_ + text.size() > options_.rotate_bytes) rotate();
  ssize_t count = 0;
  while ((count = ::write(file_.get(), text.data(), text.size())) < 0)
    if (errno != EINTR) throw sys::SysError(errno, "writing the audit file {}", options_.path);
  if (static_cast<std::size_t>(count) != text.size())
    throw sys::SysError(ENOSPC, "writing the audit file {}", options_.path);
  size_ += text.size();
  if (options_.sync_each && ::fdatasync(file_.get()) != 0)
    throw sys::SysError(errno, "syncing the audit file {}", options_.path);
}

void prune_audit(const std::string& directory, std::chrono::milliseconds keep) {
  if (keep.count() != 0 && sys::is_due(directory + "/pruned"))
    sys::remove_old_files(directory, ".jsonl", keep);
}

}  // namespace policy
