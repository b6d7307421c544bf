#pragma once
#include "gateway/plugin/plugin.h"

/// The handlers of hub.yaml, linked into the talks.
extern "C" const polygate::PluginEntry polygate_plugin_hub_desk;
