#include "policy/audit_record.h"

#include "policy/redact.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

// A command line may have megabytes: the record keeps what identifies it.
constexpr std::size_t max_words = 256;
constexpr std::size_t max_word = 4096;

std::vector<std::string> words_of(const std::vector<std::string>& argv, bool redact) {
  std::vector<std::string> kept(argv.begin(),
                                argv.begin() + static_cast<std::ptrdiff_t>(std::min(argv.size(), max_words)));
  for (std::string& word : kept)
    if (word.size() > max_word) word.resize(max_word);
  if (redact) kept = redacted(kept);
  for (std::string& word : kept) word = sys::visible(word);
  return kept;
}

JsonLine file_of(const sandbox::Image& image) {
  JsonLine file;
  file.add("called", sys::visible(image.called));
  file.add("path", sys::visible(image.file.path));
  file.add("device", image.file.device);
  file.add("inode", image.file.inode);
  file.add("owner", image.file.owner);
  file.add("writable", image.file.writable);
  return file;
}

std::vector<JsonLine> granted_of(const Decision& decision) {
  std::vector<JsonLine> all;
  for (const Granted& granted : decision.granted) {
    JsonLine& line = all.emplace_back();
    line.add("rule", granted.rule);
    line.add("source", sys::visible(config::text_of(granted.place)));
    line.add("reason", granted.reason);
  }
  return all;
}

void add_decision(JsonLine& record, const Decision& decision, const State& state) {
  record.add("verdict", name_of(decision.verdict));
  record.add("rule", decision.rule);
  record.add("source", config::text_of(decision.source));
  if (!decision.granted.empty()) record.add("granted", granted_of(decision));
  if (!decision.profile.empty()) record.add("profile", decision.profile);
  record.add("mode", sandbox::name_of(state.mode));
  record.add("network", sandbox::name_of(state.network));
  record.add("tier", sandbox::name_of(state.tier));
  record.add("generation", state.generation);
  record.add("rules_generation", decision.rules_generation);
}

}  // namespace

JsonLine audit_record(const sandbox::ExecEvent& event, const Decision& decision, const State& state,
                      const RecordContext& context) {
  JsonLine record;
  record.add("turn", context.turn);
  record.add("pid", event.pid);
  record.add("parent", context.parent);
  record.add("chain", words_of(chain_of(event), false));
  if (!event.images.empty()) {
    record.add("program", file_of(event.images.front()));
    record.add("argv", words_of(event.images.front().argv, context.redact));
    if (event.images.front().argv.size() > max_words) record.add("argc", event.images.front().argv.size());
  }
  record.add("cwd", sys::visible(event.cwd));
  if (event.traced) record.add("traced", true);
  add_decision(record, decision, state);
  return record;
}

JsonLine audit_record(const NetEvent& event, const std::vector<std::string>& addresses,
                      const Decision& decision, const State& state, const RecordContext& context) {
  JsonLine record;
  record.add("turn", context.turn);
  if (event.process) {
    record.add("pid", event.process->pid);
    record.add("parent", context.parent);
    record.add("chain", words_of(chain_of(*event.process), false));
    if (!event.process->images.empty()) record.add("program", file_of(event.process->images.front()));
  }
  record.add("host", sys::visible(event.host));
  record.add("addresses", addresses);
  record.add("port", event.port);
  add_decision(record, decision, state);
  return record;
}

JsonLine audit_record(const FileEvent& event, const Decision& decision, const State& state) {
  JsonLine record;
  record.add("access", name_of(event.kind));
  record.add("tool", event.tool);
  record.add("path", sys::visible(event.file.plain));
  if (event.file.real && *event.file.real != event.file.plain)
    record.add("real", sys::visible(*event.file.real));
  add_decision(record, decision, state);
  return record;
}

}  // namespace policy
