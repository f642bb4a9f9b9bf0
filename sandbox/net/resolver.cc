#include "sandbox/net/resolver.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace sandbox {
namespace {

std::string bytes_of(const Endpoint& endpoint) {
  return {reinterpret_cast<const char*>(endpoint.bytes.data()), endpoint.is_ipv4 ? 4U : 16U};
}

bool is_local(std::string_view name) { return name == "localhost" || name.ends_with(".localhost"); }

}  // namespace

std::string answer_by(Names& names, const UnknownNames& unknown, std::string_view packet, bool has_ipv6) {
  const std::optional<DnsQuestion> question = read_question(packet);
  if (!question) return {};
  const auto type = static_cast<DnsType>(question->type);
  if (question->name.empty() || type == DnsType::ptr) return answer_to(*question, DnsCode::no_such_name);
  if (unknown.contains(question->name, sys::BootClock::now()))
    return answer_to(*question, DnsCode::no_such_name);
  const bool is_ipv4 = type == DnsType::a;
  if (!is_ipv4 && (type != DnsType::aaaa || !has_ipv6)) return answer_to(*question, DnsCode::none);
  if (is_local(question->name)) {
    const Endpoint self = *read_address(is_ipv4 ? "127.0.0.1" : "::1", 0);
    return answer_to(*question, DnsCode::none, {bytes_of(self)});
  }
  const std::optional<Names::Number> number = names.number_of(question->name);
  if (!number) return answer_to(*question, DnsCode::refused);
  return answer_to(*question, DnsCode::none, {bytes_of(is_ipv4 ? ipv4_of(*number) : ipv6_of(*number))});
}

Resolver::Resolver(sys::Reactor& reactor, sys::Fd socket, Names& names, const UnknownNames& unknown,
                   bool has_ipv6)
    : socket_(std::move(socket)), names_(names), unknown_(unknown), has_ipv6_(has_ipv6) {
  readable_ = reactor.watch(socket_.get(), POLLIN, [this](int) { serve(); });
}

void Resolver::serve() {
  std::array<char, 1500> buffer{};
  for (int count = 0; count < 64; ++count) {  // then others have their turn
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    auto* const asker = reinterpret_cast<sockaddr*>(&from);
    const ssize_t length =
        ::recvfrom(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT, asker, &size);
    if (length < 0) return;
    const std::string answer =
        answer_by(names_, unknown_, {buffer.data(), static_cast<std::size_t>(length)}, has_ipv6_);
    if (!answer.empty())
      ::sendto(socket_.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL, asker, size);
  }
}

}  // namespace sandbox
