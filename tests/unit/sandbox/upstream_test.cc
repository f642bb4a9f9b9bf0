#include "sandbox/net/upstream.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <random>

namespace sandbox {
namespace {

Upstream http(const std::string& user = {}) {
  return {Upstream::Kind::http, "proxy.example", 3128, user, user.empty() ? "" : "word"};
}
Upstream socks(const std::string& user = {}) {
  return {Upstream::Kind::socks5, "proxy.example", 1080, user, user.empty() ? "" : "word"};
}

/// What it says then.
std::string after(UpstreamTalk& talk, const std::string& heard) {
  talk.said(talk.to_say().size());
  talk.hear(heard);
  return talk.to_say();
}

TEST_CASE("an HTTP proxy is told the name, and who asks") {
  CHECK(UpstreamTalk(http(), "a.example", 443).to_say() ==
        "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n");
  CHECK(UpstreamTalk(http(), "2001:db8::1", 443).to_say().starts_with("CONNECT [2001:db8::1]:443 "));
  CHECK(UpstreamTalk(http("user"), "a.example", 443).to_say().find("Basic dXNlcjp3b3Jk\r\n") !=
        std::string::npos);
}

TEST_CASE("what follows the proxy's answer is left for whom it is meant") {
  UpstreamTalk talk(http(), "a.example", 22);
  const std::string head = "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n";
  CHECK(talk.hear(head.substr(0, 20)) == 20);
  CHECK_FALSE(talk.is_over());
  CHECK(talk.hear(head.substr(20) + "SSH-2.0") == head.size() - 20);
  CHECK(talk.is_over());
  CHECK(talk.error() == 0);
}

TEST_CASE("a proxy that refuses is told of, and one that speaks something else") {
  const auto answer = [](const std::string& text) {
    UpstreamTalk talk(http(), "a.example", 443);
    talk.hear(text + "\r\n\r\n");
    return std::pair(talk.error(), talk.why());
  };
  CHECK(answer("HTTP/1.1 403 No") == std::pair<int, std::string>(EACCES, "answers 403"));
  CHECK(answer("HTTP/1.1 407 Who") == std::pair<int, std::string>(EACCES, "answers 407"));
  CHECK(answer("HTTP/1.0 502 Bad") == std::pair<int, std::string>(EHOSTUNREACH, "answers 502"));
  CHECK(answer("SSH-2.0-x 200 OK").first == EPROTO);
  UpstreamTalk endless(http(), "a.example", 443);
  endless.hear(std::string(100'000, 'x'));
  CHECK(endless.error() == EPROTO);
}

TEST_CASE("a SOCKS proxy is told the name, after the user where it wants one") {
  using namespace std::string_literals;
  UpstreamTalk talk(socks("user"), "a.example", 443);
  CHECK(talk.to_say() == "\5\2\0\2"s);
  CHECK(after(talk, "\5\2"s) == "\1\4user\4word"s);
  CHECK(after(talk, "\1\0"s) ==
        "\5\1\0\3\x09"
        "a.example\1\xbb"s);
  talk.said(talk.to_say().size());
  CHECK(talk.hear("\5\0\0\1\x7f\0\0\1\0\1more"s) == 10);
  CHECK(talk.is_over());
  CHECK(talk.error() == 0);
  UpstreamTalk plain(socks(), "10.0.0.1", 80);
  CHECK(after(plain, "\5\0"s) == "\5\1\0\1\x0a\0\0\1\0\x50"s);
  CHECK(after(plain, "\5\2\0\1\0"s).empty());
  CHECK(plain.error() == EACCES);
  UpstreamTalk asked(socks(), "a.example", 80);
  CHECK(after(asked, "\5\2"s).empty());
  CHECK(asked.error() == EACCES);
}

TEST_CASE("whatever a proxy answers, the talk takes no more than it was given and ends once") {
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    UpstreamTalk talk(i % 2 == 0 ? http("user") : socks("user"), "a.example", 443);
    for (int piece = 0; piece < 6 && !talk.is_over(); ++piece) {
      std::string bytes = i % 2 == 0 ? "HTTP/1.1 200 \r\n\r\n" : std::string("\5\2\1\0\5\0\0\3\2ab\0\1", 13);
      for (auto changes = random() % 4; changes > 0; --changes)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      bytes.resize(random() % (bytes.size() + 1));
      const std::size_t taken = talk.hear(bytes);
      REQUIRE(taken <= bytes.size());
      if (!talk.is_over()) REQUIRE(taken == bytes.size());
    }
    if (talk.is_over()) CHECK((talk.error() == 0) == talk.why().empty());
  }
}

TEST_CASE("a name without the proxy takes all below it along, and nothing that only ends so") {
  Upstream upstream = http();
  upstream.direct = {"corp.example", "10.0.0.1"};
  CHECK(goes_direct(upstream, "corp.example"));
  CHECK(goes_direct(upstream, "git.corp.example"));
  CHECK_FALSE(goes_direct(upstream, "notcorp.example"));
  CHECK(goes_direct(upstream, "10.0.0.1"));
  upstream.direct = {"*"};
  CHECK(goes_direct(upstream, "a.example"));
}

TEST_CASE("without a proxy go the addresses of a network, and no names") {
  Upstream upstream = http();
  upstream.direct = {"10.1.0.0/16", "192.0.2.128/25", "2001:db8::/33", "198.51.100.7/32"};
  for (const char* inside : {"10.1.255.255", "192.0.2.128", "2001:db8:7fff::1", "198.51.100.7"})
    CHECK_MESSAGE(goes_direct(upstream, inside), inside);
  for (const char* outside : {"10.2.0.0", "192.0.2.127", "2001:db8:8000::1", "198.51.100.6", "a.example", ""})
    CHECK_MESSAGE(!goes_direct(upstream, outside), outside);
  upstream.direct = {"0.0.0.0/0"};
  CHECK(goes_direct(upstream, "203.0.113.9"));
  CHECK_FALSE(goes_direct(upstream, "2001:db8::1"));
  for (const char* none : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "/8", "10.0.0.0/-1", "a.example/8"}) {
    upstream.direct = {none};
    CHECK_MESSAGE(!goes_direct(upstream, "10.0.0.1"), none);
  }
}

}  // namespace
}  // namespace sandbox
