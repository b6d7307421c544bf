#include "gateway/app/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <initializer_list>
#include <span>
#include <sstream>
#include <utility>

#include "gateway/app/version.h"

namespace polygate::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::initializer_list<ClientMetric::Label>;
using ProfileMeter = session::Meter::Profile;

/// One metric with all its label values.
class Family {
 public:
  Family(std::string name, std::string help, MetricType type) {
    family_.name = std::move(name);
    family_.help = std::move(help);
    family_.type = type;
  }

  void add(Labels labels, double value) {
    ClientMetric metric;
    metric.label = labels;
    metric.counter.value = value;
    metric.gauge.value = value;
    family_.metric.push_back(std::move(metric));
  }
  void add(Labels labels, std::uint64_t value) { add(labels, static_cast<double>(value)); }

  template <const auto& kBounds>
  void add(Labels labels, const Histogram<kBounds>& histogram) {
    ClientMetric metric;
    metric.label = labels;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
      total += histogram.counts[i];
      if (i < kBounds.size()) metric.histogram.bucket.push_back({total, kBounds[i]});
    }
    metric.histogram.sample_count = total;
    metric.histogram.sample_sum = histogram.sum;
    family_.metric.push_back(std::move(metric));
  }

  MetricFamily take() { return std::move(family_); }

 private:
  MetricFamily family_;
};

Family counter(std::string name, std::string help) {
  return {"polygate_" + std::move(name), std::move(help), MetricType::Counter};
}
Family gauge(std::string name, std::string help) {
  return {"polygate_" + std::move(name), std::move(help), MetricType::Gauge};
}
Family histogram(std::string name, std::string help) {
  return {"polygate_" + std::move(name), std::move(help), MetricType::Histogram};
}

/// One number of every profile.
struct ProfileNumber {
  std::uint64_t ProfileMeter::*member;
  const char* name;
  const char* help;
};
constexpr std::array kProfileCounters = {
    ProfileNumber{&ProfileMeter::opened, "sessions_opened_total", "Sessions that were opened."},
    ProfileNumber{&ProfileMeter::incoming, "incoming_total", "Events that came in and were taken."},
    ProfileNumber{&ProfileMeter::incoming_checked, "incoming_checked_total",
                  "Events that came in and were held against their schema, or refused before."},
    ProfileNumber{&ProfileMeter::outgoing, "outgoing_total", "Events that were sent, counted once per send."},
    ProfileNumber{&ProfileMeter::outgoing_checked, "outgoing_checked_total",
                  "Events that were sent and held against their schema."},
    ProfileNumber{&ProfileMeter::outgoing_invalid, "outgoing_invalid_total",
                  "Events that were not sent because they broke their own schema."},
    ProfileNumber{&ProfileMeter::results_invalid, "results_invalid_total",
                  "Results of handlers that were not used because they broke their schema."},
    ProfileNumber{&ProfileMeter::delivered, "frames_delivered_total", "Frames that were put into outboxes."},
    ProfileNumber{&ProfileMeter::slow_consumers, "slow_consumers_total",
                  "Sessions that were cut at their outbox's limit."},
    ProfileNumber{&ProfileMeter::resumed, "sessions_resumed_total",
                  "Sessions that went on with their client on another connection."},
    ProfileNumber{&ProfileMeter::not_resumed, "sessions_not_resumed_total",
                  "Sessions whose client came back after it had missed more than was kept."},
    ProfileNumber{&ProfileMeter::overdue, "turns_overdue_total",
                  "Events whose handler did not answer in time; the client was told."},
    ProfileNumber{&ProfileMeter::rate_limited, "rate_limited_total", "Events that came in too fast."},
};

class Renderer {
 public:
  explicit Renderer(const Snapshot& snapshot) : snapshot_(snapshot) {}

  std::string render() {
    Family build = gauge("build_info", "Always 1; what runs here.");
    build.add({{"version", std::string(kVersion)}}, 1.0);
    put(build);
    sockets();
    profiles();
    kept();
    handlers();
    stores();
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return std::move(out).str();
  }

 private:
  void put(Family& family) { families_.push_back(family.take()); }

