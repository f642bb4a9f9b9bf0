#pragma once
/// The owner's proxy, which connections outside are made through. It finds the addresses of names itself.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

struct Upstream {
  enum class Kind {
    http,    ///< by CONNECT
    socks5,  ///< RFC 1928
  };
  Kind kind = Kind::http;
  std::string host;
  std::uint16_t port = 0;
  std::string user = {}, password = {};  ///< both empty: none. For the proxy alone, and on no record
  /// Without it: a name, with all below it; an address or CIDR network of them; "*".
  std::vector<std::string> direct = {};
};

/// "proxy.example:3128", for people.
std::string name_of(const Upstream& upstream);
/// `host` in lower case, or an address as text.
bool goes_direct(const Upstream& upstream, const std::string& host);

/// What is said to it on a connection until that carries another's bytes. Its answers may be any bytes.
class UpstreamTalk {
 public:
  /// `host` is a name, or an address as text.
  UpstreamTalk(const Upstream& upstream, std::string host, std::uint16_t port);

  /// What is to be sent now.
  [[nodiscard]] const std::string& to_say() const { return to_say_; }
  void said(std::size_t size) { to_say_.erase(0, size); }
  /// How many of these bytes are for us; all before the end. Those that follow are from behind the proxy.
  std::size_t hear(std::string_view bytes);
  [[nodiscard]] bool is_over() const { return is_over_; }
  /// An errno, where it refuses, and why: "answers 403".
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  enum class Stage { http, method, password, reply };
  void ask_to_connect();
  void take_status();
  void take_reply();
  void take_method(unsigned char method);
  void end(int error, std::string why);

  Upstream upstream_;
  std::string host_;
  std::uint16_t port_;
  Stage stage_;
  std::string to_say_, heard_ = {};
  std::size_t wanted_ = 0;  // bytes of an answer whose size is known
  bool is_over_ = false;
  int error_ = 0;
  std::string why_ = {};
};

}  // namespace sandbox
