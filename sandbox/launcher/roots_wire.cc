#include "sandbox/launcher/roots_wire.h"

#include "sandbox/sys/packing.h"

namespace sandbox {
namespace {

constexpr const char* what_order = "which roots to write";
constexpr const char* what_answer = "which roots are written";

}  // namespace

template <class Wire>
void carry(Wire& wire, RootsOrder& order) {
  auto& [writable, end_writers] = order;
  wire(writable), wire(end_writers);
}

template <class Wire>
void carry(Wire& wire, Writer& writer) {
  auto& [process, program, path] = writer;
  wire(process), wire(program), wire(path);
}

template <class Wire>
void carry(Wire& wire, RootsAnswer& answer) {
  auto& [in_force, ended, in_the_way, failures, is_lost] = answer;
  wire(in_force), wire(ended), wire(in_the_way), wire(failures), wire(is_lost);
}

sys::Fd pack(const RootsOrder& order) { return sys::in_memory(sys::packed(order), what_order); }

RootsOrder unpack_roots_order(int fd) { return sys::unpacked_from<RootsOrder>(fd, what_order); }

sys::Fd pack(const RootsAnswer& answer) { return sys::in_memory(sys::packed(answer), what_answer); }

RootsAnswer unpack_roots_answer(int fd) { return sys::unpacked_from<RootsAnswer>(fd, what_answer); }

}  // namespace sandbox
