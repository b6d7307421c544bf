#pragma once
#include <string>

#include "gateway/base/json.h"

namespace polygate {

/// One message that a handler sends besides what its rule sends: see Outcome::emit. The rule's `emits` says which
/// events may go to which families; anything else is the plugin's fault, and left out.
struct Emission {
  std::string topic;    ///< `family/name`; the name is one value, in which `/` and `%` stand for themselves
  std::string event;    ///< held against its definition like that of any send
  Json data = nullptr;  ///< of the event
  std::string keep{};   ///< the key under which it stays with the topic for those who join later; empty: it does not
};

}  // namespace polygate
