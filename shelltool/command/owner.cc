#include "shelltool/command/owner.h"

#include "sandbox/gate/outer.h"
#include "sandbox/sys/error.h"

namespace shelltool {

void require_owner(std::string_view what) {
  if (sandbox::call_outer())
    throw sys::Error(sys::Kind::denied, "this runs in a gatehouse's sandbox, from which {}", what);
}

}  // namespace shelltool
