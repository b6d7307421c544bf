#include "gateway/plugin/loader.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "gateway/base/diagnostics.h"
#include "gateway/plugin/guarded.h"
#include "gateway/plugin/trusted_file.h"
#include "gateway/store/migrations.h"

namespace polygate {
namespace {

constexpr std::size_t kMaxNameLength = 64;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameLength && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string in_ticks(std::string_view text) {
  return "`" + std::string(text) + "`";
}

/// A state that some handler changes while another may run on another thread, or nothing.
std::string fault_in_states(const std::vector<HandlerFactory>& handlers) {
  for (const HandlerFactory& changing : handlers) {
    if (!changing.method || changing.method->is_const) continue;
    for (const HandlerFactory& other : handlers) {
      if (!other.method || other.method->state != changing.method->state) continue;
      if (other.threading == Threading::serial) continue;
      return "registers the handler " + in_ticks(changing.name) + ", a method that is not const, and " +
             in_ticks(other.name) + " of the same state is not serial";
    }
  }
  return {};
}

/// What is wrong with a plugin's own list of handlers, or nothing.
std::string fault_in_handlers(const std::vector<HandlerFactory>& handlers) {
  if (handlers.empty()) return "registers no handler";
  std::set<std::string> names;
  for (const HandlerFactory& handler : handlers) {
    if (!is_name(handler.name))
      return "registers the handler " + in_ticks(handler.name) + ", expected a name of [a-z0-9_]";
    if (!names.insert(handler.name).second) return "registers the handler " + in_ticks(handler.name) + " twice";
  }
  return fault_in_states(handlers);
}

/// The same for the failures that it declares. That a name is none of the gateway's own is for profiles to see.
std::string fault_in_failures(const std::vector<DeclaredFailure>& failures) {
  std::set<std::string> names;
  for (const DeclaredFailure& failure : failures) {
    if (!is_name(failure.name)) {
      return "declares the failure " + in_ticks(failure.name) + ", expected a name of [a-z0-9_]";
    }
    if (!names.insert(failure.name).second) return "declares the failure " + in_ticks(failure.name) + " twice";
    if (failure.message.empty()) return "declares the failure " + in_ticks(failure.name) + " without a message";
  }
  return {};
}

}  // namespace

const HandlerFactory* Plugin::find(std::string_view handler) const {
  const auto found = std::find_if(handlers.begin(), handlers.end(),
                                  [&](const HandlerFactory& factory) { return factory.name == handler; });
  return found == handlers.end() ? nullptr : &*found;
}

Loader::Loader(std::filesystem::path folder) : folder_(std::move(folder)) {}

Result<void> Loader::register_static(const PluginEntry& entry) {
  const std::string name = entry.name;
  if (plugins_.contains(name)) return Failure{Reason::taken, "plugin " + in_ticks(name) + " is registered twice"};
  if (Result<const Plugin*> installed = install(name, "the program", entry); !installed) return installed.failure();
  return {};
}

Result<const Plugin*> Loader::load(std::string_view asked) {
  const std::string name(asked);
  if (!is_name(name)) {
    return Failure{Reason::invalid,
                   "plugin " + in_ticks(name) + ": a plugin's name has 1 to 64 characters of [a-z0-9_]"};
  }
  if (name == "polygate") return Failure{Reason::invalid, "plugin `polygate`: that name is the gateway's own"};
  if (const auto known = plugins_.find(name); known != plugins_.end()) return &known->second;
  const auto failure = [&](Reason reason, const std::string& message) {
    return Failure{reason, "plugin " + in_ticks(name) + ": " + message};
  };
  if (folder_.empty()) return failure(Reason::absent, "the deployment names no plugin folder");

  Result<std::filesystem::path> file = trusted_file(folder_, name + ".so", ::geteuid());
  if (!file) {
    const Failure& why = file.failure();
    return failure(why.reason, why.message + (why.reason == Reason::absent ? hint(name) : ""));
  }
  // RTLD_LOCAL: two plugins may use the same names for different things.
  void* object = ::dlopen(file->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) return failure(Reason::refused, std::string("cannot be loaded: ") + ::dlerror());
  const auto* entry = static_cast<const PluginEntry*>(::dlsym(object, "polygate_plugin"));
  if (entry == nullptr) {
    return failure(Reason::refused, file->string() + " has no symbol `polygate_plugin`: is POLYGATE_PLUGIN missing?");
  }
  return install(name, file->string(), *entry);
}

Result<const Plugin*> Loader::install(const std::string& name, const std::string& place, const PluginEntry& entry) {
  const auto refusal = [&](const std::string& message) {
    return Failure{Reason::refused, "plugin " + in_ticks(name) + ": " + place + " " + message};
  };
  if (entry.abi == nullptr || std::string_view(entry.abi) != kAbiTag) {
    return refusal("was built for \"" + std::string(entry.abi == nullptr ? "" : entry.abi) +
                   "\" and cannot be loaded by this gateway, which is \"" + kAbiTag +
                   "\"; build it again with this gateway's headers and compiler");
  }
  if (std::string_view(entry.name) != name) return refusal("names itself " + in_ticks(entry.name));

  PluginRegistry registry;
  if (const auto thrown = exception_of([&] { entry.install(registry); }))
    return refusal("failed to register: " + *thrown);
  if (const std::string fault = fault_in_handlers(registry.handlers()); !fault.empty()) return refusal(fault);
  if (const std::string fault = fault_in(registry.migrations()); !fault.empty()) return refusal("registers " + fault);
  if (const std::string fault = fault_in_failures(registry.failures()); !fault.empty()) return refusal(fault);
  Plugin plugin{name, registry.handlers(), registry.migrations(), registry.failures(), registry.settings_schema()};
  plugin.secrets = registry.secrets();
  return &plugins_.emplace(name, std::move(plugin)).first->second;
}

std::string Loader::hint(const std::string& name) const {
  std::vector<std::string> names;
  for (const auto& [known, plugin] : plugins_) names.push_back(known);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (entry.path().extension() == ".so") names.push_back(entry.path().stem().string());
  }
  const std::string meant = did_you_mean(name, names);
  return meant.empty() ? "" : "; " + meant;
}

}  // namespace polygate
