#include "shelltool/files/records.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "sandbox/sys/error.h"

namespace shelltool::files {
namespace {

constexpr std::uint64_t longest = std::uint64_t{1} << 30U;

/// Less where the file ends.
std::size_t read_at(int file, char* to, std::size_t size, std::uint64_t at) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::pread(file, to + done, size - done, static_cast<off_t>(at + done));
    if (count == 0) break;
    if (count < 0 && errno != EINTR) throw sys::SysError(errno, "reading records");
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return done;
}

/// Of the record there; nothing where none is.
std::optional<std::uint64_t> size_at(int file, std::uint64_t at) {
  std::uint64_t size = 0;
  if (read_at(file, reinterpret_cast<char*>(&size), sizeof size, at) < sizeof size || size > longest)
    return std::nullopt;
  return size;
}

/// False where it was cut off.
bool read_record(int file, std::uint64_t at, std::uint64_t size, std::string& packed) {
  packed.resize(size);
  return read_at(file, packed.data(), size, at + sizeof size) == size;
}

}  // namespace

std::uint64_t write_record(int file, std::uint64_t at, std::string_view packed) {
  const std::uint64_t size = packed.size();
  std::string record(reinterpret_cast<const char*>(&size), sizeof size);
  record += packed;
  for (std::size_t done = 0; done < record.size();) {
    const ssize_t count =
        ::pwrite(file, record.data() + done, record.size() - done, static_cast<off_t>(at + done));
    if (count < 0 && errno != EINTR) throw sys::SysError(errno, "writing a record");
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return at + record.size();
}

std::uint64_t each_record(int file, std::uint64_t at,
                          const std::function<void(std::string_view packed)>& take) {
  std::string packed;
  while (const std::optional<std::uint64_t> size = size_at(file, at)) {
    if (!read_record(file, at, *size, packed)) break;
    take(packed);
    at += sizeof *size + *size;
  }
  return at;
}

std::string last_record(int file) {
  std::uint64_t last = 0, at = 0;
  struct stat status {};
  if (::fstat(file, &status) != 0) throw sys::SysError(errno, "reading records");
  const auto end = static_cast<std::uint64_t>(status.st_size);
  while (const std::optional<std::uint64_t> size = size_at(file, at)) {
    if (at + sizeof *size + *size > end) break;
    last = std::exchange(at, at + sizeof *size + *size);
  }
  std::string packed;
  const bool is_whole = at != 0 && read_record(file, last, at - last - sizeof at, packed);
  return is_whole ? packed : std::string();
}

}  // namespace shelltool::files
