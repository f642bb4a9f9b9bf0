#pragma once
/// What the server and a file worker say to each other, after the launcher's word that the worker is ready.
///
///     server ── run ──────► worker        a number of operations.h, and a packed request
///     server ◄── ask ────── worker        packed touches, whenever the operation is about to act, unless
///                                         they are those that were expected
///     server ── rulings ──► worker
///     server ◄── result ─── worker        packed; or failure
///
/// The first letter down is `begin`, with the journal and, where there are any, journals of workers that
/// died; it is answered like a request when those are settled.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sys/channel.h"
#include "sandbox/sys/packing.h"
#include "shelltool/files/judge.h"

namespace shelltool {

enum class WorkerTag : char { begin = 'b', run = 'r', rulings = 'v', ask = 'a', result = 'o', failure = 'x' };

struct WorkerLetter {
  WorkerTag tag{};
  std::string body;  ///< any size: what no packet takes goes by a memfd
  std::vector<sys::Fd> fds;
};

/// Throws SysError when the other side is gone.
void post(sys::Channel& channel, WorkerTag tag, std::string_view body, const std::vector<int>& fds = {});
/// Nothing when the other side is gone, or when the socket does not block and none is there. Throws
/// sys::Error for what no post() sent.
std::optional<WorkerLetter> collect(sys::Channel& channel);

/// An error on its way to the server.
struct WorkerFailure {
  std::string code, sentence;
};
template <class Wire>
void carry(Wire& wire, WorkerFailure& failure) {
  auto& [code, sentence] = failure;
  wire(code), wire(sentence);
}

struct WorkerRequest {
  std::uint32_t operation = 0;
  std::string packed;
  bool changes_files = false;
  /// What it will most likely ask about, and the rulings on that: most files are what they are called.
  std::vector<files::Touch> expected = {};
  std::vector<files::Ruling> rulings = {};
  std::string by = {};       ///< in the history: who changes it; empty: the tool
  bool tells_entry = false;  ///< the answer says which entry it has become
};
template <class Wire>
void carry(Wire& wire, WorkerRequest& request) {
  auto& [operation, packed, changes_files, expected, rulings, by, tells_entry] = request;
  wire(operation), wire(packed), wire(changes_files), wire(expected), wire(rulings);
  wire(by), wire(tells_entry);
}

}  // namespace shelltool
