#include "shelltool/setup/environment.h"

#include <doctest/doctest.h>

#include "sandbox/sys/error.h"

using namespace shelltool;

namespace {

struct Fixture {
  config::Config config;
  Identity identity;
  Variables offered, login;
  std::vector<std::string> extra;
  bool has_network = false;

  Fixture() {
    identity.account = {1000, 1000, "ada", "/home/ada", "/bin/zsh"};
    offered = {{"PATH", "/bin"}, {"HOME", "/home/ada"}};
  }
  [[nodiscard]] Variables make() const {
    return first_environment({.offered = offered,
                              .login = login,
                              .caller_home = "/home/ada",
                              .identity = identity,
                              .config = config,
                              .cwd = "/work",
                              .extra = extra,
                              .has_network = has_network});
  }
};

}  // namespace

TEST_CASE("the first environment has what the list names, and what every command gets") {
  Fixture fixture;
  fixture.offered["LC_TIME"] = "de_DE.UTF-8";
  fixture.offered["CARGO_HOME"] = "/opt/cargo";
  fixture.offered["LD_PRELOAD"] = "/tmp/x.so";
  fixture.offered["BASH_ENV"] = "/tmp/x";
  fixture.offered["SSH_AUTH_SOCK"] = "/tmp/agent";
  CHECK(fixture.make() == Variables{{"PATH", "/bin"},
                                    {"HOME", "/home/ada"},
                                    {"USER", "ada"},
                                    {"LOGNAME", "ada"},
                                    {"SHELL", "/bin/zsh"},
                                    {"PWD", "/work"},
                                    {"PAGER", "cat"},
                                    {"GIT_TERMINAL_PROMPT", "0"},
                                    {"LC_TIME", "de_DE.UTF-8"},
                                    {"CARGO_HOME", "/opt/cargo"}});
}

TEST_CASE("what the login shell exports comes too, but for secrets, and the caller's PATH is first") {
  Fixture fixture;
  fixture.login = {{"PATH", "/opt/tools:/bin:/usr/bin"},
                   {"TOOLS", "/opt/tools"},
                   {"LANG", "de_DE.UTF-8"},
                   {"NPM_TOKEN", "x"},
                   {"DB", "pg://me:pw@host"},
                   {"http_proxy", "http://p:1"}};
  fixture.offered["LANG"] = "C.UTF-8";
  const Variables made = fixture.make();
  CHECK(value_of(made, "PATH") == "/bin:/opt/tools:/usr/bin");
  CHECK(value_of(made, "TOOLS") == "/opt/tools");
  CHECK(value_of(made, "LANG") == "C.UTF-8");
  for (const char* absent : {"NPM_TOKEN", "DB", "http_proxy"}) CHECK(made.count(absent) == 0);
}

TEST_CASE("where packages come from is known inside, and who signs in there only by env.pass") {
  Fixture fixture;
  fixture.offered["GOPROXY"] = "https://me:pw@go.example,https://b.example|direct";
  fixture.offered["GOPRIVATE"] = "corp.example/*";
  fixture.offered["CARGO_REGISTRIES_CORP_INDEX"] = "sparse+https://t@c.example/";
  fixture.offered["CARGO_REGISTRIES_CORP_TOKEN"] = "x";
  fixture.login["PIP_INDEX_URL"] = "https://me:pw@pip.example/simple";
  Variables made = fixture.make();
  CHECK(value_of(made, "GOPROXY") == "https://go.example,https://b.example|direct");
  CHECK(value_of(made, "GOPRIVATE") == "corp.example/*");
  CHECK(value_of(made, "CARGO_REGISTRIES_CORP_INDEX") == "sparse+https://c.example/");
  CHECK(value_of(made, "PIP_INDEX_URL") == "https://pip.example/simple");
  CHECK(made.count("CARGO_REGISTRIES_CORP_TOKEN") == 0);
  fixture.config.env.pass = {"PIP_*", "GOPROXY"};
  made = fixture.make();
  CHECK(value_of(made, "GOPROXY") == fixture.offered["GOPROXY"]);
  CHECK(value_of(made, "PIP_INDEX_URL") == fixture.login["PIP_INDEX_URL"]);
}

