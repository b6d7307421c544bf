#include "gateway/socket_io/namespaces.h"

#include <algorithm>
#include <string>

namespace polygate::socket_io {
namespace {

template <class All, class Is>
std::size_t count(const All& all, Is is) {
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& one) { return is(*one); }));
}

}  // namespace

Namespace* Namespaces::find(std::string_view name) {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one->name == name; });
  return found == all_.end() ? nullptr : found->get();
}

Namespace& Namespaces::add(std::string_view name) {
  const Namespace* known = find(name);
  const auto index = known != nullptr ? known->index : static_cast<std::uint16_t>(all_.size());
  if (known == nullptr) all_.emplace_back();
  all_[index] = std::make_unique<Namespace>(client_, std::string(name), index);
  return *all_[index];
}

std::string_view Namespaces::name(std::uint16_t index) const {
  return index < all_.size() ? std::string_view(all_[index]->name) : std::string_view("/");
}

std::size_t Namespaces::live() const {
  return count(all_, [](const Namespace& one) { return one.is_live(); });
}

std::size_t Namespaces::sessions() const {
  return count(all_, [](const Namespace& one) { return bool{one.session}; });
}

bool Namespaces::are_over() const {
  return count(all_, [](const Namespace& one) { return one.state != Namespace::State::over; }) == 0;
}

bool Namespaces::are_full() const {
  return count(all_, [](const Namespace& one) { return one.is_full; }) > 0;
}

bool Namespaces::ask_for_drained() const {
  return count(all_, [](const Namespace& one) { return one.asks_for_drained; }) > 0;
}

}  // namespace polygate::socket_io
