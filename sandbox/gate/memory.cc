#include "sandbox/gate/memory.h"

#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

constexpr std::uint64_t page = 4096;  // no page is smaller
// include/uapi/linux/binfmts.h: one string takes at most MAX_ARG_STRLEN, 32 pages.
constexpr std::size_t max_string = 32 * page;
constexpr std::size_t max_pieces = 512;  // of process_vm_readv's 1,024

/// A read may not cross into a page that is perhaps not there, or all of it fails.
std::size_t up_to_page_end(std::uint64_t address, std::size_t want) {
  return std::min<std::size_t>(want, page - address % page);
}

}  // namespace

std::size_t Memory::read(const std::vector<Piece>& pieces, std::string& buffer) const {
  std::size_t total = 0;
  std::vector<iovec> remote;
  remote.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    remote.push_back({reinterpret_cast<void*>(piece.address), piece.size});
    total += piece.size;
  }
  buffer.resize(total);
  const iovec local{buffer.data(), total};
  const ssize_t count = ::process_vm_readv(tid_, &local, 1, remote.data(), remote.size(), 0);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EFAULT) return 0;
  throw sys::SysError(errno, "reading the memory of process {}", tid_);
}

std::size_t Memory::read(const Piece& piece, std::string& buffer) const {
  const bool is_known = piece.address >= block_address_ && piece.size <= block_.size() &&
                        piece.address - block_address_ <= block_.size() - piece.size;
  if (is_known) {
    buffer.assign(block_, piece.address - block_address_, piece.size);
    return piece.size;
  }
  const std::size_t count = read(std::vector<Piece>{piece}, buffer);
  block_address_ = piece.address;
  block_.assign(buffer, 0, count);
  return count;
}

std::string Memory::bytes(std::uint64_t address, std::size_t size) const {
  std::string result;
  std::string chunk;
  while (result.size() < size) {
    const std::size_t want = std::min<std::size_t>(size - result.size(), 256 * page);
    const std::size_t count = read(Piece{address + result.size(), want}, chunk);
    if (count == 0) throw CallerError{EFAULT};
    result.append(chunk, 0, count);
  }
  return result;
}

std::string Memory::some(std::uint64_t address, std::size_t limit) const {
  std::vector<Piece> pieces;  // one for each page: of one that is not there nothing is read
  for (std::size_t size = 0; size < limit; size += pieces.back().size)
    pieces.push_back({address + size, up_to_page_end(address + size, limit - size)});
  std::string result;
  result.resize(read(pieces, result));
  if (result.empty()) throw CallerError{EFAULT};
  block_address_ = address;
  block_ = result;
  return result;
}

std::string Memory::path(std::uint64_t address, std::size_t limit) const {
  std::string result;
  std::string chunk;
  while (result.size() < limit) {
    const std::size_t count = read(Piece{address, up_to_page_end(address, limit - result.size())}, chunk);
    if (count == 0) throw CallerError{EFAULT};
    const std::size_t end = chunk.find('\0');
    if (end < count) return result.append(chunk, 0, end);
    result.append(chunk, 0, count);
    address += count;
  }
  throw CallerError{ENAMETOOLONG};
}

std::vector<std::uint64_t> Memory::pointers(std::uint64_t address) const {
  std::vector<std::uint64_t> result;
  std::string chunk;
  std::string partial;  // a pointer that crosses a page
  for (std::size_t want = 256;; want = page) {
    const std::size_t count = read(Piece{address, up_to_page_end(address, want)}, chunk);
    if (count == 0) throw CallerError{EFAULT};
    address += count;
    partial.append(chunk, 0, count);
    std::size_t used = 0;
    for (; used + sizeof(std::uint64_t) <= partial.size(); used += sizeof(std::uint64_t)) {
      std::uint64_t pointer = 0;
      std::memcpy(&pointer, partial.data() + used, sizeof pointer);
      if (pointer == 0) return result;
      result.push_back(pointer);
      if (result.size() * sizeof pointer > max_strings) throw CallerError{E2BIG};
    }
    partial.erase(0, used);
  }
}

std::vector<std::string> Memory::strings(std::uint64_t address) const {
  if (address == 0) return {};
  std::vector<std::uint64_t> next = pointers(address);
  std::vector<std::string> result(next.size());
  std::vector<std::size_t> open(next.size());  // the strings whose NUL has not been seen
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  std::size_t total = 0;
  std::string buffer;
  for (std::size_t want = 128; !open.empty(); want = std::min<std::size_t>(want * 4, page)) {
    std::vector<std::size_t> still_open;
    for (std::size_t begin = 0; begin < open.size(); begin += max_pieces) {
      const std::size_t end = std::min(begin + max_pieces, open.size());
      std::vector<Piece> pieces;
      for (std::size_t i = begin; i < end; ++i)
        pieces.push_back({next[open[i]], up_to_page_end(next[open[i]], want)});
      // A fault cuts the batch short: what lies behind it is asked for again, and then is first and fails
      // alone.
      const std::size_t count = pieces.size() == 1 ? read(pieces.front(), buffer) : read(pieces, buffer);
      if (count < pieces.front().size) throw CallerError{EFAULT};
      std::size_t offset = 0;
      for (std::size_t i = begin; i < end; ++i) {
        const std::size_t size = pieces[i - begin].size;
        std::string& string = result[open[i]];
        if (offset + size > count) {
          still_open.push_back(open[i]);
          offset = count;
          continue;
        }
        const std::size_t nul = std::min(std::string_view(buffer).substr(offset, size).find('\0'), size);
        string.append(buffer, offset, nul);
        total += nul;
        next[open[i]] += nul;
        offset += size;
        if (nul == size) still_open.push_back(open[i]);
        if (string.size() >= max_string || total > max_strings) throw CallerError{E2BIG};
      }
    }
    open.swap(still_open);
  }
  return result;
}

}  // namespace sandbox
