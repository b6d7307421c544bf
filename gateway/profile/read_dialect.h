#pragma once
#include <memory>

#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `dialect:` raw, {name, body} or {name}. Null when it is none that we speak.
std::unique_ptr<dialect::Dialect> read_dialect(ReadContext& context, const yaml::Node& node);

/// The key `engine`: how connections of Engine.IO and Socket.IO are met.
void read_engine(ReadContext& context, const yaml::Node& node);

}  // namespace polygate::profile
