#include "policy/compiled_rules.h"

#include <algorithm>
#include <map>
#include <utility>

#include "config/text.h"
#include "policy/examples.h"
#include "policy/matcher_reader.h"
#include "policy/rules_reader.h"

namespace policy {
namespace {

using config::BadInput;

std::size_t index_of(Layer layer) { return static_cast<std::size_t>(layer); }

template <class Visit>
void for_each_program_matcher(const std::vector<Matcher>& matchers, Visit visit) {
  for (const Matcher& matcher : matchers) {
    visit(matcher.program);
    for (const ProgramMatcher& parent : matcher.parent) visit(parent);
    for (const ProgramMatcher& ancestor : matcher.ancestor) visit(ancestor);
  }
}

Names program_names(const ProgramMatcher& matcher) {
  Names names;
  for (const ProgramPattern& pattern : matcher.programs)
    if (pattern.kind == ProgramPattern::Kind::name) names.insert(pattern.text);
  return names;
}

/// What a rule says about options is knowledge about the programs that it names.
void add_options(ProgramTable& table, const OptionsMatcher& options, const Names& programs) {
  for (const std::string& program : programs) {
    for (const auto* names : {&options.any, &options.none})
      for (const std::string& name : *names) table.add_named(program, name);
    for (const std::vector<std::string>& names : options.all)
      for (const std::string& name : names) table.add_named(program, name);
    for (const std::string& name : options.only.value_or(std::vector<std::string>()))
      table.add_named(program, name);
    for (const auto& [name, values] : options.values) table.add_value_option(program, name);
  }
  if (programs.empty())
    for (const auto& [name, values] : options.values) table.add_value_option_of_unknown(name);
}

/// `unless` speaks about the programs of `when` where it names none itself.
bool add_options(const std::vector<Matcher>& when, const std::vector<Matcher>& unless, ProgramTable& table) {
  Names meant;
  bool any = false;
  for (const Matcher& matcher : when) meant.merge(program_names(matcher.program));
  for (const auto* matchers : {&when, &unless}) {
    for_each_program_matcher(*matchers, [&](const ProgramMatcher& matcher) {
      if (!matcher.options) return;
      add_options(table, *matcher.options, matcher.programs.empty() ? meant : program_names(matcher));
      any = true;
    });
  }
  return any;
}

bool add_rule_options(const Rule& rule, ProgramTable& table) {
  return add_options(rule.when, rule.unless, table);
}

class Compiler {
 public:
  explicit Compiler(CompiledRules& compiled) : compiled_(compiled) {}

  void run(std::vector<Source>& sources) {
    std::stable_sort(sources.begin(), sources.end(),
                     [](const Source& one, const Source& other) { return one.layer < other.layer; });
    for (const Source& source : sources)
      source.holds == Source::Holds::rules ? add_source(source) : add_grants(source);
    add_missing_defaults();
    check_profiles();
    for (const RulesFile& file : files_) apply_exceptions(file);
    fill_programs();
    fill_grant_programs();
    for (const char* multicall : {"busybox", "toybox", "coreutils"}) compiled_.identity.add(multicall);
    for (RuleIndex::Number number = 0; number < compiled_.rules.size(); ++number) compiled_.take_in(number);
    for (const Delegation& delegation : compiled_.delegations) compiled_.look_at(delegation.when);
    for (const Grant& grant : compiled_.grants) compiled_.look_at(grant.when);
    compiled_.identity.finish();
  }

 private:
  void add_source(const Source& source) {
    RulesFile file = read_rules(source.document, source.layer, compiled_.surroundings, sets_);
    if (file.extends_base && !compiled_.base) add_base(source.layer);
    sets_ = file.sets;
    const config::Node* const profiles = config::find(source.document, "profiles");
    if (profiles != nullptr && source.layer <= Layer::user)
      for (Profile& profile : read_profiles(*profiles, sets_))
        compiled_.profiles.push_back(std::move(profile));
    add_file(std::move(file));
  }

  void add_grants(const Source& source) {
    for (Grant& grant : read_grants(source.document, source.layer, compiled_.surroundings))
      compiled_.grants.push_back(std::move(grant));
  }

  void add_base(Layer layer) {
    const BaseRules& base = compiled_.base.emplace(layer, compiled_.surroundings);
    compiled_.first_of_base = compiled_.rules.size();
    for (std::size_t number = 0; number < base.size(); ++number) add_rule(base.outline(number));
    for (const std::size_t number : base.urgent())
      compiled_.rules[compiled_.first_of_base + number] = base.read(number);
  }

