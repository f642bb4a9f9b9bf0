#include "sandbox/gate/shebang.h"

#include <doctest/doctest.h>

#include <algorithm>

using sandbox::Head;
using sandbox::shebang_of;

namespace {

Head head_of(const std::string& text) {
  Head head{};
  std::copy_n(text.begin(), std::min(text.size(), head.size()), head.begin());
  return head;
}

}  // namespace

TEST_CASE("a #! line is split as the kernel splits it") {
  struct Row {
    std::string text, interpreter, argument;
  };
  const std::string long_path = "/" + std::string(230, 'p');
  for (const Row& row :
       {Row{"#!/bin/sh\n", "/bin/sh", ""}, Row{"#! \t/bin/sh  -e  -x \t\nrest", "/bin/sh", "-e  -x"},
        Row{"#!/usr/bin/env -S a b\n", "/usr/bin/env", "-S a b"}, Row{"#!/bin/sh\r\n", "/bin/sh\r", ""},
        Row{"#!/bin/sh", "/bin/sh", ""}, Row{"#!./relative x", "./relative", "x"},
        Row{"#!" + long_path + " " + std::string(100, 'a') + "\n", long_path, std::string(21, 'a')},
        Row{std::string("#!/bin/sh\0-x\n", 13), "/bin/sh", ""}}) {
    const auto shebang = shebang_of(head_of(row.text));
    REQUIRE(shebang.has_value());
    CHECK(shebang->interpreter == row.interpreter);
    CHECK(shebang->argument == row.argument);
  }
}

TEST_CASE("what the kernel does not take for a script is none") {
  for (const std::string& text :
       {std::string(), std::string("#"), std::string("#!\n"), std::string("#!  \t\n"),
        std::string("\x7f"
                    "ELF"),
        std::string(" #!/bin/sh\n"), "#!/" + std::string(300, 'p') + "\n"}) {
    CHECK_FALSE(shebang_of(head_of(text)).has_value());
  }
}
