#pragma once

#include <vector>

#include "policy/rule.h"

namespace policy {

/// Whether the rule speaks about this event. `scene.programs` and `scene.layer` are those of the rule. A deny
/// or ask looks at every face; where one face satisfies `when` and not `unless`, the rule matches. An allow
/// looks at what was asked for only. Where `scene.event` is none there are no faces.
bool applies(const Rule& rule, const std::vector<Face>& faces, const Scene& scene);

/// Whether one of the matchers holds, or there is none: narrowly, as those of an allow.
bool hold_narrowly(const std::vector<Matcher>& when, const std::vector<Face>& faces, const Scene& scene);

/// A matcher of a rule, held against a face.
struct Look {
  const Matcher* matcher = nullptr;
  const Face* face = nullptr;  ///< none: no process is known
  bool is_unless = false;
  Reach reach = Reach::wide;
  Mismatch mismatch = Mismatch::none;
};
/// The same, and how it came to it: what was looked at, in that order.
bool applies(const Rule& rule, const std::vector<Face>& faces, const Scene& scene, std::vector<Look>& looks);

}  // namespace policy
