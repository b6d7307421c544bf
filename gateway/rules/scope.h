#pragma once
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/result.h"
#include "gateway/dialect/dialect.h"
#include "gateway/profile/profile.h"
#include "gateway/profile/template.h"
#include "gateway/rules/subject.h"

namespace polygate::rules {

/// What a `$path` found. Refers into the event, the session or the scope; valid as long as those.
struct Value {
  enum class Kind : std::uint8_t { absent, view, tree, text, number };
  Kind kind = Kind::absent;
  json::View view;
  const Json* tree = nullptr;
  std::string_view text;
  double number = 0;
  std::size_t skip = 0;  ///< so many items at the front of an array are not meant

  static Value of(json::View view) { return {Kind::view, view, nullptr, {}, 0, 0}; }
  static Value of(const Json& tree) { return {Kind::tree, {}, &tree, {}, 0, 0}; }
  static Value of(std::string_view text) { return {Kind::text, {}, nullptr, text, 0, 0}; }
  static Value of_number(double number) { return {Kind::number, {}, nullptr, {}, number, 0}; }

  bool is_list() const;
  /// Neither absent nor a list or an object.
  bool is_scalar() const;
  /// A scalar that is no text.
  bool is_typed() const;
  std::vector<Value> items() const;
  /// As JSON text.
  void append_json(std::string& out) const;
  /// As part of a text: a string is itself, everything else its JSON; absent is nothing.
  void append_text(std::string& out) const;
};

/// All that the paths of one rule can name while it runs. Belongs to one Run.
class Scope {
 public:
  const profile::Profile* profile = nullptr;
  const Subject* me = nullptr;
  const Clock* clock = nullptr;
  std::string_view event;                   ///< its name
  std::string topic_name;                   ///< in rules of `presence`; else empty
  const dialect::Event* message = nullptr;  ///< null in opened and closed; see Event::is_read
  const Json* found = nullptr;
  const Json* result = nullptr;
  const Json* kept = nullptr;  ///< what was recalled
  const Failure* failure = nullptr;
  const Value* each = nullptr;
  /// What the rule has gained so far and the session does not know yet.
  auth::IdentityPtr new_identity;
  std::optional<profile::RoleIndex> new_role;
  const Json* new_variables = nullptr;
  const std::vector<Topic>* gained = nullptr;  ///< claimed
  const std::vector<Topic>* joined = nullptr;
  const std::vector<Topic>* left = nullptr;
  /// The topic of one condition of `needs`, for the send that names the same; see TopicText::need.
  Topic needed;
  std::uint16_t needed_by = 0;  ///< which condition, counted from 1; 0: none

  /// What the path names; where that is absent and its definition has a `default`, that.
  Value find(const profile::Path& path);
  /// Has a path named `$result` where there is none, since this was asked last? What is made of that is not whole.
  bool misses_result() { return std::exchange(misses_result_, false); }
  /// `$problems`, where it is no event whose data are wrong.
  void has_problems(Json problems) { problems_ = std::move(problems); }
  profile::RoleIndex role() const { return new_role.value_or(me->role()); }
  std::string_view user() const {
    if (!new_identity) return me->user();
    return new_identity->user.empty() ? me->endpoint_user() : std::string_view(new_identity->user);
  }

 private:
  Value find_given(const profile::Path& path);
  bool has_root(profile::Root root) const;
  const Json& problems();
  double now();
  Value next(const std::string& counter);
  Value find_me(const profile::Path& path);
  Value look_up(const profile::Path& path);
  Json memberships(const std::string& family) const;
  Value find_argument(std::span<const std::string> segments) const;

  // What a path made, so that a Value can refer to it. Lists: a deque takes memory before it has anything.
  std::list<Json> kept_;
  std::list<std::string> texts_;
  bool misses_result_ = false;
  std::optional<Json> problems_;  // of the event's data
  // One value per turn, once a path has asked for it.
  std::optional<double> now_;
  std::string new_id_;
  std::vector<std::pair<std::string_view, std::uint64_t>> numbers_;  // by the counter's name
};

}  // namespace polygate::rules
