#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/result.h"
#include "gateway/plugin/abi.h"
#include "gateway/plugin/emission.h"
#include "gateway/plugin/enquiry.h"
#include "gateway/plugin/files.h"
#include "gateway/plugin/random.h"
#include "gateway/store/store.h"

/// All that a plugin author includes. A plugin is a shared object with one entry, POLYGATE_PLUGIN; it registers
/// handlers and looks, which a profile's rules name as `handler: plugin.name` and `look: plugin.name`.
///
///     namespace {
///     struct Doors {
///       explicit Doors(const polygate::Settings& settings);             // from the profile's `settings`
///       polygate::Outcome enter(const polygate::Call& call);            // one call at a time
///       polygate::Outcome leave(const polygate::Call& call);
///     };
///     }
///     POLYGATE_PLUGIN(my_plugin, plugin) {
///       plugin.state<Doors>()
///           .handler("enter", &Doors::enter, polygate::Threading::serial)
///           .handler("leave", &Doors::leave, polygate::Threading::serial);
///     }
///
/// A constructor that throws stops the start-up with what it says; a handler that throws makes its one event fail with
/// `internal`. Keep the classes in an anonymous namespace: the program and its plugins share one address space.
namespace polygate {

/// What PluginRegistry::secret declared, by the same names, as far as the profile has it.
using Secrets = std::map<std::string, std::string, std::less<>>;

/// What a handler is built from. Pointers are to what belongs to the gateway and outlives the handler.
struct Settings {
  Json values = Json::object();  ///< the profile's `settings`
  Store* store = nullptr;        ///< the profile's; null without a store or migrations. Not open under `check`
  const Clock* clock = nullptr;  ///< never null in a gateway
  std::string profile = {};      ///< its name
  Secrets secrets = {};
  const Random* random = nullptr;  ///< never null in a gateway
  const Files* files = nullptr;    ///< the profile's; null without `files` in gateway.yaml. Not made under `check`
};

/// One event on its way through a rule. Materialised for the handler: owns what it says, may cross threads.
struct Call {
  std::string profile = {};
  std::string event = {};
  std::string role = {};         ///< of the sender, when the event came
  std::string session = {};      ///< `$me.id`
  std::string user = {};         ///< `$me.user`, empty when nobody is authenticated
  std::string order = {};        ///< what the rule's `order` names, a key for Outcome::write; empty: nothing
  Json claims = Json::object();  ///< of the sender's token
  Json data = nullptr;           ///< of the event, or what the rule has instead: `handler: {name, data}`
  Json with = Json::object();    ///< what the rule passes with `handler: {name, with}`, rendered
  /// `authenticate` asks: `user` and `claims` are those of the token that a verifier has accepted, and
  /// Outcome::identify may complete them.
  bool authenticates = false;
  std::vector<std::string> roles = {};  ///< then: of which Outcome::identify may pick one; the first, where it does not

  /// Those of the topics (`family/name`, at most kMostPresent) on which somebody is at this moment, on whatever worker,
  /// in the order in which they were named. Waits for that, as long as a turn may: for blocking and serial handlers,
  /// while they run; elsewhere it throws.
  Result<std::vector<std::string>> present(std::vector<std::string> topics) const {
    if (!asks) throw std::logic_error("`present` waits for its answer: blocking and serial handlers may ask");
    return asks->present(std::move(topics));
  }
  std::shared_ptr<const Enquiry> asks = {};  ///< the gateway's
};

/// Who the sender is, in the words of a look that `authenticate` has asked.
struct Identity {
  std::string user;  ///< 1 to 256 bytes without control characters
  Json claims = Json::object();
  std::string role = {};  ///< one of Call::roles; empty: the first of them, if there are any
};

/// What a handler says: yes with a result (`$result` in the rule), no with a reason for the client, or what it will say
/// when the store has it.
class [[nodiscard]] Outcome {
 public:
  using Closure = std::function<Outcome(Transaction&)>;

  /// Yes, and the sender is this. For looks that `authenticate` has asked; from others it is a fault: `internal`.
  static Outcome identify(Identity identity) {
    Outcome made(std::nullopt, nullptr, {}, {});
    made.identity_ = std::move(identity);
    return made;
  }
  static Outcome accept(Json result = nullptr) { return Outcome(std::nullopt, std::move(result), {}, {}); }
  /// The handler returns at once, and the closure says yes or no on the store's thread, in one transaction: a yes is
  /// told when its commit is durable, a no leaves nothing in the store. Closures of the same `key` are run one after
  /// another, in order; those of other keys may run at the same time, so one decides only on rows that its key covers.
  /// A closure owns what it needs, for the handler goes on meanwhile. It may be run again, when what it did could not
  /// be committed: it changes nothing but the database, does no hashing and waits for nothing else. Above 50 ms it is
  /// logged. When a `run` of it fails and it says yes all the same, or when the store does not take it, the rule fails
  /// with the store's reason and words, such as `busy`.
  static Outcome write(std::string key, Closure closure) {
    Outcome made(std::nullopt, nullptr, {}, {});
    made.key_ = std::move(key);
    made.closure_ = std::move(closure);
    return made;
  }
  /// The rule fails with `refused`; `message` is what the client reads.
  static Outcome refuse(std::string message) { return fail(Reason::refused, std::move(message)); }
  /// The rule fails with `reason`; `message` is what the client reads: the handler's own words, never a library's.
  static Outcome fail(Reason reason, std::string message) { return Outcome(reason, nullptr, std::move(message), {}); }
  /// The same for something that failed below, such as the store: its reason for the client, its words for the log.
  static Outcome fail(const Failure& below, std::string message) {
    return Outcome(below.reason, nullptr, std::move(message), below.details.empty() ? below.message : below.details);
  }
  /// The rule fails with what the plugin declared by PluginRegistry::failure under this name. One that it did not
  /// declare is its fault: `internal`.
  static Outcome fail(std::string declared) {
    Outcome made(Reason::internal, nullptr, {}, {});
    made.declared_ = std::move(declared);
    return made;
  }

