#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/plugin/entries.h"

namespace polygate {
namespace {

using testing::HasSubstr;

/// One fleet; says in one line what became of an event.
class PrintJobs : public testing::Test {
 protected:
  explicit PrintJobs(Json settings = Json::object()) { use(std::move(settings)); }

  void use(Json settings) {
    jobs_ = make_handler(polygate_plugin_printer_fleet, "jobs",
                         {.values = {{"jobs", std::move(settings)}}, .clock = &clock_});
  }

  /// The state after the event, or why it was refused.
  std::string run(const Call& call) {
    const Outcome outcome = jobs_(call);
    if (!outcome.declared().empty()) return outcome.declared();
    if (!outcome.accepted()) return outcome.message();
    return outcome.result().is_null() ? "nothing" : outcome.result()["state"].get<std::string>();
  }
  std::string user(const std::string& type, const std::string& file = "file-1", const std::string& printer = "p",
                   const std::string& agent = "a") {
    Json data = {{"type", type}, {"agent_uuid", agent}, {"printer_uuid", printer}};
    if (!file.empty()) data["print_file_uuid"] = file;
    return run({.event = "print_job", .role = "user", .user = "ada", .data = std::move(data)});
  }
  std::string status(const std::string& status, const std::string& file = "", const std::string& printer = "p",
                     const std::string& agent = "a") {
    Json data = {{"printer_uuid", printer}, {"status", status}, {"job", nullptr}};
    if (!file.empty()) data["job"] = {{"print_file_uuid", file}, {"progress", 0.5}};
    return run({.event = "printer_status", .role = "agent", .user = agent, .data = std::move(data)});
  }
  std::string answer(const std::string& status) {
    return run(
        {.event = "print_job", .role = "agent", .user = "a", .data = {{"printer_uuid", "p"}, {"status", status}}});
  }

