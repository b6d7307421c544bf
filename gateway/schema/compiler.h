#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "gateway/schema/options.h"
#include "gateway/schema/problems.h"
#include "gateway/schema/program.h"
#include "gateway/schema/sources.h"

namespace polygate::schema {

/// Turns one schema and all that it refers to into a Program. Used for one call of run(), at start-up.
class Compiler {
 public:
  Compiler(Sources& sources, const Options& options, Problems& problems)
      : sources_(sources), options_(options), problems_(problems) {}

  /// nullptr after telling the problems.
  std::shared_ptr<const Program> run(const Location& root);

 private:
  friend class KeywordReader;

  struct Pending {
    Node* node;
    Location location;
  };
  struct DynamicReference {
    ValueRules* rules;
    std::string anchor;
  };

  const Node* node(const Location& location);
  const Node* node_at(const Location& parent, const std::string& pointer, json::View value);
  const Node* reference(const Location& location, std::string_view keyword, std::string_view text);
  std::optional<Location> lone_reference(const Location& location);
  void drain();
  void bind_dynamic_references();
  void refuse_loops();

  Sources& sources_;
  const Options& options_;
  Problems& problems_;
  std::shared_ptr<Program> program_ = std::make_shared<Program>();
  std::unordered_map<std::string, Node*> known_;  // by document and pointer
  std::vector<Pending> pending_;
  std::vector<DynamicReference> dynamic_;
  std::vector<Location> places_;                           // of the nodes, in their order
  std::unordered_map<std::uint32_t, Location> resources_;  // entered so far: any location in each
};

}  // namespace polygate::schema
