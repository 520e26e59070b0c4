// SPDX-License-Identifier: MIT
// Reads whole files the way a loader does (open, fstat, read into one buffer, close) as fast as it
// can, with several processes at once, and prints what that took as JSON.
//
//   read_files PROCESSES PASSES LIST
//
// LIST names one file a line. Each process reads its share of them PASSES times over.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "read_files: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

std::vector<std::string> ReadList(const char* list) {
  std::ifstream file(list);
  std::vector<std::string> paths;
  for (std::string line; std::getline(file, line);) paths.push_back(line);
  if (paths.empty()) Die(list);
  return paths;
}

void ReadWhole(const std::string& path, std::vector<char>* buffer) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat attributes;
  if (file.number() < 0 || fstat(file.number(), &attributes) != 0) Die(path);
  const size_t size = static_cast<size_t>(attributes.st_size);
  if (buffer->size() < size) buffer->resize(size);
  for (size_t done = 0; done < size;) {
    const ssize_t count = read(file.number(), buffer->data() + done, size - done);
    if (count < 0) Die(path);
    if (count == 0) {
      errno = ENODATA;
      Die(path + " is shorter than its size");
    }
    done += static_cast<size_t>(count);
  }
}

// Waits until the parent closes the other end, so that all processes begin together.
void WaitForStart(int start) {
  char byte;
  while (read(start, &byte, 1) < 0 && errno == EINTR) {
  }
}

void ReadShare(const std::vector<std::string>& paths, size_t process, size_t processes,
               int passes) {
  std::vector<char> buffer;
  for (int pass = 0; pass < passes; ++pass) {
    for (size_t i = process; i < paths.size(); i += processes) ReadWhole(paths[i], &buffer);
  }
}

// Returns whether all the processes read everything.
bool WaitForAll(size_t processes) {
  bool all_succeeded = true;
  for (size_t i = 0; i < processes; ++i) {
    int status = 0;
    if (wait(&status) < 0) Die("wait");
    all_succeeded = all_succeeded && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  return all_succeeded;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

void Print(size_t files, std::chrono::duration<double> wall) {
  rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  std::printf("{\"files\": %zu, \"seconds\": %.6f, \"user_s\": %.6f, \"system_s\": %.6f}\n", files,
              wall.count(), Seconds(usage.ru_utime), Seconds(usage.ru_stime));
}

}  // namespace

int main(int argc, char** argv) {
  const int processes = argc == 4 ? std::atoi(argv[1]) : 0;
  const int passes = argc == 4 ? std::atoi(argv[2]) : 0;
  if (processes < 1 || passes < 1) {
    std::fprintf(stderr, "usage: read_files PROCESSES PASSES LIST\n");
    return 2;
  }
  const std::vector<std::string> paths = ReadList(argv[3]);
  int start[2];
  if (pipe(start) != 0) Die("pipe");
  for (int i = 0; i < processes; ++i) {
    const pid_t child = fork();
    if (child < 0) Die("fork");
    if (child == 0) {
      close(start[1]);
      WaitForStart(start[0]);
      ReadShare(paths, static_cast<size_t>(i), static_cast<size_t>(processes), passes);
      return 0;
    }
  }
  const auto begin = std::chrono::steady_clock::now();
  close(start[1]);
  if (!WaitForAll(static_cast<size_t>(processes))) return 1;
  Print(paths.size() * static_cast<size_t>(passes), std::chrono::steady_clock::now() - begin);
  return 0;
}
