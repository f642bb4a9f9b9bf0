#pragma once
/// inotify(7) on directories and files that are held open: which names changed, and where to say so.

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "sandbox/sys/fd.h"

namespace sandbox {

class Watches {
 public:
  /// `name` is empty when it is the watched thing itself that changed; `left`: the name went away.
  using Handler = std::function<void(const std::string& name, bool left)>;

  Watches();  ///< throws SysError where the user has no inotify instance left

  /// Names that come and go in the directory. `key` tells this purpose from others for the same directory;
  /// the same purpose again replaces the handler. Handlers add no watches: they note what is to be looked at.
  void add_directory(int dir, const std::string& key, Handler handler);
  /// Writing to the file, by whatever name it is opened. A shared mapping writes unseen.
  void add_file(int file, const std::string& key, Handler handler);

  [[nodiscard]] bool has_events() const;
  /// Hands out one buffer of events. False: the queue overflowed, everything must be looked at.
  bool read();
  /// False: something could not be watched, for want of permission or of watches.
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] int fd() const { return inotify_.get(); }

 private:
  void add(int fd, std::uint32_t mask, const std::string& key, Handler handler);
  sys::Fd inotify_;
  std::map<int, std::map<std::string, Handler>> handlers_;
  bool complete_ = true;
};

}  // namespace sandbox
