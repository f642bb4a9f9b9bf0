#pragma once
/// What a rules file and a grants file may hold: the one description of its keys, which they are read by and
/// their schemas made of.

#include "config/shape.h"

namespace policy {

extern const config::Shape rules_file_shape;
extern const config::Shape grants_file_shape;
/// `when` and `unless`.
extern const config::Shape matchers_shape;
extern const config::Shape program_shape;
/// One of its `commands`.
extern const config::Mapping command_mapping;

extern const config::Shape count_shape, port_shape;

// Words, in the order of the values that they stand for.
extern const config::Shape verdict_shape, event_shape, granter_shape, mode_shape, tool_shape, style_shape;

// What holds for the words of a set, too.
extern const config::Spelling option_spelling, program_spelling, file_spelling;

}  // namespace policy
