#include "sandbox/outside_sockets.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

#include "sandbox/sys/fd.h"
#include "tests/unit/temporary.h"

namespace sandbox {
namespace {

sys::Fd listener_at(const std::string& path) {
  sys::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.data(), path.size());
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(socket.get(), 1) == 0);
  return socket;
}

TEST_CASE("sockets with a name are read from the kernel's table, each once, with spaces in it too") {
  const auto sockets = named_sockets_in(
      "Num       RefCount Protocol Flags    Type St Inode Path\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 38071 /run/user/1000/bus\n"
      "0000000000000000: 00000003 00000000 00000000 0001 03 38099 /run/user/1000/bus\n"
      "0000000000000000: 00000003 00000000 00000000 0001 03 38100\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 38101 @/tmp/.X11-unix/X0\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 38102 relative.sock\n"
      "0000000000000000: 00000002 00000000 00000000 0002 01 38103 /home/ada/a b /c.sock\n");
  REQUIRE(sockets.size() == 2);
  CHECK(sockets[0].path == "/run/user/1000/bus");
  CHECK(sockets[0].inode == 38071);
  CHECK(sockets[1].path == "/home/ada/a b /c.sock");
}

TEST_CASE("a socket of the host is found where a sandbox shows it, unless it is listed or hidden") {
  const tests::TemporaryDirectory place;
  const std::string path = place / "x.sock";
  const sys::Fd listener = listener_at(path);
  Spec spec;
  spec.private_tmp = false;
  const auto is_found = [&](const Spec& with) {
    const auto found = OutsideSockets().find(with, 0);
    return std::find(found.begin(), found.end(), path) != found.end();
  };
  CHECK(is_found(spec));
  Spec listing = spec;
  listing.sockets = {path};
  CHECK_FALSE(is_found(listing));
  Spec hiding = spec;
  hiding.hide = {path};
  CHECK_FALSE(is_found(hiding));
  Spec open = spec;
  open.mode = Mode::danger_full_access;
  CHECK_FALSE(is_found(open));
}

TEST_CASE("where the sandbox has a directory of its own, the host's sockets do not show") {
  const tests::TemporaryDirectory place;
  const std::string path = place / "x.sock";
  const sys::Fd listener = listener_at(path);
  Spec spec;
  const auto found_in = [&](const Spec& with) { return OutsideSockets().find(with, 0); };
  if (path.starts_with("/tmp/")) {
    const auto found = found_in(spec);
    CHECK(std::find(found.begin(), found.end(), path) == found.end());
  }
  spec.writable = {place.path()};  // but a workspace shows, wherever it lies
  const auto found = found_in(spec);
  CHECK(std::find(found.begin(), found.end(), path) != found.end());
}

}  // namespace
}  // namespace sandbox
