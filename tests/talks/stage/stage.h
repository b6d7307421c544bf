#pragma once
#include "gateway/plugin/plugin.h"

/// Handlers for talks and for nothing else: they say what the rule passes with `with`, and wait when they are told to.
/// Linked into the tests. Their threads may share locks, as those of no other plugin do.
extern "C" const polygate::PluginEntry polygate_plugin_stage;

namespace polygate::stage {

/// Lets go one call that waits under that name in the deployment with this clock, or will.
void release(const Clock& clock, const std::string& name);
/// Lets go whoever waits in the deployment with this clock, for good: its test is over.
void end(const Clock& clock);

}  // namespace polygate::stage
