#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polygate::schema {

/// The values of `format` that are checked (JSON Schema 2020-12 validation, section 7.3).
enum class Format : std::uint8_t {
  date_time,
  date,
  time,
  duration,
  email,
  idn_email,
  hostname,
  idn_hostname,
  ipv4,
  ipv6,
  uri,
  uri_reference,
  iri,
  iri_reference,
  uuid,
  json_pointer,
  relative_json_pointer,
  regex,
  uri_template,
};

/// The format called `name` in a schema, such as "date-time".
std::optional<Format> format_named(std::string_view name);
std::string_view name(Format format);
std::vector<std::string> format_names();

/// Is `text` of that format? Linear time, and no allocation in the formats that events use.
bool matches(Format format, std::string_view text);

}  // namespace polygate::schema
