#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/diagnostics.h"
#include "gateway/schema/options.h"
#include "gateway/schema/schema.h"
#include "gateway/schema/sources.h"

namespace polygate::schema {

/// The schemas of one folder: reads files, checks them against their metaschema, compiles what is asked for. Used at
/// start-up by one thread; the Schemas that it made outlive it.
class Library {
 public:
  explicit Library(std::filesystem::path folder, Options options = {});

  /// The schema at `pointer` ("" or "#" for the whole, "#/$defs/print_job", "#anchor") of `file`, a path relative to
  /// the folder. nullptr when there are problems, in this file or in one that it refers to; each is told once.
  std::shared_ptr<const Schema> compile(const std::string& file, const std::string& pointer, Diagnostics& diagnostics);

  /// The same for a text that is not in a file; `name` stands for the file in messages and references.
  std::shared_ptr<const Schema> compile_text(std::string_view name, std::string_view json, Diagnostics& diagnostics);

  /// The names under `$defs` and `definitions` of `file`, in its order.
  std::vector<std::string> definitions(const std::string& file, Diagnostics& diagnostics);

  /// A document that `$ref` and `$schema` may name by an absolute URI: nothing is ever fetched.
  void offer(std::string uri, std::string json) { sources_.offer(std::move(uri), std::move(json)); }

 private:
  std::shared_ptr<const Schema> compile(const std::shared_ptr<Source>& source, std::string_view reference,
                                        Problems& problems);
  bool check(const Source& source, Problems& problems);
  const Schema* metaschema(const std::string& uri, Problems& problems);

  Options options_;
  Sources sources_;
  std::map<std::string, std::shared_ptr<const Schema>> metaschemas_;
  std::map<const Source*, bool> checked_;  // against its metaschema
  std::set<std::string> told_;
};

}  // namespace polygate::schema
