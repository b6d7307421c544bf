#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "gateway/base/result.h"
#include "gateway/rules/scope.h"

namespace polygate::rules {

/// All arguments of an event, as one list.
Result<void> parse_arguments(const profile::Profile& profile, const dialect::Event& message, json::Document& into);

// The checks of a rule that ask nobody: what fails, or nothing.

/// The event's data, and all of its arguments where the rule has a definition of them; `scratch` is used for those.
std::optional<Failure> check_data(const profile::Profile& profile, const profile::Rule& rule,
                                  const dialect::Event& message, json::Document& scratch);
/// What is wrong with what the handler said, for the log; nothing where no definition says what it is.
std::optional<std::string> check_result(const profile::Profile& profile, const profile::HandlerStep& handler,
                                        const Json& result, json::Document& scratch);
/// The sender is on each topic of `inside`.
std::optional<Failure> check_inside(const profile::Rule& rule, Scope& scope);
/// What the event alone says of the names of topics in the effects, judged while the rule can still fail; and whether
/// the sender may be on as many more as it joins, beside the `claimed` ones that it has gained.
std::optional<Failure> check_names(const profile::Rule& rule, Scope& scope, std::size_t claimed);

}  // namespace polygate::rules
