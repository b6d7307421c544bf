#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/rules/run.h"
#include "gateway/rules/subject.h"

namespace polygate::rules {

/// Somebody in the first role of whom nothing else is known.
class Guest final : public Subject {
 public:
  SessionId id() const override { return {0, 1, 2}; }
  profile::RoleIndex role() const override { return 0; }
  const auth::IdentityPtr& identity() const override { return identity_; }
  std::string_view user() const override { return {}; }
  std::string_view address() const override { return "127.0.0.1"; }
  const Json* variables() const override { return nullptr; }
  std::vector<Topic> joined(std::string_view) const override { return {}; }
  bool inside(const Topic&) const override { return false; }
  std::size_t memberships_left() const override { return 1; }
  std::optional<std::string_view> parameter(profile::Root, std::string_view) const override { return std::nullopt; }

 private:
  auth::IdentityPtr identity_;
};

/// Asks nobody: the handler says what the test has put here.
class HandlerSays final : public Host {
 public:
  explicit HandlerSays(Answer answer) : answer_(std::move(answer)) {}

  /// Takes the run to its end.
  void take(Run& run) {
    run_ = &run;
    EXPECT_TRUE(run.advance(*this));
  }

  void handle(const std::string&, Call) override { run_->answer(answer_); }
  void charge(const profile::RateStep&, std::string) override {}
  void recall(const Topic&, const std::string&) override {}
  void claim(const Topic&, Taken) override {}
  void release(const Topic&) override {}
  void present(const Topic&) override {}
  void look(const std::string&, Call) override {}
  void line_up(const std::string&) override {}
  void begin(const profile::OnceStep&, const std::string&, std::uint64_t) override {}
  Result<Judged> verify(const profile::AuthenticateStep&, const std::string&) override { return Failure{}; }
  json::Document& scratch() override { return scratch_; }

 private:
  const Answer answer_;
  Run* run_ = nullptr;
  json::Document scratch_;
};

}  // namespace polygate::rules
