#include "policy/matcher.h"
#include "policy/rules_shape.h"

namespace policy {

using config::Key;
using config::Mapping;
using config::Shape;
using config::Spelling;

namespace {

constexpr unsigned bit(EventKind kind) { return 1U << static_cast<unsigned>(kind); }

constexpr std::string_view some = "an empty list matches nothing; leave the key out or fill the list";

/// Each is also a list of them.
constexpr Shape one_or_more(const Shape& one, std::string_view noun, std::string_view if_empty = some) {
  Shape more = one;
  more.noun = noun;
  more.item = &one;
  more.if_empty = if_empty;
  return more;
}

constexpr Key key(std::string_view name, const Shape* value, std::string_view about, unsigned kinds) {
  return {.name = name, .value = value, .about = about, .kinds = kinds};
}

}  // namespace

constexpr unsigned of_process = bit(EventKind::exec) | bit(EventKind::net);
constexpr unsigned of_file = bit(EventKind::read) | bit(EventKind::write);
constexpr unsigned of_net = bit(EventKind::net);

constexpr std::string_view some_key = "an empty map matches everything; leave the key out instead";

constexpr Spelling::Form option_forms[] = {{.prefix = "-", .without = "="}};
constexpr Spelling::Form program_forms[] = {{.without = "/"},
                                            {.prefix = "/", .needs_more = false},
                                            {.prefix = "~", .needs_more = false},
                                            {.prefix = "$", .needs_more = false},
                                            {.prefix = "**/", .needs_more = false}};

constexpr Spelling option_spelling = {
    option_forms,
    "an option's name begins with '-', as in \"--force\", and has no '='; its value is matched by options: "
    "{values: {…}}"};
constexpr Spelling program_spelling = {program_forms,
                                       "a program is a name, an absolute path, or a glob for either"};
constexpr Spelling::Form file_forms[] = {{}};
constexpr Spelling file_spelling{file_forms,
                                 "a glob for files is not empty, and a leading '!' negates nothing here: "
                                 "exceptions stand in 'unless', and "
                                 "a file whose name begins with it is written \\!",
                                 "!"};

constexpr Shape word{.noun = "a text", .scalar = Shape::Scalar::text, .has_sets = true};
constexpr Shape words = one_or_more(word, "a text or a list of texts");
constexpr Shape option{.noun = "an option's name",
                       .scalar = Shape::Scalar::text,
                       .spelling = &option_spelling,
                       .has_sets = true};
constexpr Shape options = one_or_more(option, "an option's name or a list of them");
constexpr Shape any_options = one_or_more(option, "an option's name or a list of them", "");
constexpr Shape option_lists = one_or_more(options, "options, or lists of them");
constexpr Shape option_values{.noun = "a map of options and their values",
                              .has_sets = true,
                              .value = &words,
                              .names = &option_spelling};
constexpr Shape program{
    .noun = "a program", .scalar = Shape::Scalar::text, .spelling = &program_spelling, .has_sets = true};
constexpr Shape programs = one_or_more(program, "a program or a list of them");
constexpr Shape file{
    .noun = "a glob for files", .scalar = Shape::Scalar::text, .spelling = &file_spelling, .has_sets = true};
constexpr Shape files = one_or_more(file, "a glob for files or a list of them");
constexpr Shape arguments = [] {
  Shape list = one_or_more(words, "a text, or a list of texts and of lists of texts");
  list.most_items = max_args;
  return list;
}();

constexpr Shape verbatim = [] {
  Shape list = one_or_more(words, "a text, or a list of texts and of lists of texts", "");
  list.most_items = max_args;
  return list;
}();

constexpr Shape count_shape{.noun = "a number or a range such as 1-3",
                            .scalar = Shape::Scalar::range,
                            .most = UINT32_MAX,
                            .has_sets = true};
constexpr Shape port_shape{.noun = "a port or a range such as 1-3",
                           .scalar = Shape::Scalar::range,
                           .least = 1,
                           .most = UINT16_MAX,
                           .has_sets = true};

constexpr Shape counts = one_or_more(count_shape, "a number, a range such as 1-3, or a list of them");
constexpr Shape ports = one_or_more(port_shape, "a port, a range such as 1-3, or a list of them");
constexpr Shape truth{.noun = "true or false", .scalar = Shape::Scalar::boolean};
constexpr Shape variables{.noun = "a map of names and their values", .has_sets = true, .value = &words};

constexpr Key options_keys[] = {
    {"any", &options, "one of these options is given"},
    {"all", &option_lists, "each of these options, of a list one, is given"},
    {"none", &options, "none of these options is given"},
    {"only", &any_options, "no other option is given"},
    {"values", &option_values, "the option is given with such a value, and with no other"}};
constexpr Mapping options_mapping{"options", options_keys, some_key};
constexpr Shape options_shape{.noun = "a map", .map = &options_mapping};

constexpr Key paths_keys[] = {{"any", &files, "one of the words names such a file"},
                              {"all", &files, "every word names such a file"},
                              {"none", &files, "no word names such a file"}};
constexpr Mapping paths_mapping{"paths", paths_keys, some_key};
constexpr Shape paths_shape{.noun = "a map", .map = &paths_mapping};

constexpr Key env_keys[] = {{"any", &words, "one of these variables is set"},
                            {"none", &words, "none of these variables is set"},
                            {"equals", &variables, "the variable has such a value"}};
constexpr Mapping env_mapping{"env", env_keys, some_key};
constexpr Shape env_shape{.noun = "a map", .map = &env_mapping};

constexpr Key program_key =
    key("program", &programs, "its name, absolute path, or a glob for either", of_process);
constexpr Key args_key =
    key("args", &arguments,
        "its first words that are no options, in order: each a glob, a list of them, or \"**\"", of_process);
constexpr Key options_key = key("options", &options_shape, "its options", of_process);

constexpr Key verbatim_key =
    key("verbatim", &verbatim, "all its words as they stand, options too, in the same way", of_process);

constexpr Key caller_keys[] = {program_key, args_key, options_key, verbatim_key};
constexpr Mapping caller_mapping{"caller", caller_keys, some_key};
constexpr Shape caller{.noun = "a map", .map = &caller_mapping};
constexpr Shape callers = one_or_more(caller, "a map or a list of maps");

constexpr std::string_view mode_words[] = {"read-only", "workspace-write", "danger-full-access"};
constexpr Shape mode_shape{.noun = "a mode", .scalar = Shape::Scalar::word, .words = mode_words};
constexpr std::string_view tool_words[] = {"shell",       "job",  "read", "write", "edit",
                                           "apply_patch", "find", "grep", "files", "history"};
constexpr Shape tool_shape{.noun = "a tool", .scalar = Shape::Scalar::word, .words = tool_words};

constexpr Shape modes = one_or_more(mode_shape, "a mode or a list of them");
constexpr Shape tools = one_or_more(tool_shape, "a tool or a list of them");

constexpr Key matcher_keys[] = {
    program_key,
    args_key,
    options_key,
    verbatim_key,
    key("paths", &paths_shape, "its words that are no options, as files", of_process),
    key("argc", &counts, "how many words that are no options it has", of_process),
    key("env", &env_shape, "its environment", of_process),
    key("cwd", &files, "the directory that it starts in", of_process),
    key("top", &truth, "it is started by the session itself, not by a program", of_process),
    key("parent", &callers, "the program that started it", of_process),
    key("ancestor", &callers, "a program above it, however far", of_process),
    key("writable_program", &truth, "the sandbox could have written its file", of_process),
    key("path", &files, "the file, by patterns as gitignore has them", of_file),
    {"mode", &modes, "the sandbox's mode"},
    {"tool", &tools, "the tool that is used"},
    key("host", &words, "a name, *.name, an address or a network", of_net),
    key("port", &ports, "the port, or a range of ports", of_net)};
constexpr Mapping matcher_mapping{"matcher", matcher_keys, some_key};
constexpr Shape matcher{.noun = "a map", .map = &matcher_mapping};

constexpr Shape matchers_shape = one_or_more(matcher, "a map or a list of maps");

}  // namespace policy
