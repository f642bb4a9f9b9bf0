#include "sandbox/launcher/pins.h"

#include <algorithm>
#include <cerrno>

#include "sandbox/launcher/mount_api.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {

bool Pins::matter_to(const std::string& path) const {
  return std::any_of(tops_.begin(), tops_.end(), [&](const std::string& top) {
    return sys::is_within(path, top) || sys::is_within(top, path);
  });
}

std::vector<std::string> Pins::ancestors_of(const std::string& path) const {
  const std::string* outermost = nullptr;
  for (const std::string& top : tops_)
    if (sys::is_within(path, top) && (outermost == nullptr || top.size() < outermost->size()))
      outermost = &top;
  std::vector<std::string> ancestors;
  if (outermost == nullptr) return ancestors;
  std::size_t end = *outermost == "/" ? 0 : outermost->size();
  while ((end = path.find('/', end + 1)) != std::string::npos) ancestors.push_back(path.substr(0, end));
  return ancestors;
}

void Pins::pin(const std::string& directory, Pin& pin) {
  const sys::Fd place = try_place(directory);
  if (!place && is_out_of_reach(errno)) return;
  if (!place) throw sys::SysError(errno, "opening {}", directory);
  sys::Fd tree = copy_tree(place.get(), directory);
  pin.name = fmt::format("pin-{}", ++made_);
  attach(tree.get(), files_.make_directory(pin.name).get(), directory);
  pin.tree = std::move(tree);
  pin.over = files_.empty_directory();
  attach(pin.over.get(), pin.tree.get(), directory);
}

void Pins::add(const std::string& path) {
  for (const std::string& ancestor : ancestors_of(path)) {
    Pin& known = pins_[ancestor];
    ++known.count;
    if (!known.tree) pin(ancestor, known);
  }
}

void Pins::remove(const std::string& path) {
  for (const std::string& ancestor : ancestors_of(path)) {
    const auto found = pins_.find(ancestor);
    if (found == pins_.end() || --found->second.count > 0) continue;
    if (found->second.tree) {
      detach(found->second.over.get());
      detach(found->second.tree.get());
      files_.remove_directory(found->second.name);
    }
    pins_.erase(found);
  }
}

}  // namespace sandbox
