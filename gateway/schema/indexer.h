#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "gateway/schema/problems.h"
#include "gateway/schema/source.h"

namespace polygate::schema {

class Sources;

/// Walks the schemas of one new document: finds resources (`$id`) and anchors, and refuses unknown keywords. Values
/// that are no schemas, such as those of `enum`, are not looked into. Lives for one call of run().
class Indexer {
 public:
  Indexer(Sources& sources, std::shared_ptr<Source> source, Problems& problems)
      : sources_(sources), source_(std::move(source)), problems_(problems) {}

  void run();

 private:
  void schema(json::View value, const std::string& pointer, Resource* resource);
  void children(json::View value, const std::string& pointer, Resource* resource, Holds holds);
  Resource* identify(json::View value, const std::string& pointer, Resource* parent);
  Resource* add_resource(std::string uri, const std::string& pointer, const Dialect& dialect);
  Dialect dialect_of(json::View value, const std::string& pointer, const Resource* parent);
  void anchors(json::View value, const std::string& pointer, Resource& resource);
  void anchor(Resource& resource, std::string_view keyword, std::string_view name, const std::string& pointer);
  void unknown(const Dialect& dialect, std::string_view key, const std::string& pointer);

  Sources& sources_;
  std::shared_ptr<Source> source_;
  Problems& problems_;
};

}  // namespace polygate::schema