  template <class Pick>
  std::uint64_t sum(Pick pick) const {
    std::uint64_t total = 0;
    for (const server::WorkerMeters& worker : snapshot_.collected.workers) total += pick(worker);
    return total;
  }

  void sockets() {
    using server::ServerMeter;
    using server::WorkerMeters;
    const net::AcceptorMeter& acceptor = snapshot_.collected.acceptor;

    Family connections = gauge("connections", "Connections that are open now, whatever they speak.");
    connections.add({}, sum([](const WorkerMeters& meters) { return meters.transport.connections; }));
    put(connections);

    Family accepted = counter("accepted_total", "Connections that were accepted.");
    accepted.add({}, acceptor.accepted);
    put(accepted);

    const engine_io::Census::Counts& census = snapshot_.collected.census;
    Family refusals = counter(
        "refusals_total", "Connections and sessions of Engine.IO that were refused, by the limit that was reached.");
    for (std::size_t i = 1; i < net::Admission::kVerdicts; ++i) {
      const auto verdict = static_cast<net::Admission::Verdict>(i);
      refusals.add({{"limit", std::string(net::Admission::name(verdict))}}, acceptor.refused[i]);
    }
    for (std::size_t i = 1; i < engine_io::Census::kVerdicts; ++i) {
      const auto verdict = static_cast<engine_io::Census::Verdict>(i);
      refusals.add({{"limit", std::string(engine_io::Census::name(verdict))}}, census.refused[i]);
    }
    put(refusals);

    Family engines =
        gauge("engine_sessions", "Sessions of Engine.IO now, until the last of what they had said is taken.");
    for (const std::string& profile : snapshot_.profiles) {
      const auto known = census.by_profile.find(profile);
      engines.add({{"profile", profile}}, std::uint64_t{known == census.by_profile.end() ? 0 : known->second});
    }
    put(engines);

    Family pauses = counter("accept_pauses_total", "How often accepting waited for file descriptors.");
    pauses.add({}, acceptor.pauses);
    put(pauses);

    Family handshakes = counter("handshakes_total", "First requests on the listeners of profiles, by how they ended.");
    for (std::size_t i = 0; i < server::kHandshakes; ++i) {
      handshakes.add({{"result", std::string(name(static_cast<server::Handshake>(i)))}},
                     sum([i](const WorkerMeters& meters) { return meters.transport.handshakes[i]; }));
    }
    put(handshakes);

    Family bytes = counter("bytes_total", "Bytes read and written, without TLS.");
    bytes.add({{"direction", "in"}}, sum([](const WorkerMeters& meters) { return meters.transport.bytes_in; }));
    bytes.add({{"direction", "out"}}, sum([](const WorkerMeters& meters) { return meters.transport.bytes_out; }));
    put(bytes);

    Family writes = counter("writes_total", "Calls that wrote to sockets.");
    writes.add({}, sum([](const WorkerMeters& meters) { return meters.transport.writes; }));
    put(writes);

    Family lost = counter("lost_total", "Sessions whose peer did not answer a ping.");
    lost.add({}, sum([](const WorkerMeters& meters) { return meters.transport.lost; }));
    put(lost);

    Family outboxes = gauge("outbox_bytes", "Memory that waits for slow readers now, about.");
    outboxes.add({}, sum([](const WorkerMeters& meters) { return meters.transport.outbox_bytes; }));
    put(outboxes);

    mailboxes();
    closes();
    lag();
  }

  void mailboxes() {
    Family letters = gauge("mailbox_letters", "Frames that wait for a worker now.");
    Family bytes = gauge("mailbox_bytes", "Memory that they take, about.");
    Family pressed = counter("mailbox_pressed_seconds_total",
                             "For how long so much waited for a worker that sessions that sent to it paused.");
    for (std::size_t i = 0; i < snapshot_.collected.workers.size(); ++i) {
      const server::ServerMeter& meter = snapshot_.collected.workers[i].transport;
      letters.add({{"worker", std::to_string(i)}}, meter.mailbox_letters);
      bytes.add({{"worker", std::to_string(i)}}, meter.mailbox_bytes);
      pressed.add({{"worker", std::to_string(i)}}, meter.pressed_seconds);
    }
    put(letters);
    put(bytes);
    put(pressed);
  }

