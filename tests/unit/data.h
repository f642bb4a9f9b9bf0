#pragma once

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace tests {

/// A file of tests/data.
inline std::string data_file(const std::string& name) {
  return std::string(GATEHOUSE_TEST_DATA) + "/" + name;
}

inline std::string text_of_data(const std::string& name) {
  std::ifstream file(data_file(name));
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A file of the source tree.
inline std::string source_file(const std::string& name) { return data_file("../../" + name); }

/// The rows of a table whose fields are divided by tabs.
inline std::vector<std::vector<std::string>> table_of(const std::string& name) {
  std::ifstream file(data_file(name));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string>& fields = rows.emplace_back();
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find('\t', begin), line.size());
      fields.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return rows;
}

}  // namespace tests
