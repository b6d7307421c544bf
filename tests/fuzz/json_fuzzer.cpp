#include <cstdint>
#include <cstdlib>

#include "gateway/base/json.h"

namespace json = polygate::json;
using polygate::Json;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// The bytes of each member, down to the leaves, read as the very value that stands there.
void check_members(json::View value, std::string_view bytes) {
  if (!value.is_object()) return;
  std::size_t count = 0;
  json::MemberText text(bytes);
  json::members(value, bytes, [&](const json::Member& member) {
    json::Document document;
    require(static_cast<bool>(document.parse(member.bytes)));
    require(document.bytes() == member.bytes);
    require(json::to_json(document.root()) == json::to_json(member.value));
    require(text.next() && text.value() == member.bytes);
    check_members(member.value, member.bytes);
    ++count;
    return true;
  });
  require(!text.next() && count == json::object(value).size());
}

}  // namespace

/// What the Document accepts, nlohmann's parser accepts too, with the same meaning; spans and writing agree with it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (json::MemberText text(input); text.next();) (void)text.value();  // never beyond the input, JSON or not

  json::Document document;
  if (!document.parse(input, {.max_bytes = 1 << 16, .max_depth = 16, .max_nodes = 1000})) return 0;
  const Json tree = json::to_json(document.root());
  require(Json::parse(input, nullptr, false) == tree);

  std::string written;
  json::append(written, document.root());
  json::Document again;
  require(static_cast<bool>(again.parse(written)));
  require(json::to_json(again.root()) == tree);
  check_members(document.root(), document.bytes());
  return 0;
}
