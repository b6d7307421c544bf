#pragma once
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "gateway/routing/exchange.h"
#include "tests/unit/session/chaos_model.h"

namespace polygate::session::chaos {

/// Stands before an Exchange that answers at once, and sees in which order all happens there.
class Witness final : public Exchange {
 public:
  Witness(Exchange& there, Model& model) : there_(there), model_(model) {}

  void attach(WorkerIndex worker, Post& post) override { there_.attach(worker, post); }
  void claim(const Topic& topic, SessionId who, Taken when_taken, Done<Claim> done) override {
    Claim answer;
    there_.claim(topic, who, when_taken, [&answer](const Claim& claim) { answer = claim; });
    saw(topic, who, answer, is_due(topic, who, when_taken));
    done(answer);
  }
  void take_over(const Topic& topic, SessionId who, Fence dead, Taken when_taken, Done<Claim> done) override {
    const Model::Holder held = model_.holders[index(topic)];
    Claim answer;
    there_.take_over(topic, who, dead, when_taken, [&answer](const Claim& claim) { answer = claim; });
    // Who probed the holder asked before it began to end, and so before all who wait for that.
    const Fence holds = held.who.empty() ? held.before : held.fence;
    saw(topic, who, answer, is_due(topic, who, when_taken) || holds == dead);
    done(answer);
  }
  void withdraw(const Topic& topic, SessionId who) override {
    std::erase(model_.heirs[index(topic)], who.text());
    there_.withdraw(topic, who);
  }
  void ending(WorkerIndex caller, const Topic& topic, Fence fence) override {
    model_.ending(index(topic), fence);
    there_.ending(caller, topic, fence);
  }
  void release(WorkerIndex caller, const Topic& topic, Fence fence, Done<> done) override {
    model_.note("given back: ", topic.text());
    model_.released(index(topic), fence);
    there_.release(caller, topic, fence, std::move(done));
  }
  void present(WorkerIndex caller, const Topic& topic, Done<bool> done) override {
    there_.present(caller, topic, std::move(done));
  }
  void charge(WorkerIndex caller, const Charge& charge, Done<Millis> done) override {
    there_.charge(caller, charge, std::move(done));
  }
  void line_up(const InLine& who, std::size_t most, Done<bool> done) override {
    there_.line_up(who, most, std::move(done));
  }
  void step_out(const InLine& who) override { there_.step_out(who); }
  void begin_deed(WorkerIndex caller, const Deed& deed, Done<DeedTable::Found> done) override {
    there_.begin_deed(caller, deed, std::move(done));
  }
  void end_deed(WorkerIndex caller, const Deed& deed, DeedResult result, Done<> done) override {
    there_.end_deed(caller, deed, std::move(result), std::move(done));
  }
  void join(WorkerIndex caller, std::vector<Topic> topics, std::size_t weight, Done<AllJoined> done) override {
    ++model_.now;
    there_.join(caller, std::move(topics), weight, std::move(done));
  }
  void leave(WorkerIndex caller, const Topic& topic, Done<> done) override {
    there_.leave(caller, topic, std::move(done));
  }
  void kept(WorkerIndex caller, const Topic& topic, const KeptRange& range, Done<KeptPart> done) override {
    there_.kept(caller, topic, range, std::move(done));
  }
  void recall(WorkerIndex caller, const Topic& topic, const std::string& key, Done<KeptData> done) override {
    there_.recall(caller, topic, key, std::move(done));
  }
  void publish(WorkerIndex caller, Batch batch, Done<Published> done) override {
    std::vector<std::pair<Topic, FramePtr>> sent;
    for (const Sending& one : batch) sent.emplace_back(one.topic, one.frame);
    Published answer;
    there_.publish(caller, std::move(batch), [&answer](Published published) { answer = std::move(published); });
    for (const auto& [topic, frame] : sent) model_.published(topic, frame->message(), !answer.not_kept.empty());
    done(std::move(answer));
  }
  void echo(WorkerIndex caller, Done<> done) override { there_.echo(caller, std::move(done)); }
  std::uint64_t ordered() const override { return there_.ordered(); }
  void let_go() override { there_.let_go(); }
  void direct(WorkerIndex caller, Direct direct) override { there_.direct(caller, std::move(direct)); }
  void watch(WorkerIndex worker, Watcher& watcher) override { there_.watch(worker, watcher); }
  void came(WorkerIndex caller, const Topic& topic, AttendeePtr who) override { there_.came(caller, topic, who); }
  void went(WorkerIndex caller, const Topic& topic, AttendeePtr who) override { there_.went(caller, topic, who); }

 private:
  static std::size_t index(const Topic& topic) { return std::strtoul(std::string(topic.name()).c_str(), nullptr, 10); }
  /// It is its own, or free and nobody has waited longer, or to be replaced.
  bool is_due(const Topic& topic, SessionId who, Taken when_taken) const {
    const Model::Holder& held = model_.holders[index(topic)];
    const std::deque<std::string>& heirs = model_.heirs[index(topic)];
    if (held.who.empty()) return heirs.empty() || heirs.front() == who.text();
    return held.who == who.text() || (when_taken == Taken::replace && !held.is_ending);
  }
  void saw(const Topic& topic, SessionId who, const Claim& answer, bool should) {
    std::deque<std::string>& heirs = model_.heirs[index(topic)];
    const auto its = std::find(heirs.begin(), heirs.end(), who.text());
    const bool waits = !answer.gained && answer.is_ending;
    if (waits && its == heirs.end()) heirs.push_back(who.text());
    if (!waits && its != heirs.end()) heirs.erase(its);
    model_.note(who.text(), (answer.gained ? " gains " : " is refused "), topic.text());
    model_.claimed(index(topic), who.text(), answer.gained, answer.fence, should);
  }

  Exchange& there_;
  Model& model_;
};

}  // namespace polygate::session::chaos
