#pragma once
/// What a rules file may hold: the one description of its keys, which it is read by and its schema made of.

#include "config/shape.h"

namespace policy {

extern const config::Shape rules_file_shape;
/// `when` and `unless`.
extern const config::Shape matchers_shape;
extern const config::Shape program_shape;
/// One of its `commands`.
extern const config::Mapping command_mapping;

extern const config::Shape count_shape, port_shape;

// Words, in the order of the values that they stand for.
extern const config::Shape verdict_shape, event_shape, mode_shape, tool_shape, style_shape;

// What holds for the words of a set, too.
extern const config::Spelling option_spelling, program_spelling, file_spelling;

}  // namespace policy
