#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gateway/base/diagnostics.h"
#include "gateway/profile/check.h"
#include "gateway/profile/check_definitions.h"
#include "gateway/profile/check_reach.h"
#include "gateway/profile/profile.h"

namespace polygate::profile {

/// Something that some rule keeps.
struct Keeping {
  Text key;
  std::string event;      ///< as which it is kept; empty where that is known when it is sent
  bool has_args = false;  ///< instead of data
};

/// What the parts of check() share. Lives as long as one check().
struct CheckContext {
  CheckContext(Profile& checked, const Surroundings& offered, Diagnostics& problems, Diagnostics& in_files);

  Profile& profile;
  const Surroundings& surroundings;
  Diagnostics& diagnostics;
  Reach reach;
  Definitions definitions;
  /// Of what handshakes bring: null schemas where the file does not say.
  struct Handshake {
    Definitions::Definition path;
    Definitions::Definition query;
    Definitions::Definition auth;
  } handshake;
  std::set<std::string> missing;             ///< definitions that were told to be
  std::set<std::string> variables;           ///< that some rule sets
  std::multimap<std::string, Keeping> kept;  ///< by family: what stays there
  std::set<std::string> emitted;             ///< families where handlers may keep something, under whatever keys

  /// What some dialect of the profile has, where they are known.
  dialect::Traits traits() const {
    if (!profile.dialect) return {};
    dialect::Traits all = profile.dialect->traits();
    for (const auto& other : profile.other_dialects) {
      const dialect::Traits& its = other->traits();
      all.arguments |= its.arguments;
      all.acknowledgements |= its.acknowledgements;
      all.namespaces |= its.namespaces;
      all.recovery |= its.recovery;
      all.engine_io |= its.engine_io;
    }
    return all;
  }
  bool json() const { return traits().json; }
  void problem(const Place& place, std::string message, std::string hint = {}) {
    diagnostics.add(place, std::move(message), std::move(hint));
  }
};

/// Which `$paths` mean something where a template stands.
struct CheckScope {
  /// What a plugin says, of a step that the rule may have: `$found` of `look`, `$result` of `handler`.
  enum class Result : std::uint8_t { no_step, not_yet, ready };
  enum class Recall : std::uint8_t { none, not_yet, ready };

  std::vector<RoleIndex> from;  ///< the sender's possible roles
  bool has_sender = true;       ///< `$me` and the request that it came with: not where nobody sends the rule
  bool of_presence = false;     ///< `$name`, and who `$me` was
  bool has_event = true;        ///< `$event` and `$data`: not in opened and closed
  const Definitions::Definition* data = nullptr;  ///< what `$data` looks like, when it is known
  bool any_event = false;                         ///< the profile's `otherwise`: `$data` of every event
  Result found = Result::no_step;
  Result result = Result::no_step;
  Recall recall = Recall::none;
  const Definitions::Definition* kept = nullptr;  ///< what `$kept` looks like, when it is known
  const HandlerStep* handler = nullptr;           ///< that says `$result`
  const Definitions::Definition* said = nullptr;  ///< what `$result` looks like, when it is known
  /// What has no event, in messages.
  std::string without_event() const {
    return has_sender ? "a session that opens or closes" : "a rule that nobody sends";
  }
  bool has_failure = false;    ///< `$failure` and `$message`
  const Text* each = nullptr;  ///< `$each` is an element of this list
};

}  // namespace polygate::profile
