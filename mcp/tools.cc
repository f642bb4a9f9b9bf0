#include "mcp/tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sandbox/sys/nearest.h"
#include "sandbox/sys/text.h"

namespace mcp {
namespace {

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text.push_back(i <= group.size() ? digits[bits >> (18U - 6U * i) & 0x3FU] : '=');
  }
  return text;
}

}  // namespace

std::string text_of(const ToolResult& result) {
  std::string text;
  text.reserve(result.text.size() + result.text.size() / 8 + 512);
  text += R"({"content":[{"type":"text","text":)";
  sys::append_json(text, result.text);
  text += '}';
  for (const Image& image : result.images) {
    text += R"(,{"type":"image","data":")" + base64(image.bytes) + R"(","mimeType":)";
    sys::append_json(text, image.type);
    text += '}';
  }
  text += ']';
  if (result.is_error) text += R"(,"isError":true)";
  if (!result.meta.is_null()) text += R"(,"_meta":)" + text_of(result.meta);
  return text += '}';
}

void Tools::serve(Dispatcher& dispatcher) const {
  dispatcher.on("tools/list", [this](const Json& params) {
    // Everything is on the first page, so no cursor is ours.
    if (!params.value("cursor", Json()).is_null())
      throw Error(Code::invalid_params, "there is no page with this cursor");
    return Json{{"tools", list()}};
  });
  dispatcher.on("tools/call", [this](const Json& params, Call request) { call(params, std::move(request)); });
}

Json Tools::list() const {
  Json tools = Json::array();
  for (const Tool& tool : tools_) {
    Json json = {{"name", tool.name}, {"title", tool.title}, {"description", tool.description}};
    json["inputSchema"] = schema_of(tool.parameters);
    if (tool.annotations) json["annotations"] = tool.annotations();
    if (!tool.meta.is_null()) json["_meta"] = tool.meta;
    tools.push_back(std::move(json));
  }
  return tools;
}

void Tools::call(const Json& params, Call request) const {
  const auto name = params.find("name");
  if (name == params.end() || !name->is_string())
    throw Error(Code::invalid_params, "'name' must name a tool");
  const auto tool =
      std::find_if(tools_.begin(), tools_.end(), [&](const Tool& one) { return one.name == *name; });
  if (tool == tools_.end()) {
    std::vector<std::string> known;
    for (const Tool& one : tools_) known.push_back(one.name);
    const std::string near = sys::nearest(name->get<std::string>(), known);
    throw Error(Code::invalid_params,
                fmt::format("there is no tool {}{}", sys::shown(name->get<std::string>()),
                            near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  ToolCall call(std::move(request));
  if (!before_) return run(*tool, params, std::move(call));
  static const Json nothing;
  const auto meta = params.find("_meta");
  try {
    before_(meta == params.end() ? nothing : *meta, call, [&tool = *tool, params, call] {
      if (!call.is_over()) run(tool, params, call);
    });
  } catch (const std::exception& error) {
    call.answer({fmt::format("{}: {}", tool->name, error.what()), true, nullptr});
  }
}

void Tools::run(const Tool& tool, const Json& params, ToolCall call) {
  try {
    const auto given = params.find("arguments");
    const bool is_given = given != params.end() && !given->is_null();
    tool.run(read_arguments(tool.parameters, is_given ? *given : Json::object()), call);
  } catch (const std::exception& error) {
    call.answer({fmt::format("{}: {}", tool.name, error.what()), true, nullptr});
  }
}

}  // namespace mcp