TEST_CASE("what looks like a secret comes through only when its name is spelled out") {
  Fixture fixture;
  fixture.offered["XDG_TOKEN_HOME"] = "x";  // an allowed glob matches it
  fixture.offered["MY_API_KEY"] = "x";
  fixture.offered["MY_PLACE"] = "x";
  fixture.offered["GITHUB_TOKEN"] = "x";
  fixture.config.env.pass = {"MY_*", "GITHUB_TOKEN"};
  const Variables made = fixture.make();
  CHECK(made.count("XDG_TOKEN_HOME") == 0);
  CHECK(made.count("MY_API_KEY") == 0);
  CHECK(made.count("MY_PLACE") == 1);
  CHECK(made.count("GITHUB_TOKEN") == 1);
}

TEST_CASE("names of secrets are recognised, and ordinary names are not") {
  for (const char* name :
       {"GITHUB_TOKEN", "aws_secret_access_key", "DB_PASSWORD", "PGPASSWD", "API_KEY", "OPENAI_APIKEY",
        "GOOGLE_APPLICATION_CREDENTIALS", "SSH_PRIVATE", "NPM_AUTH", "KEY"}) {
    INFO(name);
    CHECK(looks_secret(name));
  }
  for (const char* name :
       {"PATH", "KEYBOARD", "MONKEY_HOME", "LC_PAPER", "PATCH_LEVEL", "AUTHOR", "GOPATH"}) {
    INFO(name);
    CHECK_FALSE(looks_secret(name));
  }
}

TEST_CASE("what is set later wins") {
  Fixture fixture;
  fixture.config.env.set = {{"PAGER", "less"}, {"A", "config"}, {"B", "config"}};
  fixture.extra = {"A=first", "A=second", "EMPTY="};
  const Variables made = fixture.make();
  CHECK(made.at("PAGER") == "less");
  CHECK(made.at("A") == "second");
  CHECK(made.at("B") == "config");
  CHECK(made.at("EMPTY") == "");
  fixture.extra = {"novalue"};
  CHECK_THROWS_AS((void)fixture.make(), sys::Error);
  fixture.extra = {"=x"};
  CHECK_THROWS_AS((void)fixture.make(), sys::Error);
}

TEST_CASE("a command without PATH gets the usual one") {
  Fixture fixture;
  fixture.offered.erase("PATH");
  CHECK(fixture.make().at("PATH").find("/usr/bin") != std::string::npos);
}

TEST_CASE("a jobserver of the caller is not offered to those who do not have its descriptors") {
  Fixture fixture;
  fixture.offered["MAKEFLAGS"] = " -j2 --jobserver-auth=3,4";
  CHECK(fixture.make().count("MAKEFLAGS") == 0);
  fixture.offered["MAKEFLAGS"] = "k";
  CHECK(fixture.make().at("MAKEFLAGS") == "k");
}

TEST_CASE("proxies are passed to what has the network, but not with a password") {
  Fixture fixture;
  fixture.offered["http_proxy"] = "http://proxy:3128";
  fixture.offered["HTTPS_PROXY"] = "http://me:pw@proxy:3128";
  CHECK(fixture.make().count("http_proxy") == 0);
  fixture.has_network = true;
  CHECK(fixture.make().count("http_proxy") == 1);
  CHECK(fixture.make().count("HTTPS_PROXY") == 0);
}

TEST_CASE("as another user, what lies in the caller's home stays behind") {
  Fixture fixture;
  fixture.identity.is_caller = false;
  fixture.identity.account = {1001, 1001, "bob", "/home/bob", "/bin/sh"};
  fixture.offered["PATH"] = "/home/ada/.cargo/bin:/usr/bin:/home/ada/bin:/bin";
  fixture.offered["CARGO_HOME"] = "/home/ada/.cargo";
  fixture.offered["JAVA_HOME"] = "/opt/java";
  fixture.offered["XDG_CONFIG_HOME"] = "/cfg";
  const Variables made = fixture.make();
  CHECK(made.at("PATH") == "/usr/bin:/bin");
  CHECK(made.at("HOME") == "/home/bob");
  CHECK(made.at("USER") == "bob");
  CHECK(made.count("CARGO_HOME") == 0);
  CHECK(made.count("XDG_CONFIG_HOME") == 0);
  CHECK(made.at("JAVA_HOME") == "/opt/java");
}

TEST_CASE("bytes that are no UTF-8 pass unchanged") {
  Fixture fixture;
  fixture.offered["LANG"] = "\xFF\xFE";
  CHECK(fixture.make().at("LANG") == "\xFF\xFE");
}

TEST_CASE("of two variables with one name the first counts, and what is no variable is left out") {
  const char* const environment[] = {"A=1", "A=2", "=x", "novalue", "B=c=d", nullptr};
  CHECK(variables_of(environment) == Variables{{"A", "1"}, {"B", "c=d"}});
}
