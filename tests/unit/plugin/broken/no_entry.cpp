extern "C" int polygate_plugins() {
  return 0;
}
