// Talks to itself over the loopback, and tries to leave.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

#include "tests/sandbox/inmates/said.h"

namespace {

sockaddr_in address(const char* text, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = ::htons(port);
  ::inet_pton(AF_INET, text, &result.sin_addr);
  return result;
}

int connect_to(const sockaddr_in& to) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  return socket < 0 ? -1 : ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

}  // namespace

int main() {
  const int server = ::socket(AF_INET, SOCK_STREAM, 0);
  say("socket", server);
  sockaddr_in self = address("127.0.0.1", 0);
  socklen_t size = sizeof self;
  if (server < 0 || ::bind(server, reinterpret_cast<const sockaddr*>(&self), size) != 0 ||
      ::listen(server, 1) != 0 || ::getsockname(server, reinterpret_cast<sockaddr*>(&self), &size) != 0)
    return 1;
  say("loopback", connect_to(self));
  say("outside", connect_to(address("192.0.2.1", 80)));  // RFC 5737: nobody's
  return 0;
}