  /// With a yes, also that of a closure: sends this behind what the rule sends, in the order of the calls. Within the
  /// rule's `emits`; what may not go out is left out alone, and logged as the handler's fault.
  Outcome& emit(Emission emission) & {
    emissions_.push_back(std::move(emission));
    return *this;
  }
  Outcome emit(Emission emission) && {
    emissions_.push_back(std::move(emission));
    return std::move(*this);
  }

  bool accepted() const { return !reason_ && !closure_; }
  /// Neither yes nor no as yet: key() and closure() say what comes first.
  bool writes() const { return static_cast<bool>(closure_); }
  const std::string& key() const { return key_; }
  const Closure& closure() const { return closure_; }
  const Json& result() const { return result_; }
  const std::vector<Emission>& emissions() const { return emissions_; }
  const std::optional<Identity>& identity() const { return identity_; }
  /// Of the failure that the plugin declared and that has reason and message; empty: they are here.
  const std::string& declared() const { return declared_; }
  /// When it was not accepted.
  Reason reason() const { return reason_.value_or(Reason::internal); }
  const std::string& message() const { return message_; }
  /// For the log alone; may be empty.
  const std::string& details() const { return details_; }

 private:
  Outcome(std::optional<Reason> reason, Json result, std::string message, std::string details)
      : reason_(reason), result_(std::move(result)), message_(std::move(message)), details_(std::move(details)) {}
  std::optional<Reason> reason_;  ///< none: yes
  Json result_;
  std::vector<Emission> emissions_;
  std::optional<Identity> identity_;
  std::string message_;
  std::string details_;
  std::string declared_;
  std::string key_;
  Closure closure_;
};

/// Where the gateway runs a handler. All instances are made at start-up.
enum class Threading : std::uint8_t {
  inline_,   ///< on the worker's own thread, one instance per worker: must not block
  blocking,  ///< on a bounded pool, one instance per pool thread: may read files or ask databases
  serial,    ///< one instance, one call at a time in order of arrival, off the workers: may keep state for all sessions
};

using HandlerFunction = std::function<Outcome(const Call&)>;

/// Makes the object that handlers share; throws when the settings do not suit it.
struct StateFactory {
  std::function<std::shared_ptr<void>(const Settings&)> make;
};

/// A handler as a method of a state.
struct StateMethod {
  std::shared_ptr<const StateFactory> state;
  std::function<HandlerFunction(std::shared_ptr<void>)> bind;
  bool is_const = false;
};

struct HandlerFactory {
  std::string name;
  Threading threading = Threading::inline_;
  /// With an object of its own; throws when the settings do not suit the handler.
  std::function<HandlerFunction(const Settings&)> make;
  std::optional<StateMethod> method = {};  ///< where it shares its object with others
  bool is_look = false;                    ///< reads only: for `look` and `authenticate`
};

/// A failure that a plugin gives a name, so that profiles can say it in words of their own (`failures`).
struct DeclaredFailure {
  std::string name;
  Reason reason = Reason::refused;  ///< under which it is counted and answered
  std::string message;              ///< where the profile has no words for it
};

/// Registers methods of T as handlers and looks, all of one object. It is made once for each profile, on the main
/// thread, and goes when nothing of it runs any more. Its handlers that are `serial` are run one at a time, in the
/// order in which their events came. A T with a method that is not const has serial handlers only, and needs no lock.
/// One with other handlers has const methods only: these may run on several threads at once. A look reads and changes
/// nothing, neither of the object nor in the store, for its rule may still fail behind it: Outcome::write is not for
/// looks.
template <class T>
class StateHandlers {
 public:
  explicit StateHandlers(std::vector<HandlerFactory>& handlers) : handlers_(handlers) {
    state_->make = [](const Settings& settings) -> std::shared_ptr<void> { return std::make_shared<T>(settings); };
  }

  StateHandlers& handler(std::string name, Outcome (T::*method)(const Call&), Threading threading) {
    return add(std::move(name), method, threading, false);
  }
  StateHandlers& handler(std::string name, Outcome (T::*method)(const Call&) const, Threading threading) {
    return add(std::move(name), method, threading, true);
  }
  /// For the step `look`, where what it says is `$found`, and for the `handler` of `authenticate`.
  StateHandlers& look(std::string name, Outcome (T::*method)(const Call&) const, Threading threading) {
    add(std::move(name), method, threading, true);
    handlers_.back().is_look = true;
    return *this;
  }

