#include "policy/rules_shape.h"

#include "config/profile.h"
#include "policy/event.h"

namespace policy {

using config::Key;
using config::Mapping;
using config::Shape;
using config::Spelling;

constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
constexpr Spelling::Form name_forms[] = {{.only = name_characters}};
constexpr Spelling name_spelling{name_forms, "a set's name is made of letters, digits, '.', '_' and '-'"};
constexpr Spelling id_spelling{
    name_forms, "an id is made of letters, digits, '.', '_' and '-', and does not begin with 'defaults.'",
    "defaults."};
constexpr Spelling::Form some_text[] = {{.beside = " \t\n"}};
constexpr Spelling text_spelling{some_text, "expected a text that is not empty"};

constexpr Shape id{.noun = "an id", .scalar = Shape::Scalar::text, .spelling = &id_spelling};
constexpr Spelling answered_spelling{
    name_forms, "what a grant answers is a rule's id, or that of a default: defaults.exec"};

constexpr Shape text{.noun = "a text", .scalar = Shape::Scalar::text, .spelling = &text_spelling};
constexpr Shape word{.noun = "a text", .scalar = Shape::Scalar::text};
constexpr Shape words{.noun = "a text or a list of texts", .scalar = Shape::Scalar::text, .item = &word};
constexpr Shape set_word{.noun = "a text", .scalar = Shape::Scalar::text, .has_sets = true};
constexpr Shape set{.noun = "a text or a list of texts",
                    .scalar = Shape::Scalar::text,
                    .has_sets = true,
                    .item = &set_word,
                    .if_empty = "an empty list matches nothing; leave the set out or fill the list"};
constexpr Shape version{.noun = "version 1, the only one that this gatehouse reads",
                        .scalar = Shape::Scalar::version};

constexpr std::string_view verdict_words[] = {"allow", "ask", "deny"};
constexpr Shape verdict_shape{
    .noun = "one of allow, ask, deny", .scalar = Shape::Scalar::word, .words = verdict_words};
constexpr std::string_view event_words[] = {"exec", "read", "write", "net"};
constexpr Shape event_shape{
    .noun = "one of exec, read, write, net", .scalar = Shape::Scalar::word, .words = event_words};

constexpr std::string_view granter_words[] = {"user", "system", "nobody"};
constexpr Shape granter_shape{
    .noun = "one of user, system, nobody", .scalar = Shape::Scalar::word, .words = granter_words};

constexpr Shape events{.noun = "one of exec, read, write, net, or a list of them",
                       .scalar = Shape::Scalar::word,
                       .words = event_words,
                       .item = &event_shape,
                       .if_empty = "an empty list of events: the rule would never be asked"};

constexpr Key example_keys[] = {
    {"command", &text, "the command line", Key::Need::yes},
    {"by", &words, "the command lines that lead to it, outermost first", Key::Need::yes}};
constexpr Mapping example_mapping{"example", example_keys};
constexpr Shape example{.noun = "a command line",
                        .scalar = Shape::Scalar::text,
                        .spelling = &text_spelling,
                        .map = &example_mapping};
constexpr Shape example_list{.noun = "a command line or a list of them",
                             .scalar = Shape::Scalar::text,
                             .spelling = &text_spelling,
                             .item = &example,
                             .map = &example_mapping};

constexpr Key rule_examples_keys[] = {{"match", &example_list, "the rule matches these"},
                                      {"no_match", &example_list, "the rule does not match these"}};
constexpr Mapping rule_examples_mapping{"rule_examples", rule_examples_keys};
constexpr Shape rule_examples{.noun = "a map", .map = &rule_examples_mapping};

constexpr Shape profile_examples{.noun = "a map of profiles and what runs in each", .value = &example_list};
constexpr Key file_examples_keys[] = {{"allow", &example_list, "all rules together allow these"},
                                      {"ask", &example_list, "all rules together ask about these"},
                                      {"deny", &example_list, "all rules together deny these"},
                                      {"profile", &profile_examples, "these run in that profile"}};
constexpr Mapping file_examples_mapping{"file_examples", file_examples_keys};
constexpr Shape file_examples{.noun = "a map", .map = &file_examples_mapping};

constexpr Key rule_keys[] = {
    {"id", &id, "what decisions call it; no other rule has it", Key::Need::yes},
    {"event", &events, "what it judges", Key::Need::yes},
    {.name = "on", .value = &events, .about = "as `event`", .same_as = "event"},
    {"when", &matchers_shape, "it matches where all keys of one of these maps hold; left out: always"},
    {"unless", &matchers_shape, "but not where all keys of one of these maps hold"},
    {"verdict", &verdict_shape, "the strictest of all rules that match counts", Key::Need::yes},
    {"reason",
     &text,
     "what whoever is refused is told",
     Key::Need::yes,
     {"verdict", "allow"},
     "the rule needs a reason: whoever is refused is told it"},
    {"suggest", &text, "what to do instead"},
    {"profile", &text, "the sandbox that the program runs in"},
    {"grant", &granter_shape, "whose grants may answer it where it asks; left out: the user's"},
    {"examples", &rule_examples, "run whenever the file is read"}};
constexpr Mapping rule_mapping{"rule", rule_keys, {}, "event"};
constexpr Shape rule{.noun = "a rule, which is a map", .map = &rule_mapping};
constexpr Shape rules{.noun = "a list of rules", .item = &rule};

constexpr std::string_view base_words[] = {"builtin:base"};
constexpr Shape base{.noun = "builtin:base", .scalar = Shape::Scalar::word, .words = base_words};
constexpr Shape bases{.noun = "builtin:base, or a list with it",
                      .scalar = Shape::Scalar::word,
                      .words = base_words,
                      .item = &base};

constexpr Key defaults_keys[] = {{"exec", &verdict_shape, "a program is about to start"},
                                 {"read", &verdict_shape, "a file is opened to be read"},
                                 {"write", &verdict_shape, "a file is opened to be written"},
                                 {"net", &verdict_shape, "a connection is made"}};
constexpr Mapping defaults_mapping{"defaults", defaults_keys};
constexpr Shape defaults{.noun = "a map", .map = &defaults_mapping};

constexpr Shape sets{.noun = "a map of lists", .value = &set, .names = &name_spelling};

constexpr Spelling::Form program_name_forms[] = {{.without = "/"}};
constexpr Spelling program_name{program_name_forms,
                                "a program's name has no '/'; where it lies is said by 'paths'"};
constexpr Shape programs{.noun = "a map of programs", .value = &program_shape, .names = &program_name};

constexpr Shape profiles{.noun = "a map of profiles", .value = &config::profile_shape};

constexpr Key delegated_keys[] = {{"event", &events, "what is delegated", Key::Need::yes},
                                  {"when", &matchers_shape, "as in a rule"},
                                  {"profiles", &words, "the profiles that may be named"}};
constexpr Mapping delegated_mapping{"delegated", delegated_keys, {}, "event"};
constexpr Shape delegated{.noun = "a map", .map = &delegated_mapping};
constexpr Shape delegated_list{.noun = "a list of what is delegated", .item = &delegated};
constexpr Key delegate_keys[] = {{"user", &delegated_list, "to the user's rules"},
                                 {"project", &delegated_list, "to a project's rules"},
                                 {"session", &delegated_list, "to a session's rules"}};
constexpr Mapping delegate_mapping{"delegate", delegate_keys};
constexpr Shape delegate{.noun = "a map", .map = &delegate_mapping};

constexpr Key exception_keys[] = {
    {"when", &matchers_shape, "one more `unless` of that rule", Key::Need::yes}};
constexpr Mapping exception_mapping{"exception", exception_keys};
constexpr Shape exception{.noun = "a map", .map = &exception_mapping};
constexpr Shape exceptions{.noun = "a map from a rule's id to {when: …}", .value = &exception};

constexpr Key version_key = {
    "version",      &version, "the file's format",
    Key::Need::yes, {},       "the file must say which format it has: add 'version: 1'"};

constexpr Key file_keys[] = {
    version_key,
    {"extends", &bases, "the rules that this file is laid over"},
    {"defaults", &defaults, "the verdict on what no rule decides; the strictest that a layer states counts"},
    {"sets", &sets, "lists by name, each of which \"@name\" stands for"},
    {"programs", &programs, "how programs read their words, and where they lie"},
    {"rules", &rules, "in any order"},
    {"profiles", &profiles, "sandboxes by name"},
    {"delegate", &delegate, "what the rules of a lower layer may allow"},
    {"except", &exceptions, "what rules of this layer or a lower one do not hold for"},
    {"examples", &file_examples, "run by `gatehouse policy test`"}};
constexpr Mapping file_mapping{"rules_file", file_keys};

constexpr Shape rules_file_shape{.noun = "a map", .map = &file_mapping};

constexpr Shape answered_id{
    .noun = "a rule's id", .scalar = Shape::Scalar::text, .spelling = &answered_spelling};
constexpr Shape answered{.noun = "a rule's id or a list of them",
                         .scalar = Shape::Scalar::text,
                         .spelling = &answered_spelling,
                         .item = &answered_id,
                         .if_empty = "an empty list answers nothing; name the rules that ask"};
constexpr Shape until{.noun = "a day or a time", .scalar = Shape::Scalar::instant};
constexpr Key grant_keys[] = {
    {"answers", &answered, "the rules whose ask becomes allow; defaults.exec where no rule decides",
     Key::Need::yes},
    {"when", &matchers_shape, "only where all keys of one of these maps hold, matched as an allow's"},
    {"until", &until, "in UTC: 2026-12-31, that day included, or 2026-12-31T18:00Z; left out: for good"},
    {"reason", &text, "why it is granted", Key::Need::yes}};
constexpr Mapping grant_mapping{
    .name = "grant",
    .keys = grant_keys,
    .always = {1U << static_cast<unsigned>(EventKind::exec), "event", event_words}};
constexpr Shape grant{.noun = "a grant, which is a map", .map = &grant_mapping};
constexpr Shape grants{.noun = "a list of grants", .item = &grant};
constexpr Key grants_file_keys[] = {version_key, {"grants", &grants, "answers to rules that ask"}};
constexpr Mapping grants_file_mapping{"grants_file", grants_file_keys};
constexpr Shape grants_file_shape{.noun = "a map", .map = &grants_file_mapping};

}  // namespace policy
