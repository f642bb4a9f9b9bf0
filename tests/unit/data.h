#pragma once

#include <string>

namespace tests {

/// A file of tests/data.
inline std::string data_file(const std::string& name) { return std::string(GATEHOUSE_TEST_DATA) + "/" + name; }

}  // namespace tests