  ManualClock clock_;
  HandlerFunction jobs_;
};

TEST_F(PrintJobs, AJobIsStartedPausedResumedAndCancelled) {
  EXPECT_EQ(user("START"), "printing");
  EXPECT_EQ(user("PAUSE"), "paused");
  EXPECT_EQ(user("RESUME", ""), "printing");
  EXPECT_EQ(user("CANCEL", ""), "idle");
  EXPECT_EQ(user("START", "file-2"), "printing");
  EXPECT_EQ(user("PAUSE", "file-2"), "paused");
  EXPECT_EQ(user("CANCEL"), "the printer's job is print file file-2, not file-1");
  EXPECT_EQ(user("CANCEL", "file-2"), "idle");
}

TEST_F(PrintJobs, PrintersDoNotDisturbOneAnother) {
  EXPECT_EQ(user("START", "f", "p", "a"), "printing");
  EXPECT_EQ(user("START", "f", "q", "a"), "printing");
  EXPECT_EQ(user("START", "f", "p", "b"), "printing");
  EXPECT_EQ(user("PAUSE", "f", "q", "a"), "paused");
  EXPECT_EQ(user("PAUSE", "f", "p", "a"), "paused");
}

TEST_F(PrintJobs, T55_WithoutAStartThereIsNothingToResume) {
  EXPECT_EQ(user("RESUME"), "RESUME needs a paused job, and the printer is idle");
  EXPECT_EQ(user("PAUSE"), "PAUSE needs a job that is printing, and the printer is idle");
  EXPECT_EQ(user("CANCEL"), "CANCEL needs a job that is printing or paused, and the printer is idle");
  EXPECT_EQ(user("START"), "printing");
  EXPECT_EQ(user("RESUME"), "RESUME needs a paused job, and the printer is printing");
  EXPECT_EQ(user("PAUSE"), "paused");
  EXPECT_EQ(user("PAUSE"), "PAUSE needs a job that is printing, and the printer is paused");
}

TEST_F(PrintJobs, T55_AReplayedStartIsRefused) {
  EXPECT_EQ(user("START"), "printing");
  EXPECT_EQ(user("START"), "print file file-1 was started on this printer already and is printing");
  EXPECT_EQ(user("PAUSE"), "paused");
  EXPECT_EQ(user("START"), "print file file-1 was started on this printer already and is paused");
  EXPECT_EQ(user("START", "file-2"), "the printer is busy with another job");
}

TEST_F(PrintJobs, T55_AStartNeedsAFileAPrinterAndAnAgent) {
  EXPECT_THAT(user("START", ""), HasSubstr("START needs data.print_file_uuid"));
  EXPECT_THAT(user("START", "f", ""), HasSubstr("data.printer_uuid must be text"));
  EXPECT_THAT(user("START", "f", "p", ""), HasSubstr("data.agent_uuid must be text"));
  EXPECT_THAT(user("START", std::string(129, 'f')), HasSubstr("1 to 128 characters"));
  EXPECT_EQ(user("ERASE"), "data.type must be START, PAUSE, RESUME or CANCEL");
  EXPECT_THAT(run({.event = "print_job", .role = "user", .data = "START"}), HasSubstr("must be text"));
}

TEST_F(PrintJobs, T55_AnAgentSpeaksOnlyForItsOwnPrinters) {
  EXPECT_EQ(user("START", "f", "p", "victim"), "printing");
  Call lie = {.event = "printer_status",
              .role = "agent",
              .user = "attacker",
              .data = {{"agent_uuid", "victim"}, {"printer_uuid", "p"}, {"status", "unavailable"}}};
  EXPECT_EQ(run(lie), "unavailable");
  EXPECT_EQ(user("PAUSE", "f", "p", "victim"), "paused");
  lie.user = "";
  EXPECT_EQ(run(lie), "an agent must be authenticated");
  lie.role = "user";
  EXPECT_EQ(run(lie), "printer_status comes from agents only");
}

TEST_F(PrintJobs, T55_APrinterThatItsAgentNeverReportedIsForeignWhenTheProfileSaysSo) {
  use({{"reported_printers_only", true}});
  EXPECT_EQ(status("available", "", "p", "a"), "idle");
  EXPECT_EQ(user("START", "f", "p", "b"), "printer p is not known: its agent has not reported it");
  EXPECT_EQ(user("START", "f", "q", "a"), "printer q is not known: its agent has not reported it");
  EXPECT_EQ(user("START", "f", "p", "a"), "printing");
}

TEST_F(PrintJobs, TheRuleMayNameTheAgent) {
  Call call = {.event = "print_job",
               .role = "user",
               .data = {{"type", "START"}, {"print_file_uuid", "f"}, {"printer_uuid", "p"}},
               .with = {{"agent", "a"}}};
  EXPECT_EQ(run(call), "printing");
  EXPECT_EQ(user("PAUSE", "f", "p", "a"), "paused");
}

TEST_F(PrintJobs, WhatTheAgentReportsWins) {
  EXPECT_EQ(status("busy", "file-9"), "printing");  // the gateway was started while it printed
  EXPECT_EQ(user("PAUSE", "file-9"), "paused");
  EXPECT_EQ(status("busy", "file-9"), "paused");
  EXPECT_EQ(status("busy", "file-10"), "printing");  // another job was started by hand
  EXPECT_EQ(status("available"), "idle");
  EXPECT_EQ(user("START"), "printing");
}

TEST_F(PrintJobs, AnUnavailablePrinterIsNotStarted) {
  EXPECT_EQ(user("START"), "printing");
  EXPECT_EQ(status("unavailable"), "unavailable");
  EXPECT_EQ(user("START"), "the printer is unavailable");
  EXPECT_EQ(user("RESUME"), "RESUME needs a paused job, and the printer is unavailable");
  EXPECT_EQ(status("available"), "idle");
  EXPECT_EQ(user("START"), "printing");
}

TEST_F(PrintJobs, AStatusThatCrossedTheStartIsNotItsEnd) {
  EXPECT_EQ(user("START"), "printing");
  EXPECT_EQ(status("available"), "printing");
  EXPECT_EQ(status("busy", "file-1"), "printing");
  EXPECT_EQ(status("available"), "idle");

  EXPECT_EQ(user("START"), "printing");
  clock_.advance(Millis(10'000));
  EXPECT_EQ(status("available"), "idle");
}

TEST_F(PrintJobs, AnErrorOfTheAgentTakesTheLastRequestBack) {
  EXPECT_EQ(user("START"), "printing");
  EXPECT_EQ(answer("error"), "idle");
  EXPECT_EQ(user("START"), "printing");
  EXPECT_EQ(answer("success"), "printing");
  EXPECT_EQ(user("PAUSE"), "paused");
  EXPECT_EQ(answer("error"), "printing");
  EXPECT_EQ(user("CANCEL"), "idle");
  EXPECT_EQ(answer("error"), "printing");
  EXPECT_EQ(user("CANCEL", "file-1"), "idle");
  EXPECT_EQ(answer("success"), "idle");
  EXPECT_EQ(answer("error"), "nothing");
  EXPECT_EQ(answer("maybe"), "data.status must be success or error");
  EXPECT_EQ(run({.event = "print_job", .role = "agent", .user = "a", .data = {{"message", "hi"}}}), "nothing");
}

TEST_F(PrintJobs, APartialStatusChangesNothing) {
  EXPECT_EQ(user("START"), "printing");
  EXPECT_EQ(run({.event = "printer_status", .role = "agent", .user = "a", .data = {{"printer_uuid", "p"}}}),
            "printing");
  EXPECT_EQ(status("on fire"), "data.status must be available, unavailable or busy");
}

TEST_F(PrintJobs, OtherEventsAreAMistakeOfTheProfile) {
  EXPECT_EQ(run({.event = "lunch", .role = "user", .data = {{"agent_uuid", "a"}, {"printer_uuid", "p"}}}),
            "printer_fleet.jobs knows print_job and printer_status, not lunch");
}

TEST_F(PrintJobs, T61_IdlePrintersAreForgottenFirstAndJobsNever) {
  use({{"max_printers", 3}});
  EXPECT_EQ(user("START", "f", "working"), "printing");
  EXPECT_EQ(status("unavailable", "", "old"), "unavailable");
  EXPECT_EQ(status("unavailable", "", "new"), "unavailable");
  EXPECT_EQ(status("unavailable", "", "old"), "unavailable");  // heard of again: now `new` is the older one
  EXPECT_EQ(user("START", "f", "next"), "printing");
  EXPECT_EQ(user("START", "f", "old"), "the printer is unavailable");
  EXPECT_EQ(user("START", "f", "new"), "printing");  // it was forgotten, and took the room of `old`
  EXPECT_EQ(user("START", "f", "more"), "too_many_printers");
  EXPECT_EQ(status("busy", "f", "more"), "nothing");
  EXPECT_EQ(user("PAUSE", "f", "working"), "paused");
}

TEST_F(PrintJobs, T61_OneAgentCannotTakeTheRoomOfAll) {
  use({{"max_printers_per_agent", 2}});
  for (int i = 0; i < 10; ++i) status("busy", "f", "p" + std::to_string(i), "flood");
  EXPECT_EQ(user("START", "f", "p9", "flood"), "too_many_printers");
  EXPECT_EQ(user("START", "f", "p", "other"), "printing");
}

TEST_F(PrintJobs, SaysWhatItsSettingsAre) {
  const auto said = [](Json jobs) {
    return settings_complaints(polygate_plugin_printer_fleet, {{"jobs", std::move(jobs)}});
  };
  EXPECT_EQ(
      said({{"agent_role", "a"}, {"reported_printers_only", true}, {"max_printers", 1}, {"max_printers_per_agent", 1}}),
      "");
  EXPECT_EQ(said({{"max", 3}}), "/jobs/max: unknown property \"max\"\n");
  EXPECT_EQ(said({{"max_printers", 0}}), "/jobs/max_printers: expected at least 1, found 0\n");
  EXPECT_EQ(said({{"max_printers_per_agent", 1.5}}), "/jobs/max_printers_per_agent: expected integer, found number\n");
  EXPECT_EQ(said({{"agent_role", 3}}), "/jobs/agent_role: expected string, found integer\n");
  EXPECT_EQ(said({{"reported_printers_only", "yes"}}),
            "/jobs/reported_printers_only: expected boolean, found string\n");
  EXPECT_EQ(said({3}), "/jobs: expected object, found array\n");
}

}  // namespace
}  // namespace polygate