  void add_rule(Rule rule) {
    const auto [first, is_new] = places_.emplace(rule.id, rule.place);
    if (!is_new)
      throw BadInput(rule.place, "rule '" + rule.id + "' is already at " + config::text_of(first->second));
    compiled_.rules.push_back(std::move(rule));
  }

  void add_file(RulesFile file) {
    for (Rule& rule : file.rules) add_rule(std::move(rule));
    for (std::size_t kind = 0; kind < event_kinds; ++kind) {
      auto& stated = compiled_.defaults[kind][index_of(file.layer)];
      const auto& said = file.defaults[kind];
      if (said && (!stated || stated->verdict < said->verdict)) stated = said;
    }
    for (const Delegation& delegation : file.delegations) compiled_.delegations.push_back(delegation);
    for (Promise& promise : file.promises) compiled_.promises.push_back(std::move(promise));
    files_.push_back(std::move(file));
  }

  void add_missing_defaults() {
    const config::Place nowhere{"builtin:defaults", 0, 0};
    for (std::size_t kind = 0; kind < event_kinds; ++kind) {
      auto& stated = compiled_.defaults[kind];
      const bool is_net = kind == static_cast<std::size_t>(EventKind::net);
      if (!stated[index_of(Layer::system)] && !stated[index_of(Layer::user)])
        stated[index_of(Layer::user)] = Default{is_net ? Verdict::deny : Verdict::allow, nowhere};
    }
  }

  void check_profiles() const {
    for (const Rule& rule : compiled_.rules)
      if (!rule.profile.empty())
        check_profile(rule.profile, Layer::session, rule.place, "rule '" + rule.id + "' names");
    // What a lower layer calls so is not what is delegated.
    for (const Delegation& delegation : compiled_.delegations)
      for (const std::string& profile : delegation.profiles)
        check_profile(profile, delegation.from, delegation.place, "this delegates");
  }

  /// It must be of that layer, or one above.
  void check_profile(const std::string& profile, Layer layer, const config::Place& place,
                     const std::string& who) const {
    std::vector<std::string> known = built_in_profiles;
    for (const RulesFile& file : files_)
      if (file.layer <= layer) known.insert(known.end(), file.profiles.begin(), file.profiles.end());
    if (std::find(known.begin(), known.end(), profile) != known.end()) return;
    throw BadInput(place, who + " the profile " + config::shown(profile) + ", which is nowhere" +
                              (layer == Layer::session ? "" : " in this layer or above") +
                              advice(profile, known));
  }

  static std::string advice(const std::string& word, const std::vector<std::string>& known) {
    const std::string near = config::nearest(word, known);
    return near.empty() ? "" : "; did you mean '" + near + "'?";
  }

  void apply_exceptions(const RulesFile& file) {
    for (const Exception& exception : file.exceptions) {
      Rule& rule = find_rule(exception);
      if (rule.is_outline())
        rule = compiled_.base->read(static_cast<std::size_t>(&rule - compiled_.rules.data()) -
                                    compiled_.first_of_base);
      if (file.layer > rule.layer)
        throw BadInput(exception.place,
                       "rule '" + rule.id + "' stands in a higher layer, which this file cannot relax");
      const Vocabulary vocabulary{&compiled_.surroundings, &file.sets};
      check_matchers(*exception.when, rule.events);
      for (Matcher& matcher : read_matchers(*exception.when, vocabulary))
        rule.unless.push_back(std::move(matcher));
    }
  }

  Rule& find_rule(const Exception& exception) {
    std::vector<std::string> ids;
    for (Rule& rule : compiled_.rules) {
      if (rule.id == exception.rule) return rule;
      ids.push_back(rule.id);
    }
    throw BadInput(exception.place,
                   "there is no rule " + config::shown(exception.rule) + advice(exception.rule, ids));
  }

  void fill_programs() {
    std::shared_ptr<ProgramTable> above = std::make_shared<ProgramTable>();
    for (std::size_t layer = 0; layer < layer_count; ++layer) {
      if (layer > 0 && !speaks(layer)) {
        compiled_.programs[layer] = above;
        continue;
      }
      auto table = std::make_shared<ProgramTable>(*above);
      // builtin:base will add to the table of its layer.
      bool changed = layer == 0 || (compiled_.base && index_of(compiled_.base->layer()) == layer);
      for (const RulesFile& file : files_)
        if (index_of(file.layer) == layer) changed = add_programs(file, *table) || changed;
      for (const Rule& rule : compiled_.rules)
        if (index_of(rule.layer) == layer) changed = add_rule_options(rule, *table) || changed;
      for (const Delegation& delegation : compiled_.delegations)
        if (index_of(delegation.from) == layer) changed = add_options(delegation.when, {}, *table) || changed;
      if (changed) {
        compiled_.distinct_programs.push_back(table.get());
        above = std::move(table);
      }
      compiled_.programs[layer] = above;
    }
  }