  void closes() {
    std::map<std::uint16_t, std::uint64_t> codes;
    for (const server::WorkerMeters& worker : snapshot_.collected.workers) {
      for (const auto& [code, count] : worker.transport.closes) codes[code] += count;
      for (const auto& [code, count] : worker.session.closes) codes[code] += count;
    }
    Family family = counter("close_codes_total", "Sessions that the gateway closed, by the WebSocket close code.");
    for (const auto& [code, count] : codes) family.add({{"code", std::to_string(code)}}, count);
    put(family);
  }

  void lag() {
    decltype(server::ServerMeter::lags) lags;
    for (const server::WorkerMeters& worker : snapshot_.collected.workers) lags += worker.transport.lags;
    Family family = histogram("loop_lag_seconds", "How late the workers' timers came.");
    family.add({}, lags);
    put(family);
  }

  void profiles() {
    Family sessions = gauge("sessions", "Sessions that are open now.");
    Family ending =
        gauge("sessions_ending", "Sessions whose connection is over, and whose last events are being taken.");
    Family detached = gauge("sessions_detached", "Sessions without a connection that wait for their client now.");
    Family paused = gauge("sessions_paused", "Sessions that are not read now: too much waits of what they have sent.");
    Family events = counter("events_total", "Events that came in, by what became of them.");
    Family dropped = counter("dropped_total", "Events that had been read and were never taken, by why.");
    Family seconds = histogram("event_seconds", "From an event's arrival until all it did was handed on.");
    for (std::size_t i = 0; i < snapshot_.profiles.size(); ++i) {
      sessions.add({{"profile", snapshot_.profiles[i]}}, sum_of(i, &ProfileMeter::sessions));
      ending.add({{"profile", snapshot_.profiles[i]}}, sum_of(i, &ProfileMeter::ending));
      detached.add({{"profile", snapshot_.profiles[i]}}, sum_of(i, &ProfileMeter::detached));
      add_dropped(dropped, i);
      paused.add({{"profile", snapshot_.profiles[i]}}, sum_of(i, &ProfileMeter::paused));
      add_events(events, i);
      add_times(seconds, i);
    }
    put(sessions);
    put(ending);
    put(detached);
    put(paused);
    put(events);
    put(dropped);
    put(seconds);
    timers();
    for (const ProfileNumber& number : kProfileCounters) {
      Family family = counter(number.name, number.help);
      for (std::size_t i = 0; i < snapshot_.profiles.size(); ++i) {
        family.add({{"profile", snapshot_.profiles[i]}}, sum_of(i, number.member));
      }
      put(family);
    }
  }

  std::uint64_t sum_of(std::size_t profile, std::uint64_t ProfileMeter::*member) const {
    return sum([&](const server::WorkerMeters& meters) {
      return profile < meters.session.profiles.size() ? meters.session.profiles[profile].*member : 0;
    });
  }

