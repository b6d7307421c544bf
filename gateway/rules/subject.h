#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/auth/verifier.h"
#include "gateway/base/json.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/ids.h"
#include "gateway/routing/topic.h"

namespace polygate::rules {

/// The sender of an event, as rules see it (`$me`, `$path`, `$query`, `$header`). Implemented by the session; lives
/// longer than any run that reads it.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual SessionId id() const = 0;
  /// What rules, plugins and clients call it: its id, in the form that its endpoint gives.
  virtual std::string name() const { return id().text(); }
  virtual profile::RoleIndex role() const = 0;
  virtual const auth::IdentityPtr& identity() const = 0;
  /// The authenticated user, else the endpoint's `user`, else empty.
  virtual std::string_view user() const = 0;
  /// Who it is where no token says so.
  virtual std::string_view endpoint_user() const { return {}; }
  virtual std::string_view address() const = 0;
  /// Which of the profile's dialects it speaks.
  virtual std::size_t dialect() const { return 0; }
  /// What `set` stored, or null.
  virtual const Json* variables() const = 0;
  /// The topics of `family` that it is on, joined or claimed, in the order of joining.
  virtual std::vector<Topic> joined(std::string_view family) const = 0;
  virtual bool inside(const Topic& topic) const = 0;
  /// The topics that it has joined and claimed since its `opened` rules.
  virtual std::vector<Topic> gained() const { return {}; }
  /// How many topics it may still join.
  virtual std::size_t memberships_left() const = 0;
  virtual std::optional<std::string_view> parameter(profile::Root where, std::string_view name) const = 0;
  /// What the client sent along when it connected to its namespace: an object, empty when nothing.
  virtual const Json& auth() const;
};

}  // namespace polygate::rules
