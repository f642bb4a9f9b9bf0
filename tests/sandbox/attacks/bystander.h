#pragma once
/// The process outside that attacks on processes are about.

namespace attacks {

/// Prints where its secret and its number lie, NAME=VALUE by line, and an empty line; then "signal N" for
/// each signal, and the number, which is 1 when nobody changed it, for each line on standard input, until
/// that ends.
int stand_by(const char* token);

}  // namespace attacks
