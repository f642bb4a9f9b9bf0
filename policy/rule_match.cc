#include "policy/rule_match.h"

#include <algorithm>

namespace policy {
namespace {

Reach reach_of(const Rule& rule) { return rule.verdict == Verdict::allow ? Reach::narrow : Reach::wide; }

/// `matches` answers for one matcher and reach.
template <class Matches>
bool applies_where(const Rule& rule, const Matches& matches) {
  const auto some = [&](const std::vector<Matcher>& matchers, Reach reach) {
    return std::any_of(matchers.begin(), matchers.end(),
                       [&](const Matcher& matcher) { return matches(matcher, reach); });
  };
  const Reach reach = reach_of(rule);
  return (rule.when.empty() || some(rule.when, reach)) && !some(rule.unless, opposite(reach));
}

/// `mismatch` answers for one matcher, face (or none) and reach: the one way to come to a decision, whether
/// or not somebody takes notes.
template <class MismatchOf>
bool applies_by(const Rule& rule, const std::vector<Face>& faces, const Scene& scene,
                const MismatchOf& mismatch) {
  const auto matches_face = [&](const Matcher& matcher, const Face* face, Reach reach) {
    return mismatch(matcher, face, reach) == Mismatch::none;
  };
  if (scene.event == nullptr) {
    return applies_where(
        rule, [&](const Matcher& matcher, Reach reach) { return matches_face(matcher, nullptr, reach); });
  }
  if (rule.verdict != Verdict::allow) {
    return std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
      return applies_where(
          rule, [&](const Matcher& matcher, Reach reach) { return matches_face(matcher, &face, reach); });
    });
  }
  if (faces.empty() || !faces.front().is_asked()) return false;
  return applies_where(rule, [&](const Matcher& matcher, Reach reach) {
    if (reach == Reach::narrow) return matches_face(matcher, &faces.front(), reach);
    return std::any_of(faces.begin(), faces.end(),
                       [&](const Face& face) { return matches_face(matcher, &face, reach); });
  });
}

Mismatch mismatch_with(const Matcher& matcher, const Face* face, const Scene& scene, Reach reach) {
  return face == nullptr ? mismatch_of(matcher, scene, reach) : mismatch_of(matcher, *face, scene, reach);
}

}  // namespace

bool applies(const Rule& rule, const std::vector<Face>& faces, const Scene& scene) {
  return applies_by(rule, faces, scene, [&](const Matcher& matcher, const Face* face, Reach reach) {
    return mismatch_with(matcher, face, scene, reach);
  });
}

bool hold_narrowly(const std::vector<Matcher>& when, const std::vector<Face>& faces, const Scene& scene) {
  const Face* face = nullptr;
  if (scene.event != nullptr) {
    if (faces.empty() || !faces.front().is_asked()) return false;
    face = &faces.front();
  }
  return when.empty() || std::any_of(when.begin(), when.end(), [&](const Matcher& matcher) {
           return mismatch_with(matcher, face, scene, Reach::narrow) == Mismatch::none;
         });
}

bool applies(const Rule& rule, const std::vector<Face>& faces, const Scene& scene, std::vector<Look>& looks) {
  return applies_by(rule, faces, scene, [&](const Matcher& matcher, const Face* face, Reach reach) {
    const Mismatch found = mismatch_with(matcher, face, scene, reach);
    looks.push_back({&matcher, face, reach != reach_of(rule), reach, found});
    return found;
  });
}

}  // namespace policy
