#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/socket_io/namespace.h"

namespace polygate::socket_io {

/// The namespaces that a client has come to, those that it has left included: what waits for it names them by index.
class Namespaces {
 public:
  explicit Namespaces(Client& of) : client_(of) {}

  /// Null: it has never come there.
  Namespace* find(std::string_view name);
  /// It comes to one, for the first time or again.
  Namespace& add(std::string_view name);
  std::string_view name(std::uint16_t index) const;

  std::size_t live() const;
  /// Those whose session is still there.
  std::size_t sessions() const;
  /// Is it on none?
  bool are_over() const;
  /// Does one of them take no more messages?
  bool are_full() const;
  bool ask_for_drained() const;

  template <class Visit>
  void each(Visit visit) {
    for (std::size_t i = 0; i < all_.size(); ++i) visit(*all_[i]);
  }

 private:
  Client& client_;
  std::vector<std::unique_ptr<Namespace>> all_;
};

}  // namespace polygate::socket_io
