#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/schema/messages.h"
#include "gateway/schema/program.h"
#include "gateway/schema/schema.h"
#include "gateway/schema/subject.h"

namespace polygate::schema {

/// The Report of valid(): the first failure ends the walk, and nobody asks why.
class Silence {
 public:
  struct Muted {};

  template <class... Details>
  bool failed(const Details&...) {
    return true;
  }
  bool full() const { return true; }
  Muted mute() { return {}; }
  template <class Try>
  void nearest(const std::vector<const Node*>&, Try) {}
};

// The property that is missing, of what a keyword says when it refuses; empty where it is about a value that is there.
template <class... Details>
std::string property_of(std::string_view, const Details&...) {
  return {};
}
inline std::string property_of(std::string_view, const std::string_view& missing) {
  return std::string(missing);
}
inline std::string property_of(std::string_view keyword, const std::string_view& found, const std::string_view&) {
  return keyword == "pattern" || keyword == "format" ? std::string() : std::string(found);
}

/// The Report of errors(): keeps the failures, up to a limit. While muted, it is as silent as Silence.
class Collector {
 public:
  explicit Collector(std::size_t at_most) : at_most_(std::max<std::size_t>(at_most, 1)) {}

  class Muted {
   public:
    explicit Muted(unsigned& muted) : muted_(muted) { ++muted_; }
    ~Muted() { --muted_; }
    Muted(const Muted&) = delete;
    Muted& operator=(const Muted&) = delete;

   private:
    unsigned& muted_;
  };

  template <class... Details>
  bool failed(const Trail* trail, const Node& node, const char* keyword, const Details&... details) {
    if (muted_ > 0 || full()) return true;
    std::string schema = node.location;
    if (*keyword != '\0') (schema += '/') += keyword;
    errors_.push_back(
        {pointer(trail), std::move(schema), message(node, keyword, details...), property_of(keyword, details...)});
    return full();
  }
  bool full() const { return muted_ > 0 || errors_.size() >= at_most_; }
  Muted mute() { return Muted(muted_); }

  /// Adds the errors of the branch that came furthest into the value: most likely the one that was meant.
  template <class Try>
  void nearest(const std::vector<const Node*>& branches, Try attempt) {
    std::vector<Error> before = std::exchange(errors_, {}), best;
    std::size_t furthest = 0;
    for (const Node* branch : branches) {
      attempt(*branch);
      const std::size_t reached = depth(errors_);
      if (best.empty() || reached > furthest) {
        furthest = reached;
        best.swap(errors_);
      }
      errors_.clear();
    }
    errors_ = std::move(before);
    for (Error& error : best) {
      if (!full()) errors_.push_back(std::move(error));
    }
  }

  std::vector<Error> take() { return std::move(errors_); }

 private:
  static std::size_t depth(const std::vector<Error>& errors) {
    std::size_t deepest = 0;
    for (const Error& error : errors) {
      const auto slashes = std::count(error.instance.begin(), error.instance.end(), '/');
      deepest = std::max(deepest, static_cast<std::size_t>(slashes));
    }
    return deepest;
  }

  std::size_t at_most_;
  unsigned muted_ = 0;
  std::vector<Error> errors_;
};

}  // namespace polygate::schema