  /// Combinations that never happened are left out: there are events x roles x verdicts of them.
  void add_events(Family& family, std::size_t profile) const {
    std::vector<std::uint64_t> counts;
    const ProfileMeter* shape = nullptr;
    for (const server::WorkerMeters& worker : snapshot_.collected.workers) {
      if (profile >= worker.session.profiles.size()) continue;
      shape = &worker.session.profiles[profile];
      counts.resize(shape->counts.size());
      for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += shape->counts[i];
    }
    if (!shape) return;
    constexpr std::size_t kVerdicts = session::Meter::kVerdicts;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;
      const std::size_t verdict = i % kVerdicts;
      const std::string& role = shape->roles[i / kVerdicts % shape->roles.size()];
      const std::string& event = shape->events[i / kVerdicts / shape->roles.size()];
      const bool happened = verdict == kVerdicts - 1;
      family.add({{"profile", snapshot_.profiles[profile]},
                  {"event", event.empty() ? "unknown" : event},
                  {"role", role},
                  {"verdict", happened ? "ok" : std::string(name(static_cast<Reason>(verdict)))}},
                 counts[i]);
    }
  }

  void add_dropped(Family& family, std::size_t profile) const {
    for (std::size_t why = 0; why < session::kDropped; ++why) {
      const std::uint64_t count = sum([&](const server::WorkerMeters& meters) {
        return profile < meters.session.profiles.size() ? meters.session.profiles[profile].dropped[why] : 0;
      });
      family.add(
          {{"profile", snapshot_.profiles[profile]}, {"why", std::string(name(static_cast<session::Dropped>(why)))}},
          count);
    }
  }

  void timers() {
    Family family = counter("timer_rounds_skipped_total", "Rounds of timers that were not taken, by why.");
    for (std::size_t i = 0; i < snapshot_.profiles.size(); ++i) {
      std::map<std::string, std::array<std::uint64_t, session::kSkipped>> all;
      for (const server::WorkerMeters& worker : snapshot_.collected.workers) {
        if (i >= worker.session.profiles.size()) continue;
        for (const ProfileMeter::Timer& timer : worker.session.profiles[i].timers) {
          for (std::size_t why = 0; why < session::kSkipped; ++why) all[timer.name][why] += timer.skipped[why];
        }
      }
      for (const auto& [timer, skipped] : all) {
        for (std::size_t why = 0; why < session::kSkipped; ++why) {
          family.add({{"profile", snapshot_.profiles[i]},
                      {"timer", timer},
                      {"why", std::string(name(static_cast<session::Skipped>(why)))}},
                     skipped[why]);
        }
      }
    }
    put(family);
  }

  void add_times(Family& family, std::size_t profile) const {
    decltype(ProfileMeter::times) times;
    for (const server::WorkerMeters& worker : snapshot_.collected.workers) {
      if (profile < worker.session.profiles.size()) times += worker.session.profiles[profile].times;
    }
    family.add({{"profile", snapshot_.profiles[profile]}}, times);
  }

  void kept() {
    Family messages = gauge("kept_messages", "Messages that stay with topics now, for those who join later.");
    Family bytes = gauge("kept_bytes", "Memory that they take, about.");
    Family not_kept = counter("not_kept_total", "Messages that could not stay with their topic, by the limit met.");
    for (const std::string& profile : snapshot_.profiles) {
      const auto known = snapshot_.kept.find(profile);
      const KeptMeter meter = known == snapshot_.kept.end() ? KeptMeter{} : known->second;
      messages.add({{"profile", profile}}, std::uint64_t{meter.messages});
      bytes.add({{"profile", profile}}, std::uint64_t{meter.bytes});
      for (std::size_t i = 0; i < kKeptLimits; ++i) {
        not_kept.add({{"profile", profile}, {"limit", std::string(name(static_cast<KeptLimit>(i)))}},
                     meter.not_kept[i]);
      }
    }
    put(messages);
    put(bytes);
    put(not_kept);
  }

  void handlers() {
    Family seconds = histogram(
        "handler_seconds", "How long plugins' handlers took, without what the store did for them, to the millisecond.");
    Family slow = counter("handler_slow_total", "Calls of inline handlers that held up their worker.");
    Family slow_writes = counter("handler_slow_writes_total", "Writes of handlers that held up the store.");
    Family faults = counter("handler_faults_total", "Calls of handlers that ended with an exception.");
    for (const HandlerMeter::Counts& counts : snapshot_.handlers) {
      seconds.add({{"handler", counts.handler}}, counts.seconds);
      slow.add({{"handler", counts.handler}}, counts.slow);
      slow_writes.add({{"handler", counts.handler}}, counts.slow_writes);
      faults.add({{"handler", counts.handler}}, counts.faults);
    }
    put(seconds);
    put(slow);
    put(slow_writes);
    put(faults);
  }

  void stores() {
    Family written =
        counter("store_writes_total", "Writes whose commit is durable: of handlers, and of migrations at the start.");
    Family unsure =
        counter("store_unsure_total", "Writes of which nobody knows whether they are durable; told as busy.");
    for (const Stores::Counts& counts : snapshot_.stores) {
      written.add({{"profile", counts.profile}}, counts.meter.written);
      unsure.add({{"profile", counts.profile}}, counts.meter.unsure);
    }
    put(written);
    put(unsure);
  }

  const Snapshot& snapshot_;
  std::vector<MetricFamily> families_;
};

}  // namespace

std::string render_metrics(const Snapshot& snapshot) {
  return Renderer(snapshot).render();
}

}  // namespace polygate::app
