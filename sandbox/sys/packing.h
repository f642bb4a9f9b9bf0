#pragma once
/// Values as bytes, between processes of one program. A type of ours is packed where a function
/// `carry(wire, value)` beside it hands each of its members to the wire.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sys {

/// Functions have the same place in every process that was forked.
template <class Value>
constexpr bool is_packed_as_it_is =
    std::is_arithmetic_v<Value> || std::is_enum_v<Value> || std::is_function_v<std::remove_pointer_t<Value>>;

class Packer {
 public:
  template <class Value>
  void operator()(Value& value) {
    if constexpr (is_packed_as_it_is<Value>)
      bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    else
      carry(*this, value);
  }
  void operator()(std::string& text) {
    count(text.size());
    bytes_ += text;
  }
  template <class Value>
  void operator()(std::vector<Value>& list) {
    count(list.size());
    for (Value& value : list) (*this)(value);
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void count(std::uint64_t number) { (*this)(number); }

  std::string bytes_;
};

/// Throws Error for what no Packer made.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  template <class Value>
  void operator()(Value& value) {
    if constexpr (is_packed_as_it_is<Value>)
      std::memcpy(&value, next(sizeof value).data(), sizeof value);
    else
      carry(*this, value);
  }
  void operator()(std::string& text) { text = next(count()); }
  template <class Value>
  void operator()(std::vector<Value>& list) {
    list.clear();
    for (std::uint64_t left = count(); left > 0; --left) (*this)(list.emplace_back());
  }

  void expect_end() const {
    if (!rest_.empty()) throw Error(Kind::internal, "reading packed values: there are more");
  }

 private:
  std::uint64_t count() {
    std::uint64_t number = 0;
    (*this)(number);
    return number;
  }

  std::string_view next(std::uint64_t size) {
    if (size > rest_.size()) throw Error(Kind::internal, "reading packed values: they are cut off");
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
};

template <class Value>
std::string packed(Value value) {
  Packer packer;
  packer(value);
  return packer.bytes();
}

template <class Value>
Value unpacked(std::string_view bytes) {
  Unpacker unpacker(bytes);
  Value value;
  unpacker(value);
  unpacker.expect_end();
  return value;
}

/// An empty memfd: packets have a limit.
Fd make_memory(const char* what);
/// One to be read from its beginning.
Fd in_memory(std::string_view bytes, const char* what);
/// The value that was packed into a file. Throws Error where it is another, or larger than 64 MiB.
template <class Value>
Value unpacked_from(int fd, const char* what) {
  constexpr std::size_t most = std::size_t{64} << 20U;
  return unpacked<Value>(read_all(fd, most, what));
}

}  // namespace sys
