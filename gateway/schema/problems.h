#pragma once
#include <set>
#include <string>

#include "gateway/base/diagnostics.h"
#include "gateway/schema/source.h"

namespace polygate::schema {

/// The diagnostics of one call into a Library. What the library told before counts, but is not told again.
class Problems {
 public:
  Problems(Diagnostics& out, std::set<std::string>& told) : out_(out), told_(told) {}

  /// At a JSON Pointer into `source`.
  void add(const Source& source, std::string_view pointer, const std::string& message, const std::string& hint = {}) {
    Place place = source.place(pointer);
    const std::string key = place.file + '#' + std::string(pointer) + ' ' + message;
    ++count_;
    if (!told_.insert(key).second) return;
    out_.source(source.name, source.text);
    out_.add(std::move(place), message, hint);
  }

  /// About a file as a whole.
  void add(const std::string& file, const std::string& message) {
    ++count_;
    if (told_.insert(file + ' ' + message).second) out_.add({file, 0, 0, 0}, message);
  }

  std::size_t count() const { return count_; }

 private:
  Diagnostics& out_;
  std::set<std::string>& told_;
  std::size_t count_ = 0;
};

}  // namespace polygate::schema
