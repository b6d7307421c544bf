#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include "gateway/plugin/handlers.h"

namespace polygate {
namespace {

const ManualClock kTheClock;

/// Writes down what it is told; `settings.first` is there from the beginning.
class Notes {
 public:
  explicit Notes(const Settings& settings) {
    ++made;
    if (!settings.values.contains("first")) throw std::invalid_argument("settings.first is missing");
    notes_.push_back(settings.values["first"].get<int>());
  }
  Outcome add(const Call& call) {
    notes_.push_back(call.data.get<int>());
    return Outcome::accept();
  }
  Outcome add_twice(const Call& call) {
    notes_.insert(notes_.end(), 2, call.data.get<int>());
    return Outcome::accept();
  }
  Outcome all(const Call&) const { return Outcome::accept(notes_); }

  static int made;

 private:
  std::vector<int> notes_;
};
int Notes::made = 0;

/// A plugin that is made by these lines.
Plugin plugin_of(void (*install)(PluginRegistry&)) {
  PluginRegistry registry;
  install(registry);
  return {"notes", registry.handlers()};
}

void serial_notes(PluginRegistry& registry) {
  registry.state<Notes>()
      .handler("add", &Notes::add, Threading::serial)
      .handler("add_twice", &Notes::add_twice, Threading::serial)
      .handler("all", &Notes::all, Threading::serial);
}

/// Calls it and waits for its answer.
Json answer_of(Handlers& handlers, Handlers::Id id, Json data = nullptr, unsigned worker = 0) {
  std::promise<HandlerResult> promise;
  auto future = promise.get_future();
  auto at_once = handlers.run(id, worker, {.data = std::move(data)},
                              [&promise](HandlerResult result) { promise.set_value(std::move(result)); });
  HandlerResult result = at_once ? std::move(*at_once) : future.get();
  return result ? *result : Json(result.failure().message);
}

TEST(States, OneIsMadeForEachProfileAndSharedByItsHandlers) {
  Notes::made = 0;
  const Plugin plugin = plugin_of(serial_notes);
  Handlers handlers(3, {.threads = 4}, kTheClock);
  std::vector<Handlers::Id> of_a;
  std::vector<Handlers::Id> of_b;
  for (const HandlerFactory& factory : plugin.handlers) {
    of_a.push_back(*handlers.add(plugin, factory, {.values = {{"first", 10}}, .profile = "a"}));
    of_b.push_back(*handlers.add(plugin, factory, {.values = {{"first", 20}}, .profile = "b"}));
  }
  EXPECT_EQ(Notes::made, 2);
  handlers.start();
  answer_of(handlers, of_a[0], 1);
  answer_of(handlers, of_b[0], 2);
  answer_of(handlers, of_a[1], 3);
  EXPECT_EQ(answer_of(handlers, of_a[2]), Json({10, 1, 3, 3}));
  EXPECT_EQ(answer_of(handlers, of_b[2]), Json({20, 2}));
}

TEST(States, ItsSerialHandlersRunOneAtATimeInTheOrderOfTheirEvents) {
  const Plugin plugin = plugin_of(serial_notes);
  Handlers handlers(1, {}, kTheClock);
  const Settings settings = {.values = {{"first", 0}}, .profile = "a"};
  const auto add = *handlers.add(plugin, plugin.handlers[0], settings);
  const auto add_twice = *handlers.add(plugin, plugin.handlers[1], settings);
  const auto all = *handlers.add(plugin, plugin.handlers[2], settings);
  Json expected = {0};
  for (int i = 1; i <= 1'000; ++i) {
    EXPECT_FALSE(handlers.run(i % 2 == 0 ? add_twice : add, 0, {.data = i}, [](const HandlerResult&) {}));
    expected.insert(expected.end(), i % 2 == 0 ? 2 : 1, Json(i));
  }
  handlers.start();
  EXPECT_EQ(answer_of(handlers, all), expected);
}

/// Waits in one profile, which must not hold up another one.
class Waits {
 public:
  explicit Waits(const Settings& settings) : go_(settings.values.value("waits", false)) {}
  Outcome wait(const Call&) {
    if (go_) go().get_future().wait();
    return Outcome::accept();
  }
  static std::promise<void>& go() {
    static std::promise<void> promise;
    return promise;
  }

