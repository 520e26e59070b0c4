// SPDX-License-Identifier: MIT
#include <filesystem>
#include <iostream>

#include "tools/tool.h"

int main(int argc, char** argv) {
  const tensorfs::Arguments arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  // mount(8) runs /sbin/mount.TYPE, a link to this program.
  const bool is_mount_helper =
      argc > 0 && std::filesystem::path(argv[0]).filename().string().starts_with("mount.");
  return is_mount_helper ? tensorfs::RunMountHelper(arguments, std::cout, std::cerr)
                         : tensorfs::RunTool(arguments, std::cout, std::cerr);
}
