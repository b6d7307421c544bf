#include "gateway/base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>
#include <thread>
#include <vector>

#include "gateway/base/json.h"

namespace polygate {
namespace {

constexpr Millis kHour(3'600'000);

/// A pipe that a Log writes into and a test reads from.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC) != 0) std::abort();
    fcntl(ends_[1], F_SETPIPE_SZ, 1 << 20);
  }
  ~Pipe() {
    close(ends_[0]);
    if (ends_[1] >= 0) close(ends_[1]);
  }
  int in() const { return ends_[1]; }
  /// Everything that was written; afterwards nothing more can be.
  std::vector<std::string> lines() {
    close(std::exchange(ends_[1], -1));
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(ends_[0], buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      if (end == std::string::npos) break;
      found.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return found;
  }

 private:
  int ends_[2] = {-1, -1};
};

TEST(Log, WritesTextForPeople) {
  EXPECT_EQ(Log::format(Log::Format::text, Level::info, "listening", {{"address", "127.0.0.1:80"}, {"workers", 4}}),
            "info  listening address=127.0.0.1:80 workers=4");
  EXPECT_EQ(Log::format(Log::Format::text, Level::error, "it failed", {{"why", "no such file"}, {"empty", ""}}),
            "error it failed why=\"no such file\" empty=\"\"");
  EXPECT_EQ(Log::format(Log::Format::text, Level::debug, "m", {{"on", true}, {"x", 0.25}, {"a b", "c=d"}}),
            "debug m on=true x=0.25 a_b=\"c=d\"");
}

TEST(Log, WritesJsonForTools) {
  const std::string line = Log::format(Log::Format::json, Level::warn, "a \"quoted\" message",
                                       {{"text", "\xC3\xA9\n"},
                                        {"n", -5},
                                        {"x", 0.5},
                                        {"off", false},
                                        {"nan", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_EQ(line,
            R"({"level":"warn","message":"a \"quoted\" message","text":"é\n","n":-5,"x":0.5,"off":false,"nan":"nan"})");
  EXPECT_TRUE(Json::accept(line));
}

TEST(Log, PutsTheTimeInFront) {
  Pipe text;
  Log(Log::Format::text, Level::info, text.in()).write(Level::info, "hello", {{"k", "v"}});
  const auto lines = text.lines();
  ASSERT_EQ(lines.size(), 1U);
  const std::string form = "0000-00-00T00:00:00.000Z info  hello k=v";
  ASSERT_EQ(lines[0].size(), form.size()) << lines[0];
  for (std::size_t i = 0; i < form.size(); ++i) {
    EXPECT_TRUE(form[i] == '0' ? std::isdigit(lines[0][i]) != 0 : form[i] == lines[0][i]) << lines[0];
  }
  Pipe json;
  Log(Log::Format::json, Level::info, json.in()).write(Level::warn, "{} %v %s", {{"k", "v"}});
  const Json parsed = Json::parse(json.lines().at(0));
  EXPECT_EQ(parsed["time"].get<std::string>().size(), 24U);
  EXPECT_EQ(parsed["message"], "{} %v %s");
  EXPECT_EQ(parsed["level"], "warn");
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  Pipe pipe;
  {
    Log log(Log::Format::text, Level::warn, pipe.in());
    log.write(Level::debug, "no");
    log.write(Level::info, "no");
    log.write_rarely("kind", Level::info, "no", {}, Millis(0));
    log.write(Level::warn, "yes");
    log.write(Level::error, "yes");
  }
  EXPECT_EQ(pipe.lines().size(), 2U);
}

TEST(Log, WritesOneLinePerKindAndWindowAndCountsTheRest) {
  Pipe pipe;
  {
    Log log(Log::Format::text, Level::info, pipe.in());
    for (int i = 0; i < 4; ++i) log.write_rarely("a", Level::info, "first a", {}, kHour);
    log.write_rarely("b", Level::info, "first b", {}, kHour);
    log.write_rarely("a", Level::info, "second a", {{"k", 1}}, Millis(0));
    log.write_rarely("a", Level::info, "third a", {}, Millis(0));
  }
  const auto lines = pipe.lines();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].substr(25), "info  first a");
  EXPECT_EQ(lines[1].substr(25), "info  first b");
  EXPECT_EQ(lines[2].substr(25), "info  second a k=1 suppressed=3");
  EXPECT_EQ(lines[3].substr(25), "info  third a");
}

TEST(Log, BoundsTheKindsThatItRemembers) {
  Pipe pipe;
  {
    Log log(Log::Format::text, Level::info, pipe.in());
    for (int i = 0; i < 5000; ++i) log.write_rarely(std::to_string(i), Level::info, "m", {}, kHour);
  }
  EXPECT_EQ(pipe.lines().size(), 1025U) << "the kinds beyond the bound share one window";
}

TEST(Log, KeepsLinesWholeWhenThreadsWriteAtOnce) {
  Pipe pipe;
  {
    Log log(Log::Format::json, Level::info, pipe.in());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 500; ++i) log.write(Level::info, "m", {{"thread", t}, {"i", i}});
      });
    }
    for (auto& thread : threads) thread.join();
    log.flush();
    EXPECT_EQ(log.dropped(), 0U);
  }
  const auto lines = pipe.lines();
  EXPECT_EQ(lines.size(), 2000U);
  for (const std::string& line : lines) EXPECT_TRUE(Json::accept(line)) << line;
}

TEST(Log, SurvivesAReaderThatWentAway) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  {
    Log log(Log::Format::text, Level::info, ends[1]);
    for (int i = 0; i < 10; ++i) log.write(Level::info, "nobody");
  }
  close(ends[1]);
}

}  // namespace
}  // namespace polygate
