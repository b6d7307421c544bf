#include "gateway/plugin/plugin.h"

static void install(polygate::PluginRegistry&) {}

extern "C" const polygate::PluginEntry polygate_plugin;
const polygate::PluginEntry polygate_plugin = {"polygate-0 of another time", "wrong_abi", &install};
