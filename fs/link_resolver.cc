// SPDX-License-Identifier: MIT
#include "fs/link_resolver.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <optional>
#include <string_view>

#include "fs/errno.h"
#include "fs/open_beneath.h"

namespace tensorfs {
namespace {

constexpr int kMaxLinks = 40;  // as the kernel's own limit

using Components = std::vector<std::string>;

Components Split(std::string_view path) {
  Components components;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0 && path.substr(0, slash) != ".") components.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return components;
}

std::string Join(const Components& components) {
  std::string path;
  for (const std::string& component : components) {
    if (!path.empty()) path += '/';
    path += component;
  }
  return path;
}

// What follows the root's name in an absolute target; nothing if it does not begin with it.
std::optional<std::string_view> BelowRoot(const SourceRoot& root, std::string_view target) {
  for (const std::string& name : root.names) {
    if (!target.starts_with(name)) continue;
    const std::string_view rest = target.substr(name.size());
    if (rest.empty() || rest.front() == '/') return rest;
  }
  return std::nullopt;
}

// The walk of one resolution: what has been passed, and, last component first, what is to come.
struct Walk {
  Components passed;
  Components pending;

  void Push(std::string_view path) {
    const Components components = Split(path);
    pending.insert(pending.end(), components.rbegin(), components.rend());
  }

  // Goes where a link in `passed` says; false if that is out of the root.
  bool Follow(const SourceRoot& root, std::string_view target) {
    if (!target.starts_with('/')) {
      Push(target);
      return true;
    }
    const std::optional<std::string_view> below = BelowRoot(root, target);
    if (!below) return false;
    passed.clear();
    Push(*below);
    return true;
  }
};

// The target of the link at `path`; nothing if that is no link.
Result<std::optional<std::string>> LinkAt(const SourceRoot& root, const Components& directory,
                                          const std::string& name) {
  const UniqueFd fd = OpenBeneath(root.fd, Join(directory), O_PATH | O_DIRECTORY);
  if (!fd.valid()) return FailWithErrno(Join(directory), errno);
  Result<std::string> target = ReadLinkAt(fd.get(), name);
  if (target) return std::move(*target);
  if (target.error().code == ErrorCode::kInvalidArgument) return std::nullopt;
  return tl::unexpected(std::move(target.error()));
}

}  // namespace

Result<std::string> ReadLinkAt(int directory_fd, const std::string& name) {
  std::array<char, PATH_MAX> target;
  const ssize_t length = readlinkat(directory_fd, name.c_str(), target.data(), target.size());
  if (length >= 0) return std::string(target.data(), static_cast<size_t>(length));
  if (errno == EINVAL) return Fail(ErrorCode::kInvalidArgument, name + ": not a symbolic link");
  return FailWithErrno(name, errno);
}

Result<LinkTarget> ResolveLink(const SourceRoot& root, const std::string& directory,
                               const std::string& name) {
  Walk walk{.passed = Split(directory), .pending = {name}};
  int links = 0;
  bool reachable = true;  // once it is false, the walk goes on by names alone: may they leave?
  while (!walk.pending.empty()) {
    const std::string component = std::move(walk.pending.back());
    walk.pending.pop_back();
    if (component == "..") {
      if (walk.passed.empty()) return LinkTarget{LinkTarget::Kind::kOutside, ""};
      walk.passed.pop_back();
      continue;
    }
    const Result<std::optional<std::string>> target = LinkAt(root, walk.passed, component);
    if (!target && target.error().code == ErrorCode::kIo) return tl::unexpected(target.error());
    if (!target) reachable = false;
    if (!target || !*target) {
      walk.passed.push_back(component);
      continue;
    }
    if (++links > kMaxLinks) return LinkTarget{LinkTarget::Kind::kNowhere, ""};
    if (!walk.Follow(root, **target)) return LinkTarget{LinkTarget::Kind::kOutside, ""};
  }
  if (!reachable) return LinkTarget{LinkTarget::Kind::kNowhere, ""};
  return LinkTarget{LinkTarget::Kind::kInside, Join(walk.passed)};
}

std::string PresentTarget(const SourceRoot& root, const std::string& directory,
                          const std::string& target) {
  if (!target.starts_with('/')) return target;
  std::string relative;
  for (size_t depth = Split(directory).size(); depth > 0; --depth) relative += "../";
  relative += Join(Split(BelowRoot(root, target).value_or("")));
  if (relative.ends_with('/')) relative.pop_back();
  return relative.empty() ? "." : relative;
}

}  // namespace tensorfs