 private:
  bool go_;
};

TEST(States, EachHasAThreadOfItsOwn) {
  const Plugin plugin = plugin_of([](PluginRegistry& registry) {
    registry.state<Waits>().handler("wait", &Waits::wait, Threading::serial);
    registry.state<Notes>().handler("all", &Notes::all, Threading::serial);
  });
  Handlers handlers(1, {}, kTheClock);
  const auto held = *handlers.add(plugin, plugin.handlers[0], {.values = {{"waits", true}}, .profile = "a"});
  const auto beside = *handlers.add(plugin, plugin.handlers[1], {.values = {{"first", 7}}, .profile = "a"});
  const auto other = *handlers.add(plugin, plugin.handlers[0], {.profile = "b"});
  handlers.start();
  std::promise<void> came;
  EXPECT_FALSE(handlers.run(held, 0, {}, [&](const HandlerResult&) { came.set_value(); }));
  EXPECT_EQ(answer_of(handlers, beside), Json({7}));
  EXPECT_EQ(answer_of(handlers, other), Json(nullptr));
  Waits::go().set_value();
  came.get_future().wait();
}

TEST(States, MethodsThatChangeNothingMayBeInlineAndBlocking) {
  Notes::made = 0;
  const Plugin plugin = plugin_of([](PluginRegistry& registry) {
    registry.state<Notes>()
        .handler("all", &Notes::all, Threading::inline_)
        .handler("all_blocking", &Notes::all, Threading::blocking);
  });
  Handlers handlers(3, {.threads = 2}, kTheClock);
  const Settings settings = {.values = {{"first", 5}}, .profile = "a"};
  const auto at_once = *handlers.add(plugin, plugin.handlers[0], settings);
  const auto pooled = *handlers.add(plugin, plugin.handlers[1], settings);
  EXPECT_EQ(Notes::made, 1);
  handlers.start();
  for (unsigned worker = 0; worker < 3; ++worker) EXPECT_EQ(answer_of(handlers, at_once, nullptr, worker), Json({5}));
  EXPECT_EQ(answer_of(handlers, pooled), Json({5}));
}

TEST(States, AConstructorThatThrowsStopsItsHandlersAndIsNotTriedAgain) {
  Notes::made = 0;
  const Plugin plugin = plugin_of(serial_notes);
  Handlers handlers(1, {}, kTheClock);
  for (const HandlerFactory& factory : plugin.handlers) {
    const auto id = handlers.add(plugin, factory, {.profile = "a"});
    ASSERT_FALSE(id);
    EXPECT_EQ(id.failure().message, "plugin `notes` cannot start: settings.first is missing");
  }
  EXPECT_EQ(Notes::made, 1);
}

std::string refusal_of(void (*install)(PluginRegistry&)) {
  Loader loader("");
  auto registered = loader.register_static({kAbiTag, "notes", install});
  return registered ? "" : registered.failure().message;
}

TEST(States, OneThatChangesHasSerialHandlersOnly) {
  EXPECT_EQ(refusal_of(serial_notes), "");
  EXPECT_THAT(refusal_of([](PluginRegistry& registry) {
                registry.state<Notes>()
                    .handler("all", &Notes::all, Threading::inline_)
                    .handler("add", &Notes::add, Threading::serial);
              }),
              testing::HasSubstr("registers the handler `add`, a method that is not const, and `all` of the same state "
                                 "is not serial"));
  EXPECT_THAT(refusal_of([](PluginRegistry& registry) {
                registry.state<Notes>().handler("add", &Notes::add, Threading::blocking);
              }),
              testing::HasSubstr("`add` of the same state is not serial"));
  EXPECT_EQ(refusal_of([](PluginRegistry& registry) {
              registry.state<Notes>().handler("add", &Notes::add, Threading::serial);
              registry.state<Notes>().handler("all", &Notes::all, Threading::inline_);
            }),
            "")
      << "these are two states";
}

}  // namespace
}  // namespace polygate
