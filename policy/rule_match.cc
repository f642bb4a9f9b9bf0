#include "policy/rule_match.h"

#include <algorithm>

namespace policy {
namespace {

/// `matches` answers for one matcher and reach.
template <class Matches>
bool applies_where(const Rule& rule, const Matches& matches) {
  const auto some = [&](const std::vector<Matcher>& matchers, Reach reach) {
    return std::any_of(matchers.begin(), matchers.end(),
                       [&](const Matcher& matcher) { return matches(matcher, reach); });
  };
  const Reach reach = rule.verdict == Verdict::allow ? Reach::narrow : Reach::wide;
  return (rule.when.empty() || some(rule.when, reach)) && !some(rule.unless, opposite(reach));
}

}  // namespace

bool applies(const Rule& rule, const std::vector<Face>& faces, const Scene& scene) {
  if (scene.event == nullptr) {
    return applies_where(rule,
                         [&](const Matcher& matcher, Reach reach) { return matches(matcher, scene, reach); });
  }
  if (rule.verdict != Verdict::allow) {
    return std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
      return applies_where(
          rule, [&](const Matcher& matcher, Reach reach) { return matches(matcher, face, scene, reach); });
    });
  }
  if (faces.empty() || !faces.front().is_asked()) return false;
  return applies_where(rule, [&](const Matcher& matcher, Reach reach) {
    if (reach == Reach::narrow) return matches(matcher, faces.front(), scene, reach);
    return std::any_of(faces.begin(), faces.end(),
                       [&](const Face& face) { return matches(matcher, face, scene, reach); });
  });
}

}  // namespace policy
