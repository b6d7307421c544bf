#include "gateway/net/admission.h"

namespace polygate::net {

std::string_view Admission::name(Verdict verdict) {
  static constexpr std::array<std::string_view, kVerdicts> kNames = {"none", "connections", "connections_per_address",
                                                                     "handshakes", "handshakes_per_address"};
  return kNames[static_cast<std::size_t>(verdict)];
}

int Admission::status(Verdict verdict) {
  return verdict == Verdict::per_address || verdict == Verdict::handshakes_per_address ? 429 : 503;
}

Admission::Verdict Admission::judge(const PeerAddress& peer) const {
  if (connections_ >= limits_.connections) return Verdict::connections;
  if (const auto at = by_address_.find(peer.household()); at != by_address_.end()) {
    if (at->second.connections >= limits_.per_address) return Verdict::per_address;
    if (at->second.handshakes >= limits_.handshakes_per_address) return Verdict::handshakes_per_address;
  }
  return handshakes_ >= limits_.handshakes ? Verdict::handshakes : Verdict::admit;
}

void Admission::admitted(const PeerAddress& peer) {
  Counts& counts = by_address_[peer.household()];
  ++counts.connections;
  ++counts.handshakes;
  ++connections_;
  ++handshakes_;
}

void Admission::established(const PeerAddress& peer) {
  const auto at = by_address_.find(peer.household());
  if (at == by_address_.end()) return;
  --at->second.handshakes;
  --handshakes_;
}

void Admission::ended(const PeerAddress& peer, bool was_established) {
  if (!was_established) established(peer);
  const auto at = by_address_.find(peer.household());
  if (at == by_address_.end()) return;
  --connections_;
  if (--at->second.connections == 0) by_address_.erase(at);
}

}  // namespace polygate::net
