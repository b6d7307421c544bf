#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/base/diagnostics.h"
#include "gateway/profile/check.h"
#include "gateway/profile/profile.h"
#include "gateway/schema/schema.h"

namespace polygate::profile {

/// The definitions of a profile's schema file: of events `$defs/E`, `$defs/E.send`, `$defs/E.reply`, `$defs/E.ack`, and
/// each of these with `.args` behind it; of what handlers say `$defs/plugin.handler.result`; of what handshakes bring
/// `$defs/opened.path`, `.query` and `.auth`. Compiles each once.
class Definitions {
 public:
  struct Definition {
    std::string name;  ///< under $defs
    std::shared_ptr<const schema::Schema> schema;
  };

  /// What is wrong with the schema files themselves goes to `in_files`.
  Definitions(Profile& profile, const Surroundings& surroundings, Diagnostics& diagnostics, Diagnostics& in_files);

  /// False when the profile has no schema file or it could not be read (which has been said).
  bool usable() const { return usable_; }
  /// "schemas/x.json#/$defs/name", for messages.
  std::string shown(const std::string& name) const { return file_ + "#/$defs/" + name; }

  /// What data of `event` must look like: `$defs/E.<way>` when there is one, else `$defs/E`; `way` is "", "send",
  /// "reply" or "ack". A definition that is missing is told at `place`; its schema is null when it is missing or
  /// broken.
  Definition find(const std::string& event, const std::string& way, const Place& place);

  /// What all arguments of `event` must look like, as an array: `$defs/E.<way>.args` when there is one, else
  /// `$defs/E.args`. Null schema where there is none.
  Definition find_args(const std::string& event, const std::string& way);
  bool has_args(const std::string& event) const { return is_there(event + ".args"); }
  /// What `field` of `event` must look like, where its definition says so itself. Null schema where it does not.
  Definition find_field(const std::string& event, const std::string& field);
  /// `$defs/<name>`, whatever it is for: told at `place` when it is missing.
  Definition find_named(const std::string& name, const Place& place);
  /// `$defs/E.ack`, or `$defs/E.ack.args`: null schema where there is none.
  Definition find_ack(const std::string& event, bool args);

  /// `$defs/<handler>.result`: null schema where there is none.
  Definition find_result(const std::string& handler);
  /// `$defs/opened.<what>`: null schema where there is none.
  Definition find_opened(const std::string& what);

  /// For events whose names are only known when they are sent: any definition may be needed.
  void compile_all();

  /// Definitions made for sends or replies of events, for results and handshakes that were never looked for.
  void tell_unused(const Place& place);

 private:
  bool is_there(const std::string& name) const;
  void tell_unused_result(const std::string& name, const Place& place);
  Definition find_one(const std::string& event, const std::string& name);
  std::shared_ptr<const schema::Schema> compiled(const std::string& name);

  Profile& profile_;
  schema::Library* library_;
  Diagnostics& diagnostics_;
  Diagnostics& in_files_;
  std::string file_;
  bool usable_ = false;
  bool all_ = false;
  std::vector<std::string> names_;
  std::map<std::string, bool> events_;  // looked for
  std::set<std::string> opened_;        // as which the definitions of handshakes were
};

}  // namespace polygate::profile
