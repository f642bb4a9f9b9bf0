#include "mcp/server.h"

#include <algorithm>
#include <utility>

namespace mcp {
namespace {

Json initialize(const Json& params, const ServerInfo& info) {
  const auto asked = params.find("protocolVersion");
  if (asked == params.end() || !asked->is_string())
    throw Error(Code::invalid_params, "'protocolVersion' must be a string");
  const bool is_known = std::find(revisions.begin(), revisions.end(), *asked) != revisions.end();
  Json result;
  result["protocolVersion"] = is_known ? asked->get<std::string>() : revisions.front();
  result["capabilities"] = {{"tools", {{"listChanged", true}}}};
  if (!info.experimental.is_null()) result["capabilities"]["experimental"] = info.experimental;
  result["serverInfo"] = {{"name", info.name}, {"title", info.title}, {"version", info.version}};
  const auto capabilities = params.find("capabilities");
  const bool says = capabilities != params.end() && capabilities->is_object();
  if (info.client) info.client(says ? *capabilities : Json::object());
  if (info.instructions) result["instructions"] = info.instructions();
  return result;
}

}  // namespace

void serve_lifecycle(Dispatcher& dispatcher, ServerInfo info) {
  dispatcher.on("initialize",
                [info = std::move(info)](const Json& params) { return initialize(params, info); });
  dispatcher.on("ping", [](const Json&) { return Json::object(); });
}

}  // namespace mcp
