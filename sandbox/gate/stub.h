#pragma once
/// The file of the program that stands in for one that was moved: stub_main.cc.

#include <sys/types.h>

#include "sandbox/sys/fd.h"

namespace sandbox {

/// Sealed, in memory: nobody can change it, and it needs no path where it is started.
class Stub {
 public:
  /// Throws SysError.
  Stub();
  [[nodiscard]] int fd() const { return file_.get(); }
  [[nodiscard]] bool is(dev_t device, ino_t inode) const { return device == device_ && inode == inode_; }

 private:
  sys::Fd file_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace sandbox
