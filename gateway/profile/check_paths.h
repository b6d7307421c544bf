#pragma once
#include "gateway/profile/check_context.h"

/// Does every `$path` of a template lead somewhere?
namespace polygate::profile {

void check_text(CheckContext& context, const CheckScope& scope, const Text& text);
/// `$next.x`: each counter is there before the first turn.
void check_next(CheckContext& context, const Path& path);
void check_shape(CheckContext& context, const CheckScope& scope, const Shape& shape);
/// `$paths` of an endpoint: there is no session yet, so only the request itself and constants are known.
void check_endpoint_text(CheckContext& context, const Endpoint& endpoint, const Text& text, bool query_is_known);
void check_endpoint_shape(CheckContext& context, const Endpoint& endpoint, const Shape& shape);

}  // namespace polygate::profile
