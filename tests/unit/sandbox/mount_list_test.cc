#include "sandbox/launcher/mount_list.h"

#include <doctest/doctest.h>
#include <sys/sysmacros.h>

using sandbox::read_mount_list;

TEST_CASE("mounts are read with number, device, plain path and whether they can be written") {
  const auto mounts = read_mount_list(
      "36 35 254:1 /root /mnt/a\\040b rw,noatime master:1 - ext4 /dev/root rw\n"
      "37 36 0:40 / /tmp\\134x ro,nosuid - tmpfs tmpfs rw\nnonsense\n38 36 0 / /y rw -\n");
  REQUIRE(mounts.size() == 2);
  CHECK(mounts[0].number == 36);
  CHECK(mounts[0].device == makedev(254, 1));
  CHECK(mounts[0].path == "/mnt/a b");
  CHECK(mounts[0].is_writable);
  CHECK(mounts[1].path == "/tmp\\x");
  CHECK_FALSE(mounts[1].is_writable);  // of the mount; that its file system can be is no matter
}

TEST_CASE("the mounts of this process have the root among them") {
  bool has_root = false;
  for (const sandbox::ListedMount& mount : sandbox::list_mounts()) has_root = has_root || mount.path == "/";
  CHECK(has_root);
}
