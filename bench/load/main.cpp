// The load generator: one work against one server, one line of JSON on stdout. `bench/run` calls it.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <map>
#include <sstream>
#include <string_view>

#include "bench/load/sessions.h"
#include "bench/load/works.h"

namespace bench {

namespace {

constexpr std::string_view kUsage =
    "usage: polygate_load --work WORK --port N --pid N --cores N[,N...]\n"
    "       [--path /bench] [--sessions N] [--in-flight N] [--size BYTES] [--memory 0|1] [--warm-up MS] [--window MS]\n"
    "       WORK is relay, fan-out, handshakes, readings or check, or sio-ack, sio-fan-out, sio-idle, sio-polling or "
    "sio-check\n";

std::size_t number(std::string_view option, std::string_view text, std::size_t most) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > most) {
    fail(std::string(option) + " takes a number up to " + std::to_string(most) + ", not `" + std::string(text) + "`");
  }
  return value;
}

Options parse(int argc, char** argv) {
  Options options;
  const std::map<std::string_view, std::function<void(std::string_view, std::string_view)>> known{
      {"--work", [&](auto, auto text) { options.work = text; }},
      {"--path", [&](auto, auto text) { options.path = text; }},
      {"--port", [&](auto name, auto text) { options.port = std::uint16_t(number(name, text, 65'535)); }},
      {"--pid", [&](auto name, auto text) { options.pid = pid_t(number(name, text, 4'194'304)); }},
      {"--sessions", [&](auto name, auto text) { options.sessions = number(name, text, 100'000); }},
      {"--in-flight", [&](auto name, auto text) { options.in_flight = number(name, text, 64); }},
      {"--size", [&](auto name, auto text) { options.size = number(name, text, 32'768); }},
      {"--memory", [&](auto name, auto text) { options.memory = number(name, text, 1) == 1; }},
      {"--warm-up",
       [&](auto name, auto text) { options.warm_up = std::chrono::milliseconds(number(name, text, 60'000)); }},
      {"--window",
       [&](auto name, auto text) { options.window = std::chrono::milliseconds(number(name, text, 60'000)); }},
      {"--cores", [&](auto name, auto text) {
         std::istringstream list{std::string(text)};
         for (std::string core; std::getline(list, core, ',');) {
           options.cores.push_back(int(number(name, core, CPU_SETSIZE - 1)));
         }
       }}};
  for (int i = 1; i < argc; i += 2) {
    const auto found = known.find(argv[i]);
    if (found == known.end() || i + 1 == argc)
      fail("cannot use `" + std::string(argv[i]) + "`\n" + std::string(kUsage));
    found->second(argv[i], argv[i + 1]);
  }
  if (options.port == 0 || options.pid == 0 || options.cores.empty()) fail(std::string(kUsage));
  if (options.sessions < 2 * options.cores.size() || options.in_flight == 0) fail("too few --sessions or --in-flight");
  return options;
}

void print(const Options& options, const Measurement& result) {
  std::ostringstream json;
  const auto field = [&](const char* name, std::uint64_t value) { json << ", \"" << name << "\": " << value; };
  const auto memory = [&](const char* name, const Memory& value) {
    json << ", \"" << name << R"(": {"anonymous": )" << value.anonymous << R"(, "resident": )" << value.resident << "}";
  };
  json << R"({"work": ")" << options.work << '"';
  field("messages", result.messages);
  field("wall_ns", result.wall_ns);
  field("server_cpu_ns", result.server.ran);
  field("server_waited_ns", result.server.waited);
  field("core_busy_ns", result.core.busy);
  field("core_stolen_ns", result.core.stolen);
  field("load_cpu_ns", result.load_cpu_ns);
  field("load_threads", options.cores.size());
  field("sessions", result.sessions);
  field("sent", result.sent);
  memory("start", result.start);
  memory("upgraded", result.upgraded);
  memory("named", result.named);
  std::printf("%s}\n", json.str().c_str());
}

int run(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (options.work == "check" || options.work == "sio-check") {
    options.work == "check" ? check(options) : sio_check(options);
    return 0;
  }
  const std::map<std::string_view, Measurement (*)(const Options&)> works{
      {"relay", relay},     {"fan-out", fan_out},         {"handshakes", handshakes}, {"readings", readings},
      {"sio-ack", sio_ack}, {"sio-fan-out", sio_fan_out}, {"sio-idle", sio_idle},     {"sio-polling", sio_polling}};
  const auto work = works.find(options.work);
  if (work == works.end()) fail("there is no work `" + options.work + "`\n" + std::string(kUsage));
  print(options, work->second(options));
  return 0;
}

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  return bench::run(argc, argv);
}
