#pragma once
#include <optional>
#include <string>
#include <vector>

#include "gateway/plugin/plugin.h"
#include "gateway/profile/effects.h"
#include "gateway/profile/scope.h"

namespace polygate::profile {

/// What a run asks of the worker that it runs on. Every question is answered by Run::answer, before the call returns or
/// later on the same thread.
class Host {
 public:
  virtual ~Host() = default;
  virtual void claim(const Topic& topic, Taken when_taken) = 0;
  virtual void release(const Topic& topic) = 0;
  virtual void present(const Topic& topic) = 0;
  virtual void handle(const std::string& handler, Call call) = 0;
  virtual Result<auth::IdentityPtr> verify(const std::string& verifier, std::string_view token) = 0;
  /// For holding outgoing data against its schema; free while no run waits.
  virtual json::Document& scratch() = 0;
};

/// The answer to one question: an accepted value (null for claims, true or false for presence), or why not.
using Answer = Result<Json>;

/// Takes one event through one rule, step by step: checks, claims, handler, then everything that it does as one value.
/// It waits wherever the host answers later; the event, its document and the rule must live until it is done. What was
/// gained is given back when a later step fails. Belongs to one session, on one thread.
class Run {
 public:
  Run(const Profile& profile, const Rule& rule, const Subject& me, const Clock& clock, std::string_view event,
      const dialect::Event* message);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Goes on as far as it can. True when it is done; false when it waits for answer().
  bool advance(Host& host);
  void answer(Answer answer);
  /// Gives back what was gained; the run is over and its effects are nothing.
  void cancel(Host& host);

  Effects& effects() { return effects_; }
  Verdict& verdict() { return verdict_; }

 private:
  enum class Step : std::uint8_t { schema, authenticate, inside, needs, claim, handler, effects, done };

  bool ask(Host& host, Step step);
  std::optional<Failure> settle(Host& host, Step step);
  std::optional<Failure> check_data(Host& host) const;
  std::optional<Failure> authenticate(Host& host);
  std::optional<Failure> check_inside();
  std::optional<Failure> ask_needs(Host& host);
  std::optional<Failure> ask_claim(Host& host);
  Call make_call();
  std::optional<Failure> render_effects(Host& host);
  void fail(Host& host, Failure failure);

  const Profile& profile_;
  const Rule& rule_;
  const dialect::Event* message_;
  Scope scope_;
  Step step_ = Step::schema;
  std::size_t need_ = 0;       // which of the conditions is asked
  std::vector<Topic> topics_;  // of the condition or claim in hand
  bool waiting_ = false;
  std::optional<Answer> answer_;
  Json result_;
  Effects effects_;
  Verdict verdict_;
};

/// Answers a failure that met no rule (malformed, unknown, forbidden, limited): the profile's `otherwise`. `rule` may
/// be null. Who asked for an acknowledgement (`scope.message->ack`) gets one, even when nothing else of the message
/// could be read.
void answer_failure(const Profile& profile, const Rule* rule, Scope& scope, const Failure& failure,
                    json::Document& scratch, Effects& effects, Verdict& verdict);

}  // namespace polygate::profile
