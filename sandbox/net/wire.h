#pragma once
/// What the supervisor and its egress say to each other about a connection, from the caller's connect(2) on.
/// Its number is that of the seccomp notification.

#include <cstdint>
#include <string>
#include <vector>

namespace sandbox {

/// To egress.
struct NetOrder {
  enum class Kind : std::int32_t {
    name,     ///< which name is behind `address`; nothing more comes of it
    connect,  ///< one descriptor: a copy of the caller's socket, which wants to go to `address` and `port`
    resolve,  ///< its name is allowed
    dial,     ///< `addresses` are allowed; none: the name, by the owner's proxy
    forget,   ///< the caller has been answered, and nothing comes of it
    settle,  ///< the sandbox has ended: tell of each connection what it has carried, it may still be carrying
    cut,     ///< all connections end now, whatever their number
  };
  Kind kind = Kind::connect;
  std::uint64_t number = 0;
  std::string address = {};
  std::uint16_t port = 0;
  std::vector<std::string> addresses = {};
  bool by_upstream = false;  ///< of `dial`
};

/// From egress.
struct NetWord {
  enum class Kind : std::int32_t {
    named,     ///< `host` is behind the address; empty: it is one that nobody named
    resolved,  ///< `addresses`; none: `error`
    answered,  ///< what connect(2) shall return: 0 or `error`
    ended,     ///< it was answered before
    cut,       ///< the answer to `cut`
  };
  Kind kind = Kind::named;
  std::uint64_t number = 0;
  std::string host = {};                    ///< of `named` and `ended`
  std::vector<std::string> addresses = {};  ///< of `ended`: the one that was dialled last
  std::int32_t error = 0;
  std::uint64_t sent = 0, received = 0;
  std::string why = {};  ///< of `ended`: a sentence, where the errno alone does not tell
};

std::string pack(const NetOrder& order);
std::string pack(const NetWord& word);
/// Throw sys::Error for what was not packed so.
NetOrder unpack_order(std::string_view bytes);
NetWord unpack_word(std::string_view bytes);

}  // namespace sandbox
