#include "sandbox/launcher/hold_wire.h"

#include "sandbox/sys/packing.h"

namespace sandbox {
namespace {

constexpr const char* what_order = "what to hold";
constexpr const char* what_answer = "what is not held";

}  // namespace

template <class Wire>
void carry(Wire& wire, HoldOrder& order) {
  auto& [held, let_go] = order;
  wire(held), wire(let_go);
}

template <class Wire>
void carry(Wire& wire, NotHeld& failure) {
  auto& [path, why, for_good] = failure;
  wire(path), wire(why), wire(for_good);
}

sys::Fd pack(const HoldOrder& order) { return sys::in_memory(sys::packed(order), what_order); }

HoldOrder unpack_hold_order(int fd) { return sys::unpacked_from<HoldOrder>(fd, what_order); }

sys::Fd pack(const std::vector<NotHeld>& failures) {
  return sys::in_memory(sys::packed(failures), what_answer);
}

std::vector<NotHeld> unpack_not_held(int fd) {
  return sys::unpacked_from<std::vector<NotHeld>>(fd, what_answer);
}

}  // namespace sandbox
