// The input is a schema, a zero byte and a value. Whatever they are: no crash, and valid() is errors().empty().
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/schema/library.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polygate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = input.find('\0');
  if (split == std::string_view::npos) return 0;
  json::Document value;
  if (!value.parse(input.substr(split + 1))) return 0;
  for (const auto draft : {schema::Draft::draft2020, schema::Draft::draft7}) {
    schema::Library library("nothing-is-read-from-here", {draft, true, schema::Options::Unknown::ignore});
    Diagnostics diagnostics;
    const auto schema = library.compile_text("fuzz.json", input.substr(0, split), diagnostics);
    if ((schema == nullptr) == diagnostics.empty()) std::abort();
    if (schema == nullptr) continue;
    if (schema->valid(value.root()) != schema->errors(value.root()).empty()) std::abort();
    if (schema->errors(value.root(), 2).size() > 2) std::abort();
    schema->look_up({"a", "0", "b"});
  }
  return 0;
}
