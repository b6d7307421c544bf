#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "gateway/schema/library.h"

namespace polygate::schema {

/// A schema that must compile.
inline std::shared_ptr<const Schema> compiled(std::string_view text, const Options& options = {}) {
  Library library("nothing-is-read-from-here", options);
  Diagnostics diagnostics;
  auto schema = library.compile_text("test.json", text, diagnostics);
  EXPECT_NE(schema, nullptr) << diagnostics.text();
  return schema;
}

/// What is wrong with a schema that must not compile.
inline std::string refused(std::string_view text, const Options& options = {}) {
  Library library("nothing-is-read-from-here", options);
  Diagnostics diagnostics;
  EXPECT_EQ(library.compile_text("test.json", text, diagnostics), nullptr);
  return diagnostics.text();
}

/// "instance schema: message" of each error, in lines. Checks that valid() says the same.
inline std::string explain(const Schema& schema, std::string_view value, std::size_t at_most = 16) {
  json::Document document;
  const auto parsed = document.parse(value);
  EXPECT_TRUE(parsed) << parsed.failure().message;
  std::string out;
  for (const Error& error : schema.errors(document.root(), at_most)) {
    out += error.instance + ' ' + error.schema + ": " + error.message + '\n';
  }
  EXPECT_EQ(schema.valid(document.root()), out.empty());
  return out;
}

inline bool accepts(const Schema& schema, std::string_view value) {
  return explain(schema, value).empty();
}

}  // namespace polygate::schema
