#include "gateway/app/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polygate::app {
namespace {

using testing::HasSubstr;
using testing::Not;

session::Meter::Profile profile_meter() {
  session::Meter::Profile meter;
  meter.events = {"note", ""};
  meter.roles = {"guest", "writer"};
  meter.counts.resize(2 * 2 * session::Meter::kVerdicts);
  return meter;
}

Snapshot two_workers() {
  Snapshot snapshot;
  snapshot.profiles = {"notes"};
  for (std::uint64_t worker = 0; worker < 2; ++worker) {
    server::WorkerMeters meters;
    meters.transport.connections = 3;
    meters.transport.bytes_in = 100;
    meters.transport.handshakes[static_cast<std::size_t>(server::Handshake::accepted)] = 5;
    meters.transport.closes = {{1001, 2}};
    meters.transport.lags.counts[0] = 4;
    meters.session.closes = {{1001, 1}, {4409, 1}};
    meters.transport.outbox_bytes = 7;
    session::Meter::Profile profile = profile_meter();
    profile.sessions = 2;
    profile.incoming = 10;
    profile.results_invalid = 3;
    profile.count(0, 1, session::Meter::kVerdicts - 1) = 6;
    profile.count(1, 0, static_cast<std::size_t>(Reason::unknown)) = 1;
    profile.times.counts[1] = 6;
    profile.times.counts.back() = 1;
    profile.times.sum = 0.5;
    meters.session.profiles.push_back(std::move(profile));
    snapshot.collected.workers.push_back(std::move(meters));
  }
  snapshot.collected.acceptor.refused[static_cast<std::size_t>(net::Admission::Verdict::per_address)] = 9;
  snapshot.collected.census.by_profile = {{"notes", 12}};
  snapshot.collected.census.refused[static_cast<std::size_t>(engine_io::Census::Verdict::per_profile)] = 8;
  return snapshot;
}

TEST(Metrics, AddUpAllWorkers) {
  const std::string text = render_metrics(two_workers());
  EXPECT_THAT(text, HasSubstr("polygate_connections 6\n"));
  EXPECT_THAT(text, HasSubstr("polygate_bytes_total{direction=\"in\"} 200\n"));
  EXPECT_THAT(text, HasSubstr("polygate_handshakes_total{result=\"accepted\"} 10\n"));
  EXPECT_THAT(text, HasSubstr("polygate_refusals_total{limit=\"connections_per_address\"} 9\n"));
  EXPECT_THAT(text, HasSubstr("polygate_refusals_total{limit=\"engine_sessions_per_profile\"} 8\n"));
  EXPECT_THAT(text, HasSubstr("polygate_engine_sessions{profile=\"notes\"} 12\n"));
  EXPECT_THAT(text, HasSubstr("polygate_sessions{profile=\"notes\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("polygate_incoming_total{profile=\"notes\"} 20\n"));
  EXPECT_THAT(text, HasSubstr("polygate_results_invalid_total{profile=\"notes\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("polygate_outbox_bytes 14\n"));
  EXPECT_THAT(text, HasSubstr("polygate_close_codes_total{code=\"1001\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("polygate_close_codes_total{code=\"4409\"} 2\n"));
}

TEST(Metrics, CountEventsByWhatBecameOfThem) {
  const std::string text = render_metrics(two_workers());
  EXPECT_THAT(text,
              HasSubstr("polygate_events_total{profile=\"notes\",event=\"note\",role=\"writer\",verdict=\"ok\"} 12\n"));
  EXPECT_THAT(text, HasSubstr("event=\"unknown\",role=\"guest\",verdict=\"unknown\"} 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("verdict=\"forbidden\"")));
}

TEST(Metrics, HistogramsAreCumulative) {
  const std::string text = render_metrics(two_workers());
  EXPECT_THAT(text, HasSubstr("# TYPE polygate_event_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("polygate_event_seconds_count{profile=\"notes\"} 14\n"));
  EXPECT_THAT(text, HasSubstr("polygate_event_seconds_sum{profile=\"notes\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("polygate_event_seconds_bucket{profile=\"notes\",le=\"1\"} 12\n"));
  EXPECT_THAT(text, HasSubstr("polygate_event_seconds_bucket{profile=\"notes\",le=\"+Inf\"} 14\n"));
  EXPECT_THAT(text, HasSubstr("polygate_loop_lag_seconds_bucket{le=\"0.001\"} 8\n"));
}

TEST(Metrics, TellWhatEachProfileKeepsAndWhatItCouldNot) {
  Snapshot snapshot;
  snapshot.profiles = {"notes", "silent"};
  snapshot.kept["notes"] = {.messages = 3, .bytes = 2'000, .not_kept = {4, 5, 6, 7, 8}};
  const std::string text = render_metrics(snapshot);
  EXPECT_THAT(text, HasSubstr("polygate_kept_messages{profile=\"notes\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("polygate_kept_messages{profile=\"silent\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("polygate_kept_bytes{profile=\"notes\"} 2000\n"));
  EXPECT_THAT(text, HasSubstr("polygate_not_kept_total{profile=\"notes\",limit=\"kept_per_topic\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("polygate_not_kept_total{profile=\"notes\",limit=\"kept_bytes\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("polygate_not_kept_total{profile=\"notes\",limit=\"kept_bytes_together\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("polygate_not_kept_total{profile=\"notes\",limit=\"message_bytes\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("polygate_not_kept_total{profile=\"notes\",limit=\"definition\"} 8\n"));
  EXPECT_THAT(text, HasSubstr("polygate_not_kept_total{profile=\"silent\",limit=\"kept_bytes\"} 0\n"));
}

TEST(Metrics, TellWhatWaitsForEachWorker) {
  Snapshot snapshot = two_workers();
  snapshot.collected.workers[1].transport.mailbox_letters = 5'000;
  snapshot.collected.workers[1].transport.mailbox_bytes = 600'000;
  snapshot.collected.workers[1].transport.pressed_seconds = 1.5;
  snapshot.collected.workers[0].session.profiles[0].paused = 1;
  snapshot.collected.workers[1].session.profiles[0].paused = 2;
  const std::string text = render_metrics(snapshot);
  EXPECT_THAT(text, HasSubstr("polygate_mailbox_letters{worker=\"0\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("polygate_mailbox_letters{worker=\"1\"} 5000\n"));
  EXPECT_THAT(text, HasSubstr("polygate_mailbox_bytes{worker=\"1\"} 600000\n"));
  EXPECT_THAT(text, HasSubstr("polygate_mailbox_pressed_seconds_total{worker=\"1\"} 1.5\n"));
  EXPECT_THAT(text, HasSubstr("polygate_sessions_paused{profile=\"notes\"} 3\n"));
}

TEST(Metrics, SayWhichRoundsOfTimersWereSkipped) {
  Snapshot snapshot = two_workers();
  for (server::WorkerMeters& worker : snapshot.collected.workers) {
    worker.session.profiles[0].timers = {{"fast", {}}, {"slow", {2, 3, 4}}};
  }
  const std::string text = render_metrics(snapshot);
  const std::string skipped = "polygate_timer_rounds_skipped_total{profile=\"notes\",timer=";
  EXPECT_THAT(text, HasSubstr(skipped + "\"fast\",why=\"running\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(skipped + "\"slow\",why=\"running\"} 4\n"));
  EXPECT_THAT(text, HasSubstr(skipped + "\"slow\",why=\"pressed\"} 6\n"));
  EXPECT_THAT(text, HasSubstr(skipped + "\"slow\",why=\"late\"} 8\n"));
}

TEST(Metrics, AServerWithoutTrafficHasThemToo) {
  const std::string text = render_metrics({});
  EXPECT_THAT(text, HasSubstr("polygate_build_info{version=\"0."));
  EXPECT_THAT(text, HasSubstr("polygate_handshakes_total{result=\"malformed\"} 0\n"));
}

TEST(Metrics, SayWhatTheStoresHaveWritten) {
  Snapshot snapshot;
  snapshot.stores = {{"notes", {.written = 5, .unsure = 1}}, {"other", {}}};
  const std::string text = render_metrics(snapshot);
  EXPECT_THAT(text, HasSubstr("polygate_store_writes_total{profile=\"notes\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("polygate_store_unsure_total{profile=\"notes\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("polygate_store_unsure_total{profile=\"other\"} 0\n"));
}

TEST(HandlerMeter, CountsOnlyHandlersThatItKnows) {
  HandlerMeter meter;
  meter.know("fleet.jobs");
  meter.count({.handler = "fleet.jobs", .took = Millis(20), .slow = true, .fault = ""});
  meter.count({.handler = "fleet.jobs", .took = Millis(0), .fault = "out of range", .slow_write = true});
  meter.count({.handler = "other.jobs", .took = Millis(1), .fault = ""});
  Snapshot snapshot;
  snapshot.handlers = meter.read();
  const std::string text = render_metrics(snapshot);
  EXPECT_THAT(text, HasSubstr("polygate_handler_seconds_bucket{handler=\"fleet.jobs\",le=\"0.001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("polygate_handler_seconds_count{handler=\"fleet.jobs\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("polygate_handler_slow_total{handler=\"fleet.jobs\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("polygate_handler_slow_writes_total{handler=\"fleet.jobs\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("polygate_handler_faults_total{handler=\"fleet.jobs\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("handler=\"other")));
}

}  // namespace
}  // namespace polygate::app
