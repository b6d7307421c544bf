# Debian 12 packages, by what they are needed for. Sourced by scripts/install and by nothing else.
build_packages=(
  g++ cmake ninja-build ccache pkg-config
  libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libyaml-cpp-dev nlohmann-json3-dev libssl-dev libsimdjson-dev
  libre2-dev libidn2-dev libspdlog-dev libfmt-dev libcli11-dev prometheus-cpp-dev libsqlite3-dev libpq-dev zlib1g-dev
  libgtest-dev libgmock-dev
)
serve_packages=(openssl python3 python3-websockets)
test_packages=(
  clang clang-format clang-tidy lld libclang-rt-14-dev strace npm nodejs chromium openssl git curl postgresql
  python3 python3-websockets python3-socketio python3-requests python3-websocket
)
bench_packages=(npm nodejs postgresql python3 python3-flask-socketio python3-eventlet python3-jsonschema util-linux)