  void fill_grant_programs() {
    for (const Grant& grant : compiled_.grants) {
      auto& table = compiled_.grant_programs[index_of(grant.layer)];
      if (!table) table = std::make_shared<ProgramTable>(compiled_.programs_of(grant.layer));
      add_options(grant.when, {}, *table);
    }
  }

  [[nodiscard]] bool speaks(std::size_t layer) const {
    return std::any_of(files_.begin(), files_.end(),
                       [&](const RulesFile& file) { return index_of(file.layer) == layer; });
  }

  bool add_programs(const RulesFile& file, ProgramTable& table) {
    for (const ProgramEntry& entry : file.programs) {
      table.add(entry);
      compiled_.identity.add(entry.name);
      for (const std::string& path : entry.program.paths)
        compiled_.identity.declare(entry.name, path, entry.program.writable_ok, static_cast<int>(file.layer));
      if (entry.program.paths.empty() && entry.program.writable_ok)
        compiled_.identity.declare_found(entry.name, static_cast<int>(file.layer));
    }
    return !file.programs.empty();
  }

  CompiledRules& compiled_;
  std::vector<RulesFile> files_;
  Sets sets_;
  std::map<std::string, config::Place> places_;
};

void add_identities(const std::vector<Matcher>& matchers, Identity& identity) {
  for_each_program_matcher(matchers, [&](const ProgramMatcher& matcher) {
    for (const ProgramPattern& pattern : matcher.programs)
      if (!pattern.text.empty()) identity.add(pattern.text);
  });
}

}  // namespace

const Rule* CompiledRules::find_rule(std::string_view id) const {
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& each) { return each.id == id; });
  return rule == rules.end() ? nullptr : &*rule;
}

void CompiledRules::look_at(const std::vector<Matcher>& matchers) {
  add_identities(matchers, identity);
  for (const Matcher& matcher : matchers) reads_environment = reads_environment || matcher.env.has_value();
}

void CompiledRules::take_in(RuleIndex::Number number) {
  const Rule& rule = rules[number];
  look_at(rule.when);
  look_at(rule.unless);
  // Of a program that is moved, a little of its environment goes along.
  reads_environment = reads_environment || (rule.is_for(EventKind::exec) && !rule.profile.empty());
  if (rule.is_for(EventKind::exec)) index.add(number, rule);
  for (const EventKind kind : {EventKind::read, EventKind::write, EventKind::net})
    if (rule.is_for(kind)) targets[static_cast<std::size_t>(kind)].add(number, rule);
}

void CompiledRules::read_base(const std::vector<std::size_t>& numbers) {
  if (numbers.empty()) return;
  for (const std::size_t number : numbers) {
    Rule& rule = rules[first_of_base + number];
    if (!rule.is_outline()) continue;
    rule = base->read(number);
    learn_options(rule);
    take_in(static_cast<RuleIndex::Number>(first_of_base + number));
  }
  identity.finish();
}

void CompiledRules::learn_options(const Rule& rule) {
  ProgramTable* last = nullptr;
  for (std::size_t layer = index_of(rule.layer); layer < layer_count; ++layer) {
    ProgramTable* const table = programs[layer].get();
    if (table != last) add_rule_options(rule, *table);
    last = table;
    if (grant_programs[layer]) add_rule_options(rule, *grant_programs[layer]);
  }
}

void CompiledRules::prepare_for(const sandbox::ExecEvent& event) {
  if (base) read_base(base->met_by(event, identity));
}

void CompiledRules::prepare_for_other_events() {
  if (base) read_base(base->met_by_other_events());
}

void CompiledRules::read_all() {
  if (base) read_base(base->all());
}

CompiledRules compile_rules(std::vector<Source> sources, const Surroundings& surroundings) {
  CompiledRules compiled(surroundings);
  Compiler(compiled).run(sources);
  return compiled;
}

bool is_base(const Rule& rule) { return rule.place.file == base_name; }

std::vector<config::BadInput> run_examples(const CompiledRules& compiled) {
  const Examples examples(compiled.identity, compiled.surroundings);
  std::vector<config::BadInput> failures;
  for (const Rule& rule : compiled.rules)
    if (!is_base(rule)) examples.run(rule, compiled.programs_of(rule.layer), failures);
  return failures;
}

}  // namespace policy
