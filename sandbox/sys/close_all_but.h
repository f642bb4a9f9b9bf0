#pragma once

#include <vector>

namespace sys {

/// Closes every descriptor but these and the standard ones.
void close_all_but(std::vector<int> kept);

}  // namespace sys
