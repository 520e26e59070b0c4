// SPDX-License-Identifier: MIT
#include "tools/path_selection.h"

#include <gtest/gtest.h>

namespace tensorfs {
namespace {

using Paths = std::vector<std::string>;

bool Chooses(const std::string& pattern, std::string_view path) {
  return PathSelection({pattern}).Chooses(path);
}

TEST(PathSelection, ASampleGoesByItsSourceAndByWhatItMayShowAs) {
  for (const char* pattern :
       {"a/x.jpg", "a/x.npy", "a/x.jpg.npy", "a/x.safetensors", "./a/x.jpg"}) {
    EXPECT_TRUE(Chooses(pattern, "a/x.jpg")) << pattern;
  }
  for (const char* pattern : {"a/x", "x.jpg", "a/x.png", "a/y.npy", "b/a/x.jpg", "a/x.jpg.png"}) {
    EXPECT_FALSE(Chooses(pattern, "a/x.jpg")) << pattern;
  }
}

TEST(PathSelection, ADirectoryIsAllBelowIt) {
  for (const char* pattern : {"a", "a/", "a/b", "a/b/", ".", "/"}) {
    EXPECT_TRUE(Chooses(pattern, "a/b/x.jpg")) << pattern;
  }
  EXPECT_FALSE(Chooses("a", "ab/x.jpg"));
  EXPECT_FALSE(Chooses("b", "a/b/x.jpg"));
}

TEST(PathSelection, APatternStandsForSlashesToo) {
  for (const char* pattern :
       {"*", "*.jpg", "a/*", "a*x.jpg", "*/b/*", "a/b/?.jpg", "a/b/[xy].npy", "*.npy"}) {
    EXPECT_TRUE(Chooses(pattern, "a/b/x.jpg")) << pattern;
  }
  for (const char* pattern : {"*.png", "?.jpg", "b/*", "a/b/[!x].jpg"}) {
    EXPECT_FALSE(Chooses(pattern, "a/b/x.jpg")) << pattern;
  }
}

TEST(PathSelection, ADotInADirectorysNameIsNoExtension) {
  EXPECT_TRUE(Chooses("v1.0/x.npy", "v1.0/x.jpg"));
  EXPECT_FALSE(Chooses("v1.npy", "v1.0/x"));
}

TEST(PathSelection, TellsWhatChoseNothing) {
  PathSelection selection({"a/*", "b/", "*.png"});
  EXPECT_TRUE(selection.Chooses("a/x.jpg"));
  EXPECT_FALSE(selection.Chooses("c/x.jpg"));
  EXPECT_EQ(selection.Unused(), (Paths{"b/", "*.png"}));
  EXPECT_TRUE(selection.Chooses("b/x.png"));
  EXPECT_EQ(selection.Unused(), Paths{});
}

TEST(PathSelection, NothingChoosesNothingAndAllChoosesAll) {
  EXPECT_FALSE(PathSelection(Paths{}).Chooses("a/x.jpg"));
  EXPECT_TRUE(PathSelection::All().Chooses("a/x.jpg"));
}

}  // namespace
}  // namespace tensorfs
