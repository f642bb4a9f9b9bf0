#include "policy/audit_record.h"

#include <nlohmann/json.hpp>

#include "policy/redact.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

using Json = nlohmann::ordered_json;

// A command line may have megabytes: the record keeps what identifies it.
constexpr std::size_t max_words = 256;
constexpr std::size_t max_word = 4096;

Json words_of(const std::vector<std::string>& argv, bool redact) {
  std::vector<std::string> kept(argv.begin(),
                                argv.begin() + static_cast<std::ptrdiff_t>(std::min(argv.size(), max_words)));
  for (std::string& word : kept)
    if (word.size() > max_word) word.resize(max_word);
  if (redact) kept = redacted(kept);
  Json words = Json::array();
  for (const std::string& word : kept) words.push_back(sys::visible(word));
  return words;
}

Json file_of(const sandbox::Image& image) {
  return {{"called", sys::visible(image.called)},
          {"path", sys::visible(image.file.path)},
          {"device", image.file.device},
          {"inode", image.file.inode},
          {"owner", image.file.owner},
          {"writable", image.file.writable}};
}

}  // namespace

Json audit_record(const sandbox::ExecEvent& event, const Decision& decision, const State& state,
                  const RecordContext& context) {
  Json record;
  record["turn"] = context.turn;
  record["pid"] = event.pid;
  record["parent"] = event.parent_pid;
  record["chain"] = words_of(chain_of(event), false);
  if (!event.images.empty()) {
    record["program"] = file_of(event.images.front());
    record["argv"] = words_of(event.images.front().argv, context.redact);
    if (event.images.front().argv.size() > max_words) record["argc"] = event.images.front().argv.size();
  }
  record["cwd"] = sys::visible(event.cwd);
  if (event.traced) record["traced"] = true;
  record["verdict"] = name_of(decision.verdict);
  record["rule"] = decision.rule;
  record["source"] = config::text_of(decision.source);
  if (!decision.profile.empty()) record["profile"] = decision.profile;
  record["mode"] = sandbox::name_of(state.mode);
  record["network"] = sandbox::name_of(state.network);
  record["tier"] = sandbox::name_of(state.tier);
  record["generation"] = state.generation;
  record["rules_generation"] = decision.rules_generation;
  return record;
}

}  // namespace policy
