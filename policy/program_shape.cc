#include "policy/rules_shape.h"

namespace policy {

using config::Key;
using config::Mapping;
using config::Shape;
using config::Spelling;

constexpr Spelling::Form option_forms[] = {{.prefix = "-"}};
constexpr Spelling option_name{option_forms, "an option's name begins with '-', as in \"--force\""};
constexpr Spelling::Form path_forms[] = {{.prefix = "/", .needs_more = false},
                                         {.prefix = "~/", .needs_more = false}};
constexpr Spelling path_spelling{path_forms, "a program lies at an absolute path or below ~/"};

constexpr Shape word{.noun = "a text", .scalar = Shape::Scalar::text};
constexpr Shape words{.noun = "a text or a list of texts", .scalar = Shape::Scalar::text, .item = &word};
constexpr Shape option{.noun = "an option's name", .scalar = Shape::Scalar::text, .spelling = &option_name};
constexpr Shape options{.noun = "an option's name or a list of them",
                        .scalar = Shape::Scalar::text,
                        .spelling = &option_name,
                        .item = &option};
constexpr Shape path{.noun = "a path", .scalar = Shape::Scalar::text, .spelling = &path_spelling};
constexpr Shape paths{.noun = "a path or a list of them",
                      .scalar = Shape::Scalar::text,
                      .spelling = &path_spelling,
                      .item = &path};
constexpr Shape truth{.noun = "true or false", .scalar = Shape::Scalar::boolean};
constexpr Shape place{
    .noun = "a number from 1 to 64", .scalar = Shape::Scalar::number, .least = 1, .most = 64};

constexpr std::string_view ok_words[] = {"ok"};
constexpr Shape ok{.noun = "ok", .scalar = Shape::Scalar::word, .words = ok_words};

constexpr Shape command{.noun = "a map", .map = &command_mapping};
constexpr Shape commands{.noun = "a map of commands", .value = &command};

constexpr Key value_options{"value_options", &options,
                            "take a value: the rest of their word, or the next one"};
constexpr Key attached_options{"attached_options", &options, "take only the rest of their word"};
constexpr Key flags{"flags", &options, "take no value"};
constexpr Key last_options{"last_options", &options, "what stands behind them is another program's"};
constexpr Key options_end_at{"options_end_at", &place,
                             "the number of the word behind which no options are read"};
constexpr Key early_options{"early_options", &truth, "options of its commands may stand in front of them"};
constexpr Key commands_key{"commands", &commands, "its commands, each with options of its own"};

constexpr Key command_keys[] = {value_options,
                                attached_options,
                                flags,
                                last_options,
                                options_end_at,
                                early_options,
                                commands_key,
                                {.name = "like",
                                 .value = &words,
                                 .about = "the command of the same program that reads its words alike",
                                 .if_with = "a command that is like another one has no other keys"}};

constexpr Mapping command_mapping{"command", command_keys};
constexpr std::string_view style_words[] = {"gnu", "single-dash", "words", "letters"};
constexpr Shape style_shape{
    .noun = "one of gnu, single-dash, words, letters", .scalar = Shape::Scalar::word, .words = style_words};

constexpr Key program_keys[] = {value_options,
                                attached_options,
                                flags,
                                last_options,
                                options_end_at,
                                early_options,
                                commands_key,
                                {"style", &style_shape, "how options look"},
                                {"like", &word, "the program that reads its words alike"},
                                {"paths", &paths, "where it lies besides the search path"},
                                {"runs", &words, "the programs that it is made of"},
                                {"writable", &ok, "it may lie where the sandbox writes"}};
constexpr Mapping program_mapping{"program", program_keys};

constexpr Shape program_shape{.noun = "a map", .map = &program_mapping};

}  // namespace policy
