#include "policy/decision.h"

namespace policy {

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow:
      return "allow";
    case Verdict::ask:
      return "ask";
    case Verdict::deny:
      return "deny";
  }
  return "";
}

}  // namespace policy
