#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/net/peer_address.h"

namespace polygate::engine_io {

/// How many sessions of Engine.IO there are: by address, by profile and in the process. They are no connections, which
/// the acceptor counts: one connection may bring any number. Shared by all workers, as they open on any of them; the
/// lock is held for a few look-ups, when one comes and when it has gone.
class Census final : public std::enable_shared_from_this<Census> {
 public:
  struct Limits {
    std::size_t sessions = 0;
    std::size_t per_address = 0;
    std::size_t per_profile = 0;
  };
  /// The closed set of metrics labels; the first is no refusal.
  enum class Verdict : std::uint8_t { admit, sessions, per_address, per_profile };
  static constexpr std::size_t kVerdicts = 4;
  static std::string_view name(Verdict verdict);
  /// 429 when the peer itself is to blame, else 503.
  static int status(Verdict verdict);

  class Place;
  struct Entry {
    std::shared_ptr<const Place> place;  ///< null when a limit is reached
    Verdict verdict = Verdict::admit;
  };
  /// What one of them takes of the limits, as long as somebody holds it.
  class Place {
   public:
    Place(std::shared_ptr<Census> of, const net::PeerAddress& household, std::string profile)
        : census_(std::move(of)), household_(household), profile_(std::move(profile)) {}
    ~Place() { census_->leave(household_, profile_); }
    /// One more for the same client.
    Entry another() const { return census_->enter(household_, profile_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    const std::shared_ptr<Census> census_;
    const net::PeerAddress household_;
    const std::string profile_;
  };
  struct Counts {
    std::map<std::string, std::size_t, std::less<>> by_profile;
    std::array<std::uint64_t, kVerdicts> refused{};  ///< by Verdict
  };

  explicit Census(const Limits& limits) : limits_(limits) {}

  Entry enter(const net::PeerAddress& peer, std::string_view profile);
  Counts counts() const;

 private:
  Verdict judge(const net::PeerAddress& household, std::string_view profile) const;
  void leave(const net::PeerAddress& household, std::string_view profile);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<net::PeerAddress, std::size_t, net::PeerAddressHash> by_address_;
  std::size_t sessions_ = 0;
  Counts counts_;
};

}  // namespace polygate::engine_io
