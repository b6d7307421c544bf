#pragma once
#include <string>
#include <vector>

#include "gateway/app/trial.h"
#include "gateway/profile/profile.h"

namespace polygate::app {

/// The rules that would be taken: of an event the first for the role and the data (without any, all that its `matching`
/// chooses from), of opened and closed all for the role, of presence the first, of started all, of timers
/// its one.
struct Matching {
  std::vector<const profile::Rule*> rules;
  bool is_event = true;
  std::string family;  ///< of presence
  std::string when;    ///< its rules are taken
  const std::vector<profile::Rule>* of_event = nullptr;
};

/// `event` is what `polygate explain` was asked about; the failure names what is near.
Result<Matching> match(const profile::Profile& profile, const std::string& event, profile::RoleIndex role);

/// The name of that family that the sender is on; empty where nobody says one.
std::string name_in(const TrialSettings& settings, const std::string& family);

}  // namespace polygate::app
