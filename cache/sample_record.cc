// SPDX-License-Identifier: MIT
#include "cache/sample_record.h"

#include <algorithm>

#include "cache/little_endian.h"
#include "codec/hash.h"

namespace tensorfs {
namespace {

// Stored on disk: never change the values of existing entries.
constexpr uint32_t kSegmentMagic = 0x47534654;  // "TFSG"
constexpr uint32_t kRecordMagic = 0x52534654;   // "TFSR"
constexpr uint16_t kSegmentVersion = 1;
constexpr uint16_t kRecordVersion = 1;
constexpr uint16_t kCatalogVersion = 1;

// The fields that a record's header and a catalog value have in common.
constexpr size_t kFieldBytes = 64;
constexpr size_t kCheckedHeaderBytes = sizeof(RecordHeader) - sizeof(uint64_t);

std::string_view AsText(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void PutFields(const StoredSample& sample, LittleEndianWriter& out) {
  const StoredForm& form = sample.form;
  out.Put(static_cast<uint16_t>(form.form.stage));
  out.Put(static_cast<uint8_t>(form.form.encoding));
  out.Put(static_cast<uint8_t>(form.form.level));
  for (const int32_t number : {form.source_size.width, form.source_size.height, form.window.left,
                               form.window.top, form.window.right, form.window.bottom}) {
    out.Put(number);
  }
  out.Put(uint32_t{0});
  out.Put(form.stage_fingerprint);
  out.Put(sample.source.size_bytes);
  out.Put(sample.source.change_stamp);
  out.Put(sample.location.payload_bytes);
}

bool IsKnown(Encoding encoding) {
  switch (encoding) {
    case Encoding::kOriginal:
    case Encoding::kJpegCrop:
    case Encoding::kRaw:
    case Encoding::kZstd:
    case Encoding::kShuffleZstd:
    case Encoding::kPlanarZstd:
    case Encoding::kPng:
      return true;
  }
  return false;
}

// Returns whether the fields make sense.
bool TakeFields(LittleEndianReader& in, StoredSample& sample) {
  StoredForm& form = sample.form;
  form.form.stage = in.Take<uint16_t>();
  form.form.encoding = static_cast<Encoding>(in.Take<uint8_t>());
  form.form.level = in.Take<uint8_t>();
  for (int* number : {&form.source_size.width, &form.source_size.height, &form.window.left,
                      &form.window.top, &form.window.right, &form.window.bottom}) {
    *number = in.Take<int32_t>();
  }
  const auto reserved = in.Take<uint32_t>();
  form.stage_fingerprint = in.Take<uint64_t>();
  sample.source.size_bytes = in.Take<uint64_t>();
  sample.source.change_stamp = in.Take<int64_t>();
  sample.location.payload_bytes = in.Take<uint64_t>();
  return reserved == 0 && IsKnown(form.form.encoding);
}

// All of a header but its checksum.
std::array<uint8_t, kCheckedHeaderBytes> CheckedHeader(std::string_view key,
                                                       const StoredSample& sample) {
  std::array<uint8_t, kCheckedHeaderBytes> header;
  LittleEndianWriter out(header);
  out.Put(kRecordMagic);
  out.Put(kRecordVersion);
  out.Put(uint16_t{0});
  out.Put(Hash64(key));
  PutFields(sample, out);
  return header;
}

// The header's hash seeds the payload's, so one number guards both.
uint64_t Checksum(std::span<const uint8_t> checked_header, std::span<const uint8_t> payload) {
  return Hash64(AsText(payload), Hash64(AsText(checked_header)));
}

}  // namespace

SegmentHeader MakeSegmentHeader(uint32_t number) {
  SegmentHeader header;
  LittleEndianWriter out(header);
  out.Put(kSegmentMagic);
  out.Put(kSegmentVersion);
  out.Put(uint16_t{0});
  out.Put(number);
  out.Put(uint32_t{0});
  return header;
}

RecordHeader MakeRecordHeader(std::string_view key, const StoredSample& sample,
                              std::span<const uint8_t> payload) {
  const auto checked = CheckedHeader(key, sample);
  RecordHeader header;
  std::ranges::copy(checked, header.begin());
  LittleEndianWriter out(std::span<uint8_t>(header).subspan(kCheckedHeaderBytes));
  out.Put(Checksum(checked, payload));
  return header;
}

Result<void> CheckRecord(std::string_view key, const StoredSample& sample,
                         const RecordHeader& header, std::span<const uint8_t> payload) {
  const auto expected = CheckedHeader(key, sample);
  if (!std::ranges::equal(expected, std::span(header).first(kCheckedHeaderBytes))) {
    return Fail(ErrorCode::kCorrupt, "the record is another than the catalog names");
  }
  LittleEndianReader in(std::span<const uint8_t>(header).subspan(kCheckedHeaderBytes));
  if (in.Take<uint64_t>() != Checksum(expected, payload)) {
    return Fail(ErrorCode::kCorrupt, "the record's checksum is wrong");
  }
  return {};
}

CatalogValue EncodeCatalogValue(const StoredSample& sample) {
  static_assert(sizeof(CatalogValue) == 16 + kFieldBytes);
  CatalogValue value;
  LittleEndianWriter out(value);
  out.Put(kCatalogVersion);
  out.Put(uint16_t{0});
  out.Put(sample.location.segment);
  out.Put(sample.location.offset);
  PutFields(sample, out);
  return value;
}

std::optional<StoredSample> DecodeCatalogValue(std::string_view value) {
  if (value.size() != sizeof(CatalogValue)) return std::nullopt;
  LittleEndianReader in({reinterpret_cast<const uint8_t*>(value.data()), value.size()});
  if (in.Take<uint16_t>() != kCatalogVersion || in.Take<uint16_t>() != 0) return std::nullopt;
  StoredSample sample;
  sample.location.segment = in.Take<uint32_t>();
  sample.location.offset = in.Take<uint64_t>();
  if (!TakeFields(in, sample)) return std::nullopt;
  return sample;
}

}  // namespace tensorfs
