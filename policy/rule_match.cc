#include "policy/rule_match.h"

#include <algorithm>

namespace policy {
namespace {

bool some(const std::vector<Matcher>& matchers, const Face& face, const Scene& scene, Reach reach) {
  return std::any_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& matcher) { return matches(matcher, face, scene, reach); });
}

bool is_meant(const Rule& rule, const Face& face, const Scene& scene, Reach reach) {
  return rule.when.empty() || some(rule.when, face, scene, reach);
}

}  // namespace

bool applies(const Rule& rule, const std::vector<Face>& faces, const Scene& scene) {
  if (rule.verdict != Verdict::allow) {
    return std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
      return is_meant(rule, face, scene, Reach::wide) && !some(rule.unless, face, scene, Reach::narrow);
    });
  }
  return !faces.empty() && faces.front().is_asked() && is_meant(rule, faces.front(), scene, Reach::narrow) &&
         std::none_of(faces.begin(), faces.end(),
                      [&](const Face& face) { return some(rule.unless, face, scene, Reach::wide); });
}

}  // namespace policy
