// SPDX-License-Identifier: MIT
#include "tools/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace tensorfs {
namespace {

constexpr size_t kBoundedFileBytes = size_t{8} << 20;

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

void Install(spdlog::sink_ptr sink, LogLevel level) {
  auto logger = std::make_shared<spdlog::logger>("tensorfs", std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->set_level(ToSpdlog(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

template <typename Sink, typename... Limits>
Result<void> InstallFile(const std::string& path, LogLevel level, Limits... limits) try {
  Install(std::make_shared<Sink>(path, limits...), level);
  return {};
} catch (const spdlog::spdlog_ex& failure) {
  return Fail(ErrorCode::kIo, path + ": " + failure.what());
}

}  // namespace

void LogToStderr(LogLevel level) {
  Install(std::make_shared<spdlog::sinks::stderr_sink_mt>(), level);
}

Result<void> LogToFile(const std::string& path, LogLevel level) {
  // spdlog would make the directory, which after a slip of the pen nobody wants.
  const std::filesystem::path directory = std::filesystem::absolute(path).parent_path();
  if (std::error_code error; !std::filesystem::is_directory(directory, error)) {
    return Fail(ErrorCode::kNotFound, path + ": there is no directory " + directory.string());
  }
  return InstallFile<spdlog::sinks::basic_file_sink_mt>(path, level);
}

Result<void> LogToBoundedFile(const std::string& path, LogLevel level) {
  constexpr size_t kOlderFiles = 1;
  return InstallFile<spdlog::sinks::rotating_file_sink_mt>(path, level, kBoundedFileBytes,
                                                           kOlderFiles);
}

}  // namespace tensorfs