 private:
  template <class Method>
  StateHandlers& add(std::string name, Method method, Threading threading, bool is_const) {
    const auto bind = [method](std::shared_ptr<void> state) -> HandlerFunction {
      return [method, its = std::static_pointer_cast<T>(std::move(state))](const Call& call) {
        return ((*its).*method)(call);
      };
    };
    const auto make = [bind, state = state_](const Settings& settings) { return bind(state->make(settings)); };
    handlers_.push_back({std::move(name), threading, make, StateMethod{state_, bind, is_const}});
    return *this;
  }

  std::vector<HandlerFactory>& handlers_;
  const std::shared_ptr<StateFactory> state_ = std::make_shared<StateFactory>();
};

/// What a plugin registers its handlers with; names are `[a-z0-9_]+`, each once.
class PluginRegistry {
 public:
  /// The steps that make the tables of its handlers, oldest first. Each runs once in the store of every profile that
  /// uses the plugin, before its handlers are made; one that ran is never edited, renamed or left out. A plugin without
  /// migrations has no store.
  void migrations(std::vector<Migration> steps) { migrations_ = std::move(steps); }

  /// What several handlers share; see StateHandlers.
  template <class T>
  StateHandlers<T> state() {
    return StateHandlers<T>(handlers_);
  }

  /// A handler that shares nothing: its operator() is called, of one T for each thread.
  template <class T>
  void handler(std::string name) {
    add<T>(std::move(name), Threading::inline_);
  }
  template <class T>
  void blocking_handler(std::string name) {
    add<T>(std::move(name), Threading::blocking);
  }
  template <class T>
  void serial_handler(std::string name) {
    add<T>(std::move(name), Threading::serial);
  }

  /// What the profile's `settings` must be, a JSON Schema (2020-12) as text. `polygate check` says what is wrong with
  /// them, each mistake with its line, before any handler is made from them: what the schema says need not be checked
  /// again. The mapping is one for all plugins of a profile and for `$settings`: a schema speaks of its own keys, and
  /// leaves others open (no `additionalProperties` at the top). A key that nobody speaks of is told.
  void settings_schema(std::string json) { settings_schema_ = std::move(json); }

  /// Says where in `settings` a secret is named: `secret("mail.password")` for `mail: {password: {env: MAIL_PASSWORD}}`
  /// or `{file: mail.key}`. Handlers find it as Settings::secrets under this name, if the profile names one;
  /// Settings::values have its place alone, and so has `$settings`.
  void secret(std::string where) { secrets_.push_back(std::move(where)); }

  /// Makes `Outcome::fail(name)` known to its handlers, and `name` to the `failures` of the profiles that use it.
  void failure(std::string name, Reason reason, std::string message) {
    failures_.push_back({std::move(name), reason, std::move(message)});
  }

  const std::vector<HandlerFactory>& handlers() const { return handlers_; }
  const std::vector<Migration>& migrations() const { return migrations_; }
  const std::vector<DeclaredFailure>& failures() const { return failures_; }
  const std::vector<std::string>& secrets() const { return secrets_; }
  const std::string& settings_schema() const { return settings_schema_; }

 private:
  template <class T>
  void add(std::string name, Threading threading) {
    handlers_.push_back({std::move(name), threading, [](const Settings& settings) -> HandlerFunction {
                           auto instance = std::make_shared<T>(settings);
                           return [instance](const Call& call) { return (*instance)(call); };
                         }});
  }
  std::vector<HandlerFactory> handlers_;
  std::vector<Migration> migrations_;
  std::vector<DeclaredFailure> failures_;
  std::vector<std::string> secrets_;
  std::string settings_schema_;
};

/// What the loader finds in a plugin. `abi` stays the first member for ever: it is read before the rest is believed.
struct PluginEntry {
  const char* abi;
  const char* name;
  void (*install)(PluginRegistry&);
};

}  // namespace polygate

#ifdef POLYGATE_STATIC_PLUGINS
#define POLYGATE_ENTRY_NAME(plugin_name) polygate_plugin_##plugin_name
#else
#define POLYGATE_ENTRY_NAME(plugin_name) polygate_plugin
#endif

/// The one entry of a plugin: POLYGATE_PLUGIN(name, registry) { registry.handler<T>("x"); }
#define POLYGATE_PLUGIN(plugin_name, registry)                                                                      \
  static void polygate_install_##plugin_name(::polygate::PluginRegistry& registry);                                 \
  extern "C" __attribute__((visibility("default"))) const ::polygate::PluginEntry POLYGATE_ENTRY_NAME(plugin_name); \
  const ::polygate::PluginEntry POLYGATE_ENTRY_NAME(plugin_name) = {::polygate::kAbiTag, #plugin_name,              \
                                                                    &polygate_install_##plugin_name};               \
  static void polygate_install_##plugin_name(::polygate::PluginRegistry& registry)
