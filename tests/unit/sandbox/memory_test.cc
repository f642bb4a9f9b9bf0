#include "sandbox/gate/memory.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

using sandbox::CallerError;
using sandbox::Memory;

namespace {

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

int error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const CallerError& error) {
    return error.error_number;
  }
  return 0;
}

}  // namespace

TEST_CASE("strings of all lengths are read whole, across pages") {
  const Memory memory(::getpid());
  std::vector<std::string> words;
  for (std::size_t length = 0; length < 9000; length = length * 2 + 1) words.emplace_back(length, 'w');
  words.emplace_back(131071, 'x');
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  argv.push_back(nullptr);
  CHECK(memory.strings(address_of(argv.data())) == words);
  CHECK(memory.strings(0).empty());
}

TEST_CASE("a hundred thousand words are read") {
  const Memory memory(::getpid());
  std::vector<const char*> argv(100'000, "word");
  argv.push_back(nullptr);
  CHECK(memory.strings(address_of(argv.data())).size() == 100'000);
}

TEST_CASE("what is over the kernel's limits is E2BIG, and what is not there EFAULT") {
  const Memory memory(::getpid());
  const std::string longest(131072, 'x');
  std::vector<const char*> one = {longest.c_str(), nullptr};
  CHECK(error_of([&] { static_cast<void>(memory.strings(address_of(one.data()))); }) == E2BIG);
  const std::string large(130000, 'x');
  std::vector<const char*> many(60, large.c_str());
  many.push_back(nullptr);
  CHECK(error_of([&] { static_cast<void>(memory.strings(address_of(many.data()))); }) == E2BIG);
  CHECK(error_of([&] { static_cast<void>(memory.strings(8)); }) == EFAULT);
  std::vector<const char*> wild = {"fine", reinterpret_cast<const char*>(16), nullptr};
  CHECK(error_of([&] { static_cast<void>(memory.strings(address_of(wild.data()))); }) == EFAULT);
}

TEST_CASE("a string that runs off the end of its last page is EFAULT, one that ends there is read") {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  char* area = static_cast<char*>(
      ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(area != MAP_FAILED);
  ::munmap(area + page, page);
  std::memcpy(area + page - 4, "end", 4);
  CHECK(Memory(::getpid()).path(address_of(area + page - 4), 4096) == "end");
  area[page - 1] = 'x';
  CHECK(error_of([&] { static_cast<void>(Memory(::getpid()).path(address_of(area + page - 4), 4096)); }) ==
        EFAULT);
  ::munmap(area, page);
}

TEST_CASE("a path longer than PATH_MAX is ENAMETOOLONG") {
  const Memory memory(::getpid());
  const std::string path(4096, 'p');
  CHECK(error_of([&] { static_cast<void>(memory.path(address_of(path.c_str()), 4096)); }) == ENAMETOOLONG);
}
