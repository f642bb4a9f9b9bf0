#include "sandbox/gate/loader.h"

#include <doctest/doctest.h>

using sandbox::loader_call;
using Words = std::vector<std::string>;

TEST_CASE("the program that a loader is asked to run stands behind the loader's options") {
  struct Row {
    Words argv;
    std::string program;
    Words rest;
  };
  for (const Row& row : {Row{{"ld.so", "/bin/rm", "-r"}, "/bin/rm", {"/bin/rm", "-r"}},
                         Row{{"ld.so", "--library-path", "/x", "--inhibit-cache", "./rm"}, "./rm", {"./rm"}},
                         Row{{"ld.so", "--argv0", "innocent", "/bin/rm", "f"}, "/bin/rm", {"innocent", "f"}},
                         Row{{"ld-musl", "--preload=/x", "--", "/bin/rm"}, "/bin/rm", {"/bin/rm"}}}) {
    const auto call = loader_call(row.argv);
    REQUIRE(call.has_value());
    CHECK(call->program == row.program);
    CHECK(call->argv == row.rest);
  }
  CHECK_FALSE(loader_call({"ld.so"}).has_value());
  CHECK_FALSE(loader_call({"ld.so", "--version"}).has_value());
  CHECK_FALSE(loader_call({"ld.so", "--preload"}).has_value());
}

TEST_CASE("a loader is known by its name, and so is a copy of one") {
  sandbox::File file;
  for (const char* path : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1", "/usr/lib/ld.so"}) {
    file.path = path;
    CHECK(sandbox::is_loader(file));
  }
  file.path = "/home/me/tool";
  CHECK_FALSE(sandbox::is_loader(file));
  file.copy_of = "/lib64/ld-linux-x86-64.so.2";
  CHECK(sandbox::is_loader(file));
}
