#include "policy/import/starlark.h"

#include <algorithm>
#include <utility>

#include "config/text.h"
#include "policy/import/starlark_lexer.h"

namespace policy {
namespace {

using config::BadInput;
using config::Node;
using Kind = StarlarkToken::Kind;

constexpr int max_depth = 16;

class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : lexer_(text, file) { advance(); }

  std::vector<StarlarkCall> read() {
    std::vector<StarlarkCall> calls;
    for (;;) {
      while (token_.kind == Kind::line_end || is(";")) advance();
      if (token_.kind == Kind::end) return calls;
      if (token_.kind == Kind::string)
        advance();  // a text that says what the file is
      else
        calls.push_back(read_call());
      if (token_.kind != Kind::line_end && token_.kind != Kind::end && !is(";"))
        fail("the end of the line behind a call");
    }
  }

 private:
  void advance() { token_ = lexer_.next(); }
  [[nodiscard]] bool is(std::string_view symbol) const {
    return token_.kind == Kind::symbol && token_.text == symbol;
  }
  [[noreturn]] void fail(const std::string& expected) const {
    throw BadInput(token_.place, "expected " + expected + "; found " + shown(token_));
  }
  void take(std::string_view symbol, const std::string& expected) {
    if (!is(symbol)) fail(expected);
    advance();
  }

  StarlarkCall read_call() {
    if (token_.kind != Kind::name) fail("a call, as in prefix_rule(pattern = […])");
    StarlarkCall call{token_.text, token_.place, {}};
    advance();
    if (is("="))
      throw BadInput(call.place, config::shown(call.function) +
                                     " is a variable, and only literal calls are imported: write its value "
                                     "where it is used");
    take("(", "'(' behind the name of a function: only calls are imported");
    call.arguments.kind = Node::Kind::map;
    call.arguments.place = call.place;
    while (!is(")")) {
      call.arguments.entries.push_back(read_argument(call.arguments));
      if (!is(")")) take(",", "',' or ')'");
    }
    advance();
    return call;
  }

  config::Entry read_argument(const Node& before) {
    if (token_.kind != Kind::name) fail("the name of an argument, as in pattern = […]");
    config::Entry entry;
    entry.key = {Node::Kind::scalar, token_.place, token_.text, false, {}, {}};
    const bool is_again =
        std::any_of(before.entries.begin(), before.entries.end(),
                    [&](const config::Entry& other) { return other.key.scalar == entry.key.scalar; });
    if (is_again)
      throw BadInput(token_.place, "the argument " + config::shown(token_.text) + " is there twice");
    advance();
    take("=", "'=' behind the name of an argument");
    entry.value = read_value(1);
    return entry;
  }

  Node read_value(int depth) {
    Node value = read_literal(depth);
    while (is("+")) {
      advance();
      const config::Place place = token_.place;
      Node more = read_literal(depth);
      if (more.kind != value.kind) throw BadInput(place, "a string and a list cannot be added");
      value.scalar += more.scalar;
      std::move(more.items.begin(), more.items.end(), std::back_inserter(value.items));
    }
    return value;
  }

  Node read_literal(int depth) {
    Node value{Node::Kind::scalar, token_.place, token_.text, true, {}, {}};
    if (token_.kind == Kind::string) {
      advance();
      return value;
    }
    if (!is("[")) fail("a string or a list, written out");
    if (depth > max_depth) throw BadInput(token_.place, "lists in more than 16 others");
    advance();
    value = {Node::Kind::sequence, value.place, "", false, {}, {}};
    while (!is("]")) {
      value.items.push_back(read_value(depth + 1));
      if (!is("]")) take(",", "',' or ']'");
    }
    advance();
    return value;
  }

  StarlarkLexer lexer_;
  StarlarkToken token_;
};

}  // namespace

std::vector<StarlarkCall> read_starlark(std::string_view text, const std::string& file) {
  config::check_text(text, file);
  return Reader(text, file).read();
}

}  // namespace policy
