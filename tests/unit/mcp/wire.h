#pragma once

#include <string>
#include <vector>

#include "mcp/dispatcher.h"

namespace tests {

/// A dispatcher whose client is the test.
struct Wire {
  std::vector<std::string> lines;
  mcp::Dispatcher dispatcher{[this](const std::string& line) { lines.push_back(line); }};

  /// What has been sent since the last call.
  std::vector<mcp::Json> take() {
    std::vector<mcp::Json> messages;
    for (const std::string& line : std::exchange(lines, {})) messages.push_back(mcp::parse(line));
    return messages;
  }
  /// The one answer to one message.
  mcp::Json ask(const std::string& line) {
    dispatcher.receive(line);
    std::vector<mcp::Json> messages = take();
    return messages.size() == 1 ? messages.front() : mcp::Json(messages);
  }
};

}  // namespace tests
