// SPDX-License-Identifier: MIT
#include "fs/recent_listings.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

namespace tensorfs {
namespace {

RecentListings::ListingPtr MakeListing(size_t name_bytes = 100) {
  auto listing = std::make_shared<DirListing>();
  listing->Add(std::string(name_bytes, 'x'), "", 1, S_IFREG);
  return listing;
}

TEST(RecentListings, FindsTheLatestOfADirectory) {
  RecentListings listings;
  EXPECT_EQ(listings.Find(7), nullptr);
  listings.Put(7, MakeListing());
  const auto latest = MakeListing();
  listings.Put(7, latest);
  listings.Put(8, MakeListing());
  EXPECT_EQ(listings.Find(7), latest);
}

TEST(RecentListings, ForgetsWhatWasReadToItsEnd) {
  RecentListings listings;
  listings.Put(7, MakeListing());
  listings.Drop(7);
  listings.Drop(7);
  EXPECT_EQ(listings.Find(7), nullptr);
}

TEST(RecentListings, ForgetsTheOldestWhenThereAreTooManyBytes) {
  RecentListings listings(/*limit_bytes=*/20'000);
  for (Inode directory = 1; directory <= 100; ++directory)
    listings.Put(directory, MakeListing(900));
  EXPECT_EQ(listings.Find(1), nullptr);
  EXPECT_NE(listings.Find(100), nullptr);
  EXPECT_NE(listings.Find(95), nullptr);
  EXPECT_EQ(listings.Find(80), nullptr);
}

TEST(RecentListings, KeepsTheLatestHoweverLarge) {
  RecentListings listings(/*limit_bytes=*/10);
  listings.Put(1, MakeListing());
  listings.Put(2, MakeListing());
  EXPECT_EQ(listings.Find(1), nullptr);
  EXPECT_NE(listings.Find(2), nullptr);
}

}  // namespace
}  // namespace tensorfs
