#include "sandbox/net/wire.h"

#include "sandbox/sys/packing.h"

namespace sandbox {

// The bindings name every member: with one more nothing compiles until it is carried, too.

template <class Wire>
void carry(Wire& wire, NetOrder& order) {
  auto& [kind, number, address, port, addresses, by_upstream] = order;
  wire(kind), wire(number), wire(address), wire(port), wire(addresses), wire(by_upstream);
}

template <class Wire>
void carry(Wire& wire, NetWord& word) {
  auto& [kind, number, host, addresses, error, sent, received, why] = word;
  wire(kind), wire(number), wire(host), wire(addresses), wire(error), wire(sent), wire(received), wire(why);
}

std::string pack(const NetOrder& order) { return sys::packed(order); }
std::string pack(const NetWord& word) { return sys::packed(word); }
NetOrder unpack_order(std::string_view bytes) { return sys::unpacked<NetOrder>(bytes); }
NetWord unpack_word(std::string_view bytes) { return sys::unpacked<NetWord>(bytes); }

}  // namespace sandbox
