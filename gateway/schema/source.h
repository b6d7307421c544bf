#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/diagnostics.h"
#include "gateway/base/json.h"
#include "gateway/schema/keywords.h"

namespace polygate::schema {

/// A part of a schema document with a URI of its own: the document itself, or a subschema with `$id`.
struct Resource {
  std::uint32_t number = 0;  ///< unique within a Library
  std::string uri;           ///< absolute, no fragment
  std::string pointer;       ///< where it stands in its document
  Dialect dialect;
  std::map<std::string, std::string, std::less<>> anchors;          ///< name -> pointer in the document
  std::map<std::string, std::string, std::less<>> dynamic_anchors;  ///< those of $dynamicAnchor
};

/// A schema document. Owned by its Library while it is read, then shared with the Programs that point into it.
struct Source {
  std::string name;        ///< in messages: the file's name, or a URI
  std::string uri;         ///< where it was found
  bool published = false;  ///< part of this program: nothing in it is checked
  bool broken = false;     ///< cannot be read; not to be compiled
  std::string text;
  json::Document document;                                                  ///< of `text`
  std::map<std::string, std::unique_ptr<Resource>, std::less<>> resources;  ///< by pointer; the root's is ""

  /// The resource that the schema at `pointer` is part of.
  const Resource& resource_of(std::string_view pointer) const;
  /// The value at a JSON Pointer.
  std::optional<json::View> at(std::string_view pointer) const;
  /// The line and column of the value (of its key, in an object) at a JSON Pointer.
  Place place(std::string_view pointer) const;
};

/// Appends "/" and the escaped `token` (RFC 6901).
std::string child(std::string_view pointer, std::string_view token);
std::string child(std::string_view pointer, std::size_t index);
/// The same pointer with each token escaped as child() does, so that a place has one name.
std::string normal_pointer(std::string_view pointer);

}  // namespace polygate::schema
