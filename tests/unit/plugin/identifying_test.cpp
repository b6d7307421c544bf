#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/plugin/handlers.h"

namespace polygate {
namespace {

const ManualClock kIdentifyingClock;

Call asking(std::vector<std::string> roles) {
  Call call;
  call.authenticates = true;
  call.roles = std::move(roles);
  return call;
}

/// What a rule hears of a look that ends like this, or what the log hears of its fault.
Json heard_of(const Outcome& outcome, Call call) {
  std::string fault;
  Handlers handlers(1, {}, kIdentifyingClock, [&](const HandlerReport& report) { fault = report.fault; });
  const auto look = [&](const Settings&) -> HandlerFunction { return [&](const Call&) { return outcome; }; };
  const auto id = handlers.add({"p", {}, {}, {}}, {"who", Threading::inline_, look, std::nullopt, true}, {});
  handlers.start();
  const auto result = handlers.run(*id, 0, std::move(call), [](const HandlerResult&) {});
  if (*result && !result->identity) return nullptr;
  if (*result) {
    return {{"user", result->identity->user}, {"claims", result->identity->claims}, {"role", result->identity->role}};
  }
  EXPECT_EQ(result->failure().reason, Reason::internal);
  EXPECT_EQ(result->failure().message, "internal error");
  return fault;
}

TEST(Identifying, SaysUserClaimsAndOneOfTheRoles) {
  const std::vector<std::string> roles = {"member", "admin"};
  EXPECT_EQ(heard_of(Outcome::identify({"u7", {{"name", "Ada"}}, "admin"}), asking(roles)),
            Json({{"user", "u7"}, {"claims", {{"name", "Ada"}}}, {"role", "admin"}}));
  EXPECT_EQ(heard_of(Outcome::identify({.user = "u8"}), asking(roles)),
            Json({{"user", "u8"}, {"claims", Json::object()}, {"role", ""}}));
  EXPECT_EQ(heard_of(Outcome::accept({{"user", "eve"}}), asking(roles)), Json(nullptr)) << "yes says nobody";
}

TEST(Identifying, IsAFaultWhereNobodyAsksOrItCannotBe) {
  EXPECT_EQ(heard_of(Outcome::identify({.user = "u7"}), {}),
            "it says who the sender is, and `authenticate` has not asked it");
  for (const std::string& user : {std::string(), std::string("a\nb"), std::string(257, 'a')}) {
    EXPECT_EQ(heard_of(Outcome::identify({.user = user}), asking({})),
              "it says who the sender is by what is no user's name");
  }
  EXPECT_EQ(heard_of(Outcome::identify({.user = "u7", .claims = Json::array()}), asking({})),
            "it says who the sender is with claims that are no object");
  EXPECT_EQ(heard_of(Outcome::identify({.user = "u7", .role = "boss"}), asking({"member"})),
            "it picks the role `boss`, which its rule does not offer");
}

}  // namespace
}  // namespace polygate
