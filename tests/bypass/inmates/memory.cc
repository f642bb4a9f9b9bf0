// How the words lie in memory: page ends, shared pages, none, too many.

#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "raw.h"

namespace raw {
namespace {

constexpr std::size_t page = 4096;

/// The text, its last byte the last of a page that nothing follows.
char* at_page_end(const char* text) {
  const std::size_t size = strlen(text) + 1;
  char* const pages =
      static_cast<char*>(mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  munmap(pages + 2 * page, page);
  char* const place = pages + 2 * page - size;
  memcpy(place, text, size);
  return place;
}

void exec_with_words(const char* canary, std::vector<std::string> words) {
  std::vector<char*> argv;
  for (auto& each : words) argv.push_back(each.data());
  argv.push_back(nullptr);
  char* env[] = {nullptr};
  execve(canary, argv.data(), env);
}

constexpr Way ways[] = {
    {"no-words",
     [](const char* canary) {
       char* none[] = {nullptr};
       execve(canary, none, none);
     }},
    {"null-argv", [](const char* canary) { syscall(SYS_execve, canary, nullptr, nullptr); }},
    {"empty-first-word", [](const char* canary) { exec_with_words(canary, {""}); }},
    {"named-like-another", [](const char* canary) { exec_with_words(canary, {"/bin/true"}); }},
    {"path-at-page-end", [](const char* canary) { exec_plainly(at_page_end(canary)); }},
    {"path-across-pages",
     [](const char* canary) {
       char* const pages = static_cast<char*>(
           mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
       strcpy(pages + page - 3, canary);
       exec_plainly(pages + page - 3);
     }},
    {"path-in-read-only-memory",
     [](const char* canary) {
       char* const end = at_page_end(canary);
       mprotect(reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(end) & ~(page - 1)), page,
                PROT_READ);
       exec_plainly(end);
     }},
    {"path-in-shared-memory",
     [](const char* canary) {
       char* const shared =
           static_cast<char*>(mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
       strcpy(shared, canary);
       in_child([shared] { exec_plainly(shared); });
     }},
    {"path-in-execute-only-memory",
     [](const char* canary) {
       char* const end = at_page_end(canary);
       mprotect(reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(end) & ~(page - 1)), page,
                PROT_EXEC);
       exec_plainly(end);
     }},
    {"words-at-page-end",
     [](const char* canary) {
       char* argv[] = {at_page_end("one"), at_page_end("two"), nullptr};
       char* env[] = {at_page_end("A=1"), nullptr};
       execve(canary, argv, env);
     }},
    {"ten-thousand-words",
     [](const char* canary) { exec_with_words(canary, std::vector<std::string>(10'000, "word")); }},
    {"longest-word", [](const char* canary) { exec_with_words(canary, {std::string(131'071, 'a')}); }},
    {"a-megabyte-of-words",
     [](const char* canary) {
       exec_with_words(canary, std::vector<std::string>(10, std::string(100'000, 'a')));
     }},
    {"a-megabyte-of-environment",
     [](const char* canary) {
       std::vector<std::string> names(10, "A=" + std::string(100'000, 'a'));
       std::vector<char*> env;
       for (auto& each : names) env.push_back(each.data());
       env.push_back(nullptr);
       char word[] = "x";
       char* argv[] = {word, nullptr};
       execve(canary, argv, env.data());
     }},
    {"bytes-for-words",
     [](const char* canary) {
       exec_with_words(canary, {"\xff\xfe", "\x01\x1b[2J", "\n"});
     }},
};

}  // namespace

std::span<const Way> memory_ways() { return ways; }

}  // namespace raw
