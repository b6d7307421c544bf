#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/schema/program.h"
#include "gateway/schema/subject.h"

namespace polygate::schema {

/// The JSON Pointer of a trail; cut after 256 bytes, for its keys come from a peer.
std::string pointer(const Trail* trail);

// What each kind of failure says. Values from a peer are quoted, escaped and cut.

std::string message(const Node& node, std::string_view keyword);
std::string message(const Node& node, std::string_view keyword, TooDeep);
std::string message(const Node& node, std::string_view keyword, TypeBits found);
std::string message(const Node& node, std::string_view keyword, const Number& found, const Number& limit);
std::string message(const Node& node, std::string_view keyword, std::size_t found, std::size_t limit);
std::string message(const Node& node, std::string_view keyword, std::size_t matching);
std::string message(const Node& node, std::string_view keyword, std::string_view name);
std::string message(const Node& node, std::string_view keyword, std::string_view found, std::string_view expected);
std::string message(const Node& node, std::string_view keyword, std::string_view key, const ObjectRules& rules);
std::string message(const Node& node, std::string_view keyword, const Trail& unevaluated);
std::string message(const Node& node, std::string_view keyword, json::View found, json::View constant);
std::string message(const Node& node, std::string_view keyword, std::string_view found, json::View constant);
std::string message(const Node& node, std::string_view keyword, json::View found, const std::vector<json::View>& list);
std::string message(const Node& node, std::string_view keyword, std::string_view found,
                    const std::vector<json::View>& list);

}  // namespace polygate::schema
