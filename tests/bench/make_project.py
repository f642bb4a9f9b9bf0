#!/usr/bin/env python3
"""Writes a C++ project of ordinary shape: libraries, generated dependencies, a tool, tests that make runs.

make_project.py DIRECTORY [LIBRARIES]
"""

import pathlib
import sys

LIBRARIES = ["text", "store", "graph", "report"]
FILES_EACH = 5

SOURCE = """#include "{library}.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {library} {{

struct Entry{index} {{
  std::string key;
  std::vector<int> values;
  [[nodiscard]] long total() const {{
    long sum = 0;
    for (const int each : values) sum += each;
    return sum;
  }}
}};

std::string step{index}(const std::string& input) {{
  std::map<std::string, Entry{index}> entries;
  std::istringstream words(input);
  for (std::string word; words >> word;) {{
    auto& entry = entries[word];
    entry.key = word;
    entry.values.push_back(static_cast<int>(word.size()) + {index});
  }}
  std::vector<Entry{index}> sorted;
  for (const auto& [key, entry] : entries) sorted.push_back(entry);
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {{ return a.total() > b.total(); }});
  std::ostringstream out;
  for (const auto& each : sorted) out << each.key << ' ' << each.total() << ' ';
  return out.str();
}}

}}  // namespace {library}
"""

MAKEFILE = """CXX ?= c++
CXXFLAGS ?= -O1 -std=c++17 -Wall
LIBRARIES := {libraries}
archives := $(foreach l,$(LIBRARIES),$(l)/lib$(l).a)

all: tool check

tool: main.o $(archives)
\t$(CXX) $(LDFLAGS) -o $@ main.o $(archives)

check: tool
\t@for word in one two three; do ./tool "$$word $$word words" > check.$$word; done
\t@cat check.* | sort | uniq -c | awk '{{ lines += $$1 }} END {{ print lines " lines checked" }}'

{rules}
%.o: %.cc
\t$(CXX) $(CXXFLAGS) -I$(dir $<) -I. -MMD -MP -c -o $@ $<

clean:
\trm -f tool check.* *.o *.d */*.o */*.d */*.a

.PHONY: all check clean
-include $(wildcard *.d */*.d)
"""


def write_library(root, library):
    directory = root / library
    directory.mkdir(parents=True, exist_ok=True)
    steps = range(FILES_EACH)
    declarations = "\n".join(f"std::string step{i}(const std::string& input);" for i in steps)
    (directory / f"{library}.h").write_text(
        f"#pragma once\n#include <string>\n\nnamespace {library} {{\n{declarations}\n}}\n")
    for i in steps:
        (directory / f"step{i}.cc").write_text(SOURCE.format(library=library, index=i))


def main(root, count):
    libraries = LIBRARIES[:count]
    for library in libraries:
        write_library(root, library)
    calls = "\n".join(f"  text = {lib}::step{i}(text);" for lib in libraries for i in range(FILES_EACH))
    includes = "\n".join(f'#include "{lib}/{lib}.h"' for lib in libraries)
    (root / "main.cc").write_text(f"{includes}\n\n#include <iostream>\n\nint main(int argc, char** argv) {{\n"
                                  f'  std::string text = argc > 1 ? argv[1] : "";\n{calls}\n'
                                  "  std::cout << text << '\\n';\n}\n")
    rules = "\n".join(f"{lib}/lib{lib}.a: {' '.join(f'{lib}/step{i}.o' for i in range(FILES_EACH))}\n"
                      "\t$(AR) rcs $@ $^\n" for lib in libraries)
    (root / "Makefile").write_text(MAKEFILE.format(libraries=" ".join(libraries), rules=rules))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else len(LIBRARIES))
