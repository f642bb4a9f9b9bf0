#pragma once

namespace policy {

/// How far a matcher goes where a program or a word can be taken in two ways. What makes a decision stricter
/// matches widely, what makes it laxer matches narrowly.
enum class Reach {
  wide,    ///< `deny` and `ask`: every name, copy and reading counts
  narrow,  ///< `allow` and `unless`: only what is certain counts
};

/// For what a matcher denies: "none of these" is narrow when these are taken widely.
constexpr Reach opposite(Reach reach) { return reach == Reach::wide ? Reach::narrow : Reach::wide; }

}  // namespace policy
