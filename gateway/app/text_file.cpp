#include "gateway/app/text_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace polygate::app {

Result<std::string> read_text_file(const std::string& path) {
  const auto failed = [&](int error) {
    return Failure{Reason::invalid, path + " cannot be read: " + std::strerror(error)};
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return failed(errno);
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t size = std::fread(buffer, 1, sizeof(buffer), file.get())) text.append(buffer, size);
  if (std::ferror(file.get()) != 0) return failed(errno);  // a directory opens, but cannot be read
  return text;
}

}  // namespace polygate::app
