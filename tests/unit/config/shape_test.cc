#include "config/shape.h"

#include <doctest/doctest.h>

using namespace config;

namespace {

constexpr std::string_view colours[] = {"red", "blue"};
constexpr Shape colour{.noun = "a colour", .scalar = Shape::Scalar::word, .words = colours};
constexpr Spelling::Form name_forms[] = {{.prefix = "n", .without = "/"}};
constexpr Spelling name_spelling{name_forms, "a name begins with 'n'", "no"};
constexpr Shape name{.noun = "a name", .scalar = Shape::Scalar::text, .spelling = &name_spelling};
constexpr Shape names{.noun = "a name or a list of them",
                      .scalar = Shape::Scalar::text,
                      .spelling = &name_spelling,
                      .item = &name,
                      .most_items = 2,
                      .if_empty = "no names"};
constexpr Shape named{.noun = "a map of colours", .value = &colour, .names = &name_spelling};
constexpr Key paint_keys[] = {{"name", &names, "everybody's"},
                              {.name = "gloss", .value = &name, .about = "red's", .kinds = 1},
                              {.name = "matt", .value = &name, .about = "blue's", .kinds = 2}};
constexpr Mapping paint_mapping{"paint", paint_keys, "no paint"};
constexpr Shape paint{.noun = "a paint", .map = &paint_mapping};
constexpr Key wall_keys[] = {
    {"colour", &colour, "which", Key::Need::yes},
    {.name = "on", .value = &colour, .about = "colour", .same_as = "colour"},
    {"paint", &paint, "of that colour"},
    {"why", &name, "unless it is red", Key::Need::yes, {"colour", "red"}, "why not red?"},
    {"named", &named, "by name"},
    {.name = "bare", .value = &name, .about = "nothing else", .if_with = "bare is bare"}};
constexpr Mapping wall_mapping{"wall", wall_keys, {}, "colour"};
constexpr Shape wall{.noun = "a wall", .map = &wall_mapping};

std::string complaint(const std::string& text) {
  try {
    check(read_yaml(text, "f"), wall);
  } catch (const BadInput& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("what is of the shape is taken") {
  CHECK(complaint("{colour: red, paint: {gloss: nl, name: [na, nb]}, named: {nx: blue}}") == "");
  CHECK(complaint("{on: blue, why: nx, paint: {matt: nl, name: na}}") == "");
}

TEST_CASE("what is not of the shape is told at its place") {
  CHECK(complaint("[]") == "f:1:1: expected a wall, found a list");
  CHECK(complaint("{colour: bleu, why: nx}") == "f:1:10: unknown word 'bleu'; did you mean 'blue'?");
  CHECK(complaint("{colour: red, named: {x: red}}") == "f:1:23: a name begins with 'n'; found 'x'");
  CHECK(complaint("{colour: red, named: {nox: red}}") == "f:1:23: a name begins with 'n'; found 'nox'");
  CHECK(complaint("{colour: red, paint: {name: n}}") == "f:1:29: a name begins with 'n'; found 'n'");
  CHECK(complaint("{colour: red, paint: {name: n/a}}") == "f:1:29: a name begins with 'n'; found 'n/a'");
  CHECK(complaint("{colour: red, paint: {name: []}}") == "f:1:29: no names");
  CHECK(complaint("{colour: red, paint: {name: [na, nb, nc]}}") == "f:1:29: more than 2 of them");
  CHECK(complaint("{colour: red, paint: {}}") == "f:1:22: no paint");
  CHECK(complaint("{colour: red, paint: {name: {a: b}}}") ==
        "f:1:29: expected a name or a list of them, found a map");
}

TEST_CASE("a key that must stand there, or must not beside others, is told") {
  CHECK(complaint("{why: nx}") == "f:1:1: key 'colour' is missing");
  CHECK(complaint("{colour: blue}") == "f:1:1: why not red?");
  CHECK(complaint("{colour: red, on: red}") == "f:1:15: 'on' and 'colour' are the same key");
  CHECK(complaint("{colour: red, bare: nx}") == "f:1:21: bare is bare");
  CHECK(complaint("{true: red}") ==
        "f:1:2: unknown key 'true': a YAML 1.1 tool probably wrote it for 'on'; the key is 'colour'");
}

TEST_CASE("a key that is only for other kinds of maps is told with those that are for this one") {
  CHECK(complaint("{colour: blue, why: nx, paint: {gloss: nx}}") ==
        "f:1:33: unknown key 'gloss': colour blue has name, matt");
  CHECK(complaint("{on: red, paint: {nam: nx}}") ==
        "f:1:19: unknown key 'nam': colour red has name, gloss; did you mean 'name'?");
}
