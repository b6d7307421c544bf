#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/plugin/handler_result.h"
#include "gateway/plugin/plugin.h"
#include "gateway/rules/authenticating.h"
#include "gateway/rules/effects.h"
#include "gateway/rules/scope.h"

namespace polygate::rules {

/// What a run asks of the worker that it runs on. Every question is answered by Run::answer, before the call returns or
/// later on the same thread.
class Host {
 public:
  virtual ~Host() = default;
  /// Answered without a value, or by what the sender is told of its `rate`. An empty `key` is the session's own.
  virtual void charge(const profile::RateStep& rate, std::string key) = 0;
  /// Answered by a list: of what the topic keeps under the key, or of nothing.
  virtual void recall(const Topic& topic, const std::string& key) = 0;
  virtual void claim(const Topic& topic, Taken when_taken) = 0;
  virtual void release(const Topic& topic) = 0;
  virtual void present(const Topic& topic) = 0;
  virtual void look(const std::string& look, Call call) = 0;
  /// Answered without a value when all that came before it with the same text are done, or by why it waits no longer.
  virtual void line_up(const std::string& text) = 0;
  /// Answered with null when it is to be done now, with the `result` of the first time in an object when it is done.
  virtual void begin(const profile::OnceStep& once, const std::string& key, std::uint64_t data) = 0;
  virtual void handle(const std::string& handler, Call call) = 0;
  virtual Result<Judged> verify(const profile::AuthenticateStep& step, const std::string& token) = 0;
  /// For holding outgoing data against its schema; free while no run waits.
  virtual json::Document& scratch() = 0;
};

class Outbound;

/// The answer to one question: an accepted value (null for claims, true or false for presence), or why not. A handler's
/// has what it emits, too.
using Answer = HandlerResult;

/// Takes one event through one rule, step by step: checks, claims, handler, then everything that it does as one value.
/// It waits wherever the host answers later; the event, its document and the rule must live until it is done. What was
/// gained is given back when a later step fails. Belongs to one turn, on one thread.
///
/// The commit point is the handler's accept. Behind it nothing fails: what cannot be said is left out and told in the
/// verdict, and the sender hears `internal` where a reply could not be made. A result that breaks its definition cannot
/// be spoken of either. In a rule without a handler everything is made before anything happens, so that what cannot be
/// said makes the whole rule fail.
class Run {
 public:
  Run(const profile::Profile& profile, const profile::Rule& rule, const Subject& me, const Clock& clock,
      std::string_view event, const dialect::Event* message);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Of which name a rule of `presence` tells.
  void is_of(std::string name) { scope_.topic_name = std::move(name); }

  /// Goes on as far as it can. True when it is done; false when it waits for answer().
  bool advance(Host& host);
  void answer(Answer answer) { answer_ = std::move(answer); }
  /// Fails before its time: gives back what was gained, and answers like any failure.
  void cancel(Host& host, Failure failure);
  /// The sender waits no longer for the plugin and hears `failure`, which the effects then hold. A later accept of the
  /// handler has effects on others alone, an answer to a look has none; the claim is given back.
  void expire(Host& host, const Failure& failure);
  /// The same for a sender that hears nothing any more.
  void disown(Host& host);

  /// What the sender hears of something that did not stop the rule: the replies of an `otherwise` that names the reason
  /// with `on`, for the profile asks to be told.
  std::vector<FramePtr> tell(const Failure& failure, json::Document& scratch);

  /// It waits for a look, not for a handler.
  bool is_looking() const { return step_ == Step::authenticate || step_ == Step::look; }
  Effects& effects() { return effects_; }
  Verdict& verdict() { return verdict_; }
  /// What came of it, when it is done and nothing has failed; what was done before comes of nothing anew.
  const Json* outcome() const { return step_ == Step::done && !verdict_.failure && !repeated_ ? &result_ : nullptr; }

 private:
  enum class Step : std::uint8_t {
    schema,
    rate,
    authenticate,
    look,
    recall,
    inside,
    needs,
    claim,
    order,
    once,
    handler,
    effects,
    done
  };

  bool has(Step step) const;
  std::optional<Failure> ask(Host& host, Step step);
  std::optional<Failure> settle(Host& host, Step step);
  std::optional<Failure> charge(Host& host);
  std::optional<Failure> authenticate(Host& host);
  std::optional<Failure> identify(const std::optional<Identity>& completed);
  std::optional<Failure> take_identity();
  std::optional<Failure> recall(Host& host);
  std::optional<Failure> ask_needs(Host& host);
  std::optional<Failure> ask_claim(Host& host);
  std::optional<Failure> line_up(Host& host);
  std::optional<Failure> begin_once(Host& host);
  void use_result(Host& host);
  Call make_call(const profile::HandlerStep& step);
  std::optional<Failure> render_changes();
  std::optional<Failure> render_topics(const std::vector<profile::TopicText>& texts, std::vector<Topic>& into);
  std::optional<Failure> render_effects(Host& host);
  std::optional<Failure> render_answer(Outbound& outbound);
  void emit(Outbound& outbound);
  void leave_out(const Place& place, const Failure& failure);
  void give_back(Host& host);
  void fail(Host& host, Failure failure);

  const profile::Profile& profile_;
  const profile::Rule& rule_;
  const dialect::Event* message_;
  Scope scope_;
  Step step_ = Step::schema;
  std::size_t need_ = 0;       // which of the conditions is asked
  bool is_one_need_ = false;   // it names one topic, not a list
  std::vector<Topic> topics_;  // of the condition or claim in hand
  std::string order_;          // what its rule's `order` names
  bool waiting_ = false;
  bool committed_ = false;  // a handler has accepted: nothing fails any more
  bool repeated_ = false;   // it was done before: its sender is answered, and nothing else happens
  bool disowned_ = false;   // nobody hears the answer, and nothing of the sender changes
  std::optional<Answer> answer_;
  Judged judged_;                           // what `authenticate` has found
  std::optional<profile::RoleIndex> role_;  // that its verifier says
  Json found_;
  Json result_;
  std::vector<Emission> emissions_;  // of the handler
  Json kept_;                        // a list
  Effects effects_;
  Verdict verdict_;
};

}  // namespace polygate::rules
