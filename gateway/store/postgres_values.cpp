#include "gateway/store/postgres_values.h"

#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace polygate {
namespace {

// Types of PostgreSQL's catalogue (pg_type.dat), which never change.
constexpr unsigned kUnknown = 0;
constexpr unsigned kBool = 16;
constexpr unsigned kBytea = 17;
constexpr unsigned kInt8 = 20;
constexpr unsigned kInt2 = 21;
constexpr unsigned kInt4 = 23;
constexpr unsigned kText = 25;
constexpr unsigned kOid = 26;
constexpr unsigned kFloat4 = 700;
constexpr unsigned kFloat8 = 701;
constexpr unsigned kNumeric = 1700;

constexpr int kAsText = 0;
constexpr int kAsBytes = 1;

template <class Number>
std::string digits(Number number) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

StoreValue integer_or_double(std::string_view text) {
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc() && end == text.data() + text.size()) return integer;
  return std::strtod(std::string(text).c_str(), nullptr);
}

Bytes bytes_of(const char* text) {
  std::size_t size = 0;
  unsigned char* unescaped = PQunescapeBytea(reinterpret_cast<const unsigned char*>(text), &size);
  Bytes bytes{std::string(reinterpret_cast<const char*>(unescaped), size)};
  PQfreemem(unescaped);
  return bytes;
}

StoreValue value_of(const pg_result* result, int column) {
  if (PQgetisnull(result, 0, column) != 0) return nullptr;
  const char* text = PQgetvalue(result, 0, column);
  const std::string_view all(text, static_cast<std::size_t>(PQgetlength(result, 0, column)));
  switch (PQftype(result, column)) {
    case kBool:
      return std::int64_t{all == "t" ? 1 : 0};
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
    case kNumeric:
      return integer_or_double(all);
    case kFloat4:
    case kFloat8:
      return std::strtod(text, nullptr);
    case kBytea:
      return bytes_of(text);
    default:
      return std::string(all);
  }
}

}  // namespace

PostgresParameters::PostgresParameters(const StoreRow& row) {
  numbers_.reserve(row.size());  // what was pointed to must stay where it is
  const auto add = [&](unsigned type, const std::string* bytes, int format) {
    types_.push_back(type);
    values_.push_back(bytes == nullptr ? nullptr : bytes->c_str());
    lengths_.push_back(bytes == nullptr ? 0 : static_cast<int>(bytes->size()));
    formats_.push_back(format);
  };
  for (const StoreValue& value : row) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      add(kInt8, &numbers_.emplace_back(digits(*integer)), kAsText);
    } else if (const auto* number = std::get_if<double>(&value)) {
      add(kFloat8, &numbers_.emplace_back(digits(*number)), kAsText);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      add(kText, text, kAsText);
    } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
      add(kBytea, &bytes->value, kAsBytes);
    } else {
      add(kUnknown, nullptr, kAsText);
    }
  }
}

StoreRow row_of(const pg_result* result) {
  StoreRow row;
  const int columns = PQnfields(result);
  row.reserve(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) row.push_back(value_of(result, i));
  return row;
}

}  // namespace polygate
