#pragma once

#include <string>

#include "sandbox/sys/error.h"

namespace mcp {

/// JSON-RPC 2.0, "Error object".
enum class Code {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
};

/// A request that is answered with an error of the protocol.
class Error : public sys::Error {
 public:
  Error(Code code, const std::string& sentence) : sys::Error(sys::Kind::invalid, sentence), code_(code) {}
  [[nodiscard]] Code code() const { return code_; }

 private:
  Code code_;
};

}  // namespace mcp
