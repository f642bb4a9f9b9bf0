#include "shelltool/control/control_socket.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "mcp/error.h"
#include "mcp/json.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/places.h"
#include "shelltool/state/state_json.h"

namespace shelltool {
namespace {

using Kind = ControlRequest::Kind;

constexpr const char* kinds[] = {"show", "check", "set", "watch"};

std::string name_of(pid_t process) { return fmt::format("{}.sock", process); }

/// Through a descriptor of the directory: the path may be longer than an address holds.
sockaddr_un address_in(const sys::Fd& directory, pid_t process) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("{}/{}", sys::proc_path(directory.get()), name_of(process));
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

sys::Fd make_socket() {
  sys::Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) throw sys::SysError(errno, "making a socket");
  return socket;
}

pid_t process_in(std::string_view name) {
  pid_t process = 0;
  const char* const end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, process);
  return std::string_view(read.ptr, static_cast<std::size_t>(end - read.ptr)) == ".sock" ? process : 0;
}

bool is_gone(pid_t process) { return ::kill(process, 0) != 0 && errno == ESRCH; }

}  // namespace

std::string packet_of(const ControlRequest& request) {
  nlohmann::ordered_json json = {{"do", kinds[static_cast<std::size_t>(request.kind)]}};
  if (!request.word.says_nothing()) json["word"] = json_of(request.word);
  if (request.word.roots) json["word"]["roots"] = *request.word.roots;  // as they are, not as they are shown
  return mcp::text_of(json);
}

ControlRequest read_control_request(const std::string& packet) {
  try {
    const mcp::Json json = mcp::parse(packet);
    if (!json.is_object()) throw sys::Error(sys::Kind::invalid, "a request must be a JSON object");
    ControlRequest request;
    const mcp::Json what = json.value("do", mcp::Json());
    for (std::size_t i = 0; i < std::size(kinds); ++i) {
      if (what != kinds[i]) continue;
      request.kind = static_cast<Kind>(i);
      if (const auto word = json.find("word"); word != json.end()) request.word = read_word(*word);
      return request;
    }
    throw sys::Error(sys::Kind::invalid, "'do' must be show, check, set or watch");
  } catch (const mcp::Error& error) {
    throw sys::Error(sys::Kind::invalid, error.what());
  }
}

sys::Fd listen_in(const std::string& path) {
  make_private_directory(path);
  const sys::Fd directory = sys::open_file(path, O_PATH | O_DIRECTORY);
  const sockaddr_un address = address_in(directory, ::getpid());
  sys::Fd socket = make_socket();
  if (::fchmod(socket.get(), 0600) != 0) throw sys::SysError(errno, "closing the control socket to others");
  ::unlinkat(directory.get(), name_of(::getpid()).c_str(), 0);  // of one that was killed and had our number
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0)
    throw sys::SysError(errno, "listening in {}", path);
  return socket;
}

void unlisten_in(const std::string& directory) {
  ::unlink(fmt::format("{}/{}", directory, name_of(::getpid())).c_str());
}

std::vector<pid_t> listeners_in(const std::string& path) {
  std::vector<pid_t> processes;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return processes;
  while (const dirent* entry = ::readdir(directory.get())) {
    const pid_t process = process_in(entry->d_name);
    if (process <= 0) continue;
    if (is_gone(process))
      ::unlinkat(::dirfd(directory.get()), entry->d_name, 0);
    else
      processes.push_back(process);
  }
  return processes;
}

Connecting connect_to(const std::string& path, pid_t process) {
  const sys::Fd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return {};
  const sockaddr_un address = address_in(directory, process);
  sys::Fd socket = make_socket();
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {std::nullopt, errno == EAGAIN};
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != ::geteuid() ||
      peer.pid != process)
    return {};
  return {sys::Channel(std::move(socket))};
}

}  // namespace shelltool
