#include "sandbox/exec_event.h"

#include <algorithm>

#include "sandbox/sys/path.h"

namespace sandbox {

std::vector<std::string> chain_of(const ExecEvent& event) {
  std::vector<std::string> chain;
  if (!event.images.empty()) chain.push_back(sys::base_name(event.images.front().called));
  for (const Ancestor* link = event.caller.get(); link != nullptr; link = link->parent.get())
    chain.push_back(link->name);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace sandbox
