// SPDX-License-Identifier: MIT
#include "fs/sample_fs.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <ctime>
#include <mutex>
#include <optional>
#include <ranges>
#include <utility>

#include "codec/hash.h"
#include "fs/directory_probe.h"
#include "fs/directory_suffixes.h"
#include "fs/memory_budget.h"
#include "fs/node_table.h"
#include "fs/presented_directory.h"
#include "fs/printable.h"
#include "fs/read_fully.h"
#include "fs/sample_names.h"
#include "fs/sample_picker.h"
#include "fs/sample_reader.h"
#include "fs/sample_source.h"
#include "fs/source_stamp.h"
#include "fs/source_tree.h"
#include "fs/tensor_maker.h"

namespace tensorfs {
namespace {

using Clock = NodeTable::Clock;

constexpr std::string_view kXattrPrefix = "user.tensorfs.";
constexpr int kBlockBytes = 4096;
constexpr int kStatBlockBytes = 512;  // the unit of st_blocks
constexpr mode_t kWriteBits = 0222;

// At most 30 years.
Clock::duration ToDuration(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(std::min(seconds, 1e9)));
}

std::string_view LastComponent(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

Result<SampleNames> NamesFor(const ViewOptions& view) {
  if (view.names == NamesMode::kKeep) return SampleNames::Keep(view.extensions);
  return SampleNames::Replace(view.extensions, NameOf(view.format));
}

// Whether it can name an entry of a directory; the rest would lead elsewhere.
bool IsEntryName(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

// What decides the bytes of a presented file beside its source.
uint64_t CacheFingerprint(const Pipeline& pipeline, TensorFileFormat format) {
  return Hash64(pipeline.ToString() + "|" + std::string(NameOf(format)));
}

std::string JoinPath(const std::string& directory, std::string_view name) {
  return directory.empty() ? std::string(name) : directory + "/" + std::string(name);
}

// The source's attributes as those of the read-only entry that shows it.
struct stat Presented(struct stat attributes, Inode inode, uint64_t size_bytes) {
  attributes.st_ino = inode;
  // A link's own bits mean nothing; programs that copy links compare them with 0777.
  if (!S_ISLNK(attributes.st_mode)) attributes.st_mode &= ~kWriteBits;
  attributes.st_blksize = kBlockBytes;
  if (!S_ISDIR(attributes.st_mode)) {
    attributes.st_nlink = 1;
    attributes.st_size = static_cast<off_t>(size_bytes);
  }
  if (S_ISREG(attributes.st_mode)) {
    attributes.st_blocks =
        static_cast<blkcnt_t>((size_bytes + kStatBlockBytes - 1) / kStatBlockBytes);
  }
  return attributes;
}

Result<ReadReply> ReadPassThrough(const SourceFile& file, uint64_t offset, size_t size) {
  const uint64_t file_bytes = static_cast<uint64_t>(file.attr.st_size);
  const uint64_t begin = std::min(offset, file_bytes);
  const size_t length = static_cast<size_t>(std::min<uint64_t>(size, file_bytes - begin));
  const auto data = std::make_shared_for_overwrite<uint8_t[]>(length);
  const Result<size_t> read = ReadUpTo(file.fd.get(), begin, {data.get(), length});
  if (!read) return tl::unexpected(read.error());
  return ReadReply{.bytes = {data.get(), *read}, .owner = data};
}

}  // namespace

struct SampleFs::Impl {
  Impl(SourceTree source_tree, SampleNames sample_names, ViewOptions view, ServeOptions serve,
       ReadStats* read_stats)
      : source(std::move(source_tree)),
        names(std::move(sample_names)),
        root_xattrs(std::move(view.root_xattrs)),
        stats(read_stats),
        meters(serve.meters),
        source_trust(ToDuration(serve.source_trust_s)),
        budget(serve.tensor_budget_bytes) {}

  Result<std::string> PathOf(Inode inode) const;
  bool IsSample(std::string_view path, const struct stat& attributes) const;
  std::optional<uint64_t> KnownSampleBytes(Inode inode, uint64_t source_stamp) const;
  uint64_t SampleBytes(Inode inode, const std::string& path, const struct stat& attributes);
  Result<void> AddSamples(Inode inode, const std::string& path, std::vector<Inode>* samples);
  struct stat Show(Inode inode, const std::string& path, const struct stat& attributes,
                   Clock::time_point seen);
  Result<ReadReply> Read(Inode inode, uint64_t offset, size_t size);
  Result<ReadReply> ReadBelieved(const SampleAddress& sample, uint64_t offset, size_t size);
  Result<ReadReply> ReadSample(const SampleAddress& sample, SampleSource source,
                               std::optional<uint64_t> known_bytes, uint64_t offset, size_t size);
  bool HasAnotherSizeNow(Inode inode, const SourceFile& file) const;
  Result<std::string> SampleXattr(Inode inode, const std::string& path,
                                  const struct stat& attributes, std::string_view name);

  const SourceTree source;
  const SampleNames names;
  const std::map<std::string, std::string> root_xattrs;
  ReadStats* const stats;
  const ReadMeters meters;
  const Clock::duration source_trust;
  NodeTable nodes;
  DirectorySuffixes suffixes;
  MemoryBudget budget;
  std::unique_ptr<TensorMaker> maker;
  const DerivedView nothing_derived;
  std::optional<SampleLoader> loader;
  std::optional<SampleReader> reader;
  std::once_flag outside_link_told;
};

Result<std::string> SampleFs::Impl::PathOf(Inode inode) const {
  std::optional<std::string> path = nodes.PathOf(inode);
  if (!path) return Fail(ErrorCode::kNotFound, "inode " + std::to_string(inode) + ": unknown");
  return std::move(*path);
}

bool SampleFs::Impl::IsSample(std::string_view path, const struct stat& attributes) const {
  return S_ISREG(attributes.st_mode) && names.IsSample(LastComponent(path));
}

std::optional<uint64_t> SampleFs::Impl::KnownSampleBytes(Inode inode, uint64_t source_stamp) const {
  if (maker->FixedFileBytes()) return maker->FixedFileBytes();
  return nodes.SizeOf(inode, source_stamp);
}

// Exact, unless the header cannot be read: then a number that makes a reader come and learn why.
uint64_t SampleFs::Impl::SampleBytes(Inode inode, const std::string& path,
                                     const struct stat& attributes) {
  if (const auto known = KnownSampleBytes(inode, SourceStamp(attributes))) return *known;
  const Clock::time_point seen = Clock::now();
  const Result<SourceFile> file = source.OpenFile(path);
  const Result<uint64_t> bytes = file ? maker->FileBytesOf(*file) : tl::unexpected(file.error());
  if (!bytes) return std::max<uint64_t>(1, static_cast<uint64_t>(attributes.st_size));
  const SourceState state = StateOf(file->attr);
  nodes.NoteSource(inode, state, seen);
  nodes.RememberSize(inode, state.stamp, *bytes);
  return *bytes;
}

// `attributes` were those of the source at `seen` or later.
struct stat SampleFs::Impl::Show(Inode inode, const std::string& path,
                                 const struct stat& attributes, Clock::time_point seen) {
  uint64_t size_bytes = static_cast<uint64_t>(attributes.st_size);
  if (IsSample(path, attributes)) {
    nodes.NoteSource(inode, StateOf(attributes), seen);
    size_bytes = SampleBytes(inode, path, attributes);
  } else if (S_ISLNK(attributes.st_mode)) {
    if (const Result<std::string> target = source.ReadLink(path)) size_bytes = target->size();
  }
  return Presented(attributes, inode, size_bytes);
}

// Whether the kernel was told the size of another version. It cuts what it reads to that size, so a
// reader would get part of this one.
bool SampleFs::Impl::HasAnotherSizeNow(Inode inode, const SourceFile& file) const {
  const std::optional<uint64_t> told_bytes = nodes.LastSizeOf(inode);
  if (!told_bytes) return false;
  const Result<uint64_t> bytes = maker->FileBytesOf(file);
  return bytes && *bytes != *told_bytes;
}

Result<ReadReply> SampleFs::Impl::Read(Inode inode, uint64_t offset, size_t size) {
  Result<std::string> path = PathOf(inode);
  if (!path) return tl::unexpected(path.error());
  const SampleAddress sample{.inode = inode, .path = *std::move(path)};
  Result<ReadReply> believed = ReadBelieved(sample, offset, size);
  if (believed || believed.error().code != ErrorCode::kStale) return believed;

  const Clock::time_point seen = Clock::now();
  Result<SourceFile> file = reader->OpenSource(sample.path);
  if (!file) return tl::unexpected(file.error());
  if (!IsSample(sample.path, file->attr)) return ReadPassThrough(*file, offset, size);
  nodes.NoteSource(inode, StateOf(file->attr), seen);
  const std::optional<uint64_t> known_bytes = KnownSampleBytes(inode, SourceStamp(file->attr));
  if (!known_bytes && HasAnotherSizeNow(inode, *file)) {
    return Fail(ErrorCode::kStale, Printable(sample.path) + ": changed since its size was asked");
  }
  return ReadSample(sample, SampleSource(*std::move(file)), known_bytes, offset, size);
}

// Without a look at the source, if that was seen a short while ago. Errors: also kStale: it has to
// be looked at.
Result<ReadReply> SampleFs::Impl::ReadBelieved(const SampleAddress& sample, uint64_t offset,
                                               size_t size) {
  std::optional<SourceState> believed;
  if (source_trust > Clock::duration::zero()) {
    believed = nodes.BelievedSource(sample.inode, Clock::now() - source_trust);
  }
  std::optional<uint64_t> known_bytes;
  if (believed) known_bytes = KnownSampleBytes(sample.inode, believed->stamp);
  if (!known_bytes) return Fail(ErrorCode::kStale, "not seen lately");
  return ReadSample(sample, SampleSource(&source, sample.path, *believed), known_bytes, offset,
                    size);
}

Result<ReadReply> SampleFs::Impl::ReadSample(const SampleAddress& sample, SampleSource from,
                                             std::optional<uint64_t> known_bytes, uint64_t offset,
                                             size_t size) {
  // A reader that makes sure of the end of a file must not have it made again.
  if (size == 0 || (known_bytes && offset >= *known_bytes)) return ReadReply{};
  ReadMeter::Reading request(meters.requests);
  Result<ReadReply> reply = reader->Read(sample, std::move(from), offset, size);
  if (reply) request.Count(reply->bytes.size());
  return reply;
}

Result<std::string> SampleFs::Impl::SampleXattr(Inode inode, const std::string& path,
                                                const struct stat& attributes,
                                                std::string_view name) {
  if (name == "source") return path;
  const auto kept = loader->FindKept(path, VersionOf(attributes));
  if (name == "form") return ToString(kept ? kept->form.form : Form(), maker->pipeline());
  if (name == "stored_bytes") {
    return std::to_string(kept ? kept->location.payload_bytes
                               : static_cast<uint64_t>(attributes.st_size));
  }
  if (name == "error") {
    if (const auto cause = reader->LastError(inode)) return *cause;
  }
  if (name == "spec") {
    const Result<SourceFile> file = source.OpenFile(path);
    if (!file) return tl::unexpected(file.error());
    const Result<TensorSpec> spec = maker->SpecOf(*file);
    if (spec) return spec->ToString();
  }
  return Fail(ErrorCode::kNotFound, path + ": no attribute " + std::string(name));
}

SampleFs::SampleFs(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SampleFs::~SampleFs() = default;

Result<std::unique_ptr<SampleFs>> SampleFs::Create(const std::string& source, ViewOptions view,
                                                   ServeOptions serve, ReadStats* stats,
                                                   const DerivedView* derived) {
  Result<SourceTree> tree = SourceTree::Open(source, view.follow_outside_links);
  if (!tree) return tl::unexpected(tree.error());
  Result<SampleNames> names = NamesFor(view);
  if (!names) return tl::unexpected(names.error());
  Pipeline pipeline = std::move(view.pipeline);
  const TensorFileFormat format = view.format;
  auto impl =
      std::make_unique<Impl>(std::move(*tree), std::move(*names), std::move(view), serve, stats);
  auto maker = TensorMaker::Create(std::move(pipeline), format, serve.decode_threads, &impl->budget,
                                   serve.meters.source);
  if (!maker) return tl::unexpected(maker.error());
  impl->maker = std::move(*maker);
  impl->loader.emplace(impl->maker.get(), &impl->budget,
                       derived != nullptr ? derived : &impl->nothing_derived,
                       CacheFingerprint(impl->maker->pipeline(), format), serve.meters);
  impl->reader.emplace(&impl->source, &*impl->loader, &impl->budget, stats);
  return std::unique_ptr<SampleFs>(new SampleFs(std::move(impl)));
}

Result<struct stat> SampleFs::Lookup(Inode parent, std::string_view name) {
  const Result<std::string> parent_path = impl_->PathOf(parent);
  if (!parent_path) return tl::unexpected(parent_path.error());
  if (!IsEntryName(name)) return Fail(ErrorCode::kNotFound, "not the name of an entry");
  const Clock::time_point seen = Clock::now();
  const Result<SourceDir> directory = impl_->source.OpenDir(*parent_path);
  if (!directory) return tl::unexpected(directory.error());

  const Result<struct stat> directory_attributes = directory->StatSelf();
  if (!directory_attributes) return tl::unexpected(directory_attributes.error());
  DirectoryProbe probe(&*directory, &impl_->names,
                       impl_->suffixes.Find(parent, *directory_attributes));
  const Result<std::optional<std::string>> found =
      impl_->names.FindSource(name, [&](const std::string& candidate) { return probe(candidate); });
  if (!found) return tl::unexpected(found.error());
  if (!*found) return Fail(ErrorCode::kNotFound, JoinPath(*parent_path, name) + ": no such file");
  const std::string& source_name = **found;
  const Inode inode = impl_->nodes.Insert(parent, source_name);
  return impl_->Show(inode, JoinPath(*parent_path, source_name), probe.AttributesOf(source_name),
                     seen);
}

Result<struct stat> SampleFs::GetAttr(Inode inode) {
  const Result<std::string> path = impl_->PathOf(inode);
  if (!path) return tl::unexpected(path.error());
  const Clock::time_point seen = Clock::now();
  const Result<struct stat> attributes = impl_->source.Stat(*path);
  if (!attributes) return tl::unexpected(attributes.error());
  return impl_->Show(inode, *path, *attributes, seen);
}

Result<std::unique_ptr<const DirListing>> SampleFs::ListDir(Inode inode) {
  const Result<std::string> path = impl_->PathOf(inode);
  if (!path) return tl::unexpected(path.error());
  const Result<SourceDir> directory = impl_->source.OpenDir(*path);
  if (!directory) return tl::unexpected(directory.error());
  const time_t now = time(nullptr);
  const Result<struct stat> attributes = directory->StatSelf();
  if (!attributes) return tl::unexpected(attributes.error());
  Result<PresentedDirectory> presented = PresentDirectory(*directory, inode, impl_->names);
  if (!presented) return tl::unexpected(presented.error());
  impl_->suffixes.Remember(inode, *attributes, now, presented->suffixes);
  return std::move(presented->listing);
}

Result<std::string> SampleFs::ReadLink(Inode inode) {
  const Result<std::string> path = impl_->PathOf(inode);
  if (!path) return tl::unexpected(path.error());
  Result<std::string> target = impl_->source.ReadLink(*path);
  if (!target && target.error().code == ErrorCode::kPermission) {
    std::call_once(impl_->outside_link_told, [&] {
      spdlog::warn("{}; such links are refused unless they are allowed (this is told once)",
                   target.error().message);
    });
  }
  return target;
}

Result<ReadReply> SampleFs::Read(Inode inode, uint64_t offset, size_t size) {
  Result<ReadReply> reply = impl_->Read(inode, offset, size);
  impl_->stats->CountReply(reply ? reply->bytes.size() : 0);
  return reply;
}

Result<SampleLoader::Warmed> SampleFs::Warm(Inode sample) {
  const Result<std::string> path = impl_->PathOf(sample);
  if (!path) return tl::unexpected(path.error());
  Result<SourceFile> file = impl_->source.OpenFile(*path);
  if (!file) return tl::unexpected(file.error());
  return impl_->reader->Warm({.inode = sample, .path = *path}, SampleSource(*std::move(file)));
}

Result<SampleLoader::Comparison> SampleFs::Compare(const std::string& source_path) const {
  Result<SourceFile> file = impl_->reader->OpenSource(source_path);
  if (!file) return tl::unexpected(file.error());
  const auto compared = impl_->reader->Compare({.inode = 0, .path = source_path}, std::move(*file));
  if (!compared) return Fail(Printable(source_path), compared.error());
  return compared;
}

Result<std::string> SampleFs::CachedNpy(const std::string& source_path) const {
  const Result<SourceFile> file = impl_->source.OpenFile(source_path);
  if (!file) return tl::unexpected(file.error());
  Result<std::string> npy = impl_->loader->CachedNpy(source_path, *file);
  if (!npy) return Fail(Printable(source_path), npy.error());
  return npy;
}

Result<std::string> SampleFs::GetXattr(Inode inode, std::string_view name) {
  const auto absent = Fail(ErrorCode::kNotFound, "no attribute " + std::string(name));
  // Programs ask for many others (access control lists, capabilities) all the time.
  if (!name.starts_with(kXattrPrefix)) return absent;
  if (inode == kRootInode) {
    const auto entry = impl_->root_xattrs.find(std::string(name));
    if (entry == impl_->root_xattrs.end()) return absent;
    return entry->second;
  }
  const Result<std::string> path = impl_->PathOf(inode);
  if (!path) return tl::unexpected(path.error());
  const Result<struct stat> attributes = impl_->source.Stat(*path);
  if (!attributes) return tl::unexpected(attributes.error());
  if (!impl_->IsSample(*path, *attributes)) return absent;
  return impl_->SampleXattr(inode, *path, *attributes, name.substr(kXattrPrefix.size()));
}

Result<std::vector<std::string>> SampleFs::ListXattrs(Inode inode) {
  std::vector<std::string> present;
  if (inode == kRootInode) {
    for (const auto& [name, value] : impl_->root_xattrs) present.push_back(name);
    return present;
  }
  for (const char* name : {"source", "form", "stored_bytes", "spec", "error"}) {
    const std::string full = std::string(kXattrPrefix) + name;
    if (GetXattr(inode, full)) present.push_back(full);
  }
  return present;
}

// Adds the samples of a directory and all below it.
Result<void> SampleFs::Impl::AddSamples(Inode inode, const std::string& path,
                                        std::vector<Inode>* samples) {
  const Result<SourceDir> directory = source.OpenDir(path);
  if (!directory) return tl::unexpected(directory.error());
  std::vector<std::string> subdirectories;
  const Result<void> visited = directory->ForEach([&](std::string_view name, uint32_t type) {
    if (S_ISDIR(type)) subdirectories.emplace_back(name);
    if (S_ISREG(type) && names.IsSample(name)) samples->push_back(nodes.Insert(inode, name));
  });
  if (!visited) return visited;
  std::ranges::sort(subdirectories);
  for (const std::string& name : subdirectories) {
    const Result<void> added = AddSamples(nodes.Insert(inode, name), JoinPath(path, name), samples);
    // One that has gone or may not be read keeps nobody from the others.
    if (!added) spdlog::warn("{}: passed over: {}", Printable(path), added.error().message);
  }
  return {};
}

Result<std::vector<Inode>> SampleFs::ListSamples(const std::string& presented_path) {
  Inode inode = kRootInode;
  struct stat attributes = {};
  attributes.st_mode = S_IFDIR;
  for (const auto part : std::views::split(presented_path, '/')) {
    if (part.empty()) continue;
    const Result<struct stat> found = Lookup(inode, std::string_view(part.begin(), part.end()));
    if (!found) return tl::unexpected(found.error());
    attributes = *found;
    inode = attributes.st_ino;
  }
  const Result<std::string> path = impl_->PathOf(inode);
  if (!path) return tl::unexpected(path.error());
  std::vector<Inode> samples;
  if (impl_->IsSample(*path, attributes)) samples.push_back(inode);
  if (!S_ISDIR(attributes.st_mode)) return samples;
  const Result<void> added = impl_->AddSamples(inode, *path, &samples);
  if (!added) return tl::unexpected(added.error());
  return samples;
}

Result<SampleFacts> SampleFs::FactsOf(Inode sample) const {
  const Result<std::string> path = impl_->PathOf(sample);
  if (!path) return tl::unexpected(path.error());
  const Result<SourceFile> file = impl_->source.OpenFile(*path);
  if (!file) return tl::unexpected(file.error());
  if (!impl_->IsSample(*path, file->attr)) {
    return Fail(ErrorCode::kInvalidArgument, Printable(*path) + ": not a sample");
  }
  const Result<ImageHeader> header = impl_->maker->HeaderOf(*file);
  if (!header) return Fail(Printable(*path), header.error());
  const Result<uint64_t> bytes = impl_->maker->FileBytesOf(*file);
  if (!bytes) return Fail(Printable(*path), bytes.error());
  const auto kept = impl_->loader->FindKept(*path, VersionOf(file->attr));
  return SampleFacts{.path = *path,
                     .content = header->format == ImageFormat::kJpeg ? "JPEG" : "PNG",
                     .features = FeaturesOf(*header, static_cast<uint64_t>(file->attr.st_size)),
                     .tensor_bytes = *bytes,
                     .kept = kept ? kept->form.form : Form()};
}

Result<std::string> SampleFs::SourcePathOf(Inode inode) const { return impl_->PathOf(inode); }

Result<bool> SampleFs::Convert(Inode sample, const Form& form, MoveCause cause) {
  const Result<std::string> path = impl_->PathOf(sample);
  if (!path) return tl::unexpected(path.error());
  Result<SourceFile> file = impl_->source.OpenFile(*path);
  if (!file) return tl::unexpected(file.error());
  return impl_->reader->Convert({.inode = sample, .path = *path}, std::move(*file), form, cause);
}

std::vector<std::string> SampleFs::PickSamples(size_t count) const {
  return tensorfs::PickSamples(impl_->source, impl_->names, count);
}

Result<SourceFile> SampleFs::OpenSource(const std::string& source_path) const {
  return impl_->reader->OpenSource(source_path);
}

Result<SampleProbe> SampleFs::Probe(const std::string& source_path, std::span<const Form> forms,
                                    const std::stop_token& stop) const {
  const Result<SourceFile> file = impl_->source.OpenFile(source_path);
  if (!file) return tl::unexpected(file.error());
  Result<SampleProbe> probe =
      ProbeForms(impl_->maker->pipeline(), *file, forms, &impl_->budget, stop);
  if (!probe) return Fail(Printable(source_path), probe.error());
  return probe;
}

Result<struct statvfs> SampleFs::StatFs() { return impl_->source.StatFs(); }

MemoryUse SampleFs::Memory() const {
  return {.limit_bytes = impl_->budget.limit_bytes(),
          .used_bytes = impl_->budget.used_bytes(),
          .peak_bytes = impl_->budget.peak_bytes()};
}

}  // namespace tensorfs
