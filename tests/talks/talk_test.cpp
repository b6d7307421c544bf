#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "gateway/auth/sign.h"
#include "tests/talks/driver.h"
#include "tests/talks/talk.h"

namespace polygate::talks {
namespace {

enum class Where : std::uint8_t { in_process, one_worker, four_workers };

struct Case {
  std::filesystem::path file;
  Where where = Where::in_process;
};

const std::filesystem::path kFolder = std::filesystem::path(POLYGATE_SOURCE_DIR) / "tests/talks";

std::string read_text(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() != ".talk") continue;
    const auto talk = parse(read_text(entry.path()));
    if (!talk || !talk->sockets_only) all.push_back({entry.path(), Where::in_process});
    if (talk && talk->in_process_only) continue;
    all.push_back({entry.path(), Where::one_worker});
    all.push_back({entry.path(), Where::four_workers});
  }
  std::sort(all.begin(), all.end(),
            [](const Case& a, const Case& b) { return std::tie(a.file, a.where) < std::tie(b.file, b.where); });
  return all;
}

/// Goes through one talk line by line; stops at the first thing that is not as written.
class Conversation {
 public:
  Conversation(const Talk& talk, Driver& driver) : talk_(talk), driver_(driver) {
    for (const auto& profile : driver.deployment().profiles()) {
      if (profile->name == talk.profile) profile_ = profile;
    }
  }

  /// Nothing, or what went wrong.
  std::string run() {
    if (!profile_) return "no profile is called " + talk_.profile;
    for (const Line& line : talk_.lines) {
      std::string wrong = take(line);
      if (!wrong.empty()) return "line " + std::to_string(line.number) + ": " + wrong;
    }
    return {};
  }

 private:
  std::string take(const Line& line) {
    switch (line.kind) {
      case Line::Kind::token:
        return mint(line);
      case Line::Kind::connect: {
        const int status = driver_.connect(line.who, line.name, fill(line.headers));
        const int wanted = line.code == 0 ? 101 : line.code;
        return status == wanted ? "" : "expected " + std::to_string(wanted) + ", got " + std::to_string(status);
      }
      case Line::Kind::say:
        driver_.say(line.who, message(line));
        return {};
      case Line::Kind::say_raw:
        driver_.say(line.who, fill(line.text));
        return {};
      case Line::Kind::hear:
      case Line::Kind::hear_raw:
        return hear(line);
      case Line::Kind::closed: {
        const Heard heard = driver_.hear(line.who);
        if (heard.kind != Heard::Kind::closed) return "expected the end, heard " + show(heard);
        if (line.code != 0 && heard.code != line.code) return "closed with " + std::to_string(heard.code);
        return {};
      }
      case Line::Kind::close:
        driver_.close(line.who);
        return {};
      case Line::Kind::drop:
        driver_.drop(line.who);
        return {};
      case Line::Kind::silence:
        return driver_.is_silent(line.who) ? "" : "heard " + show(driver_.hear(line.who));
      case Line::Kind::wait:
        return driver_.wait(Millis(line.milliseconds)) ? "" : "time cannot be turned here";
    }
    return "impossible";
  }

  std::string mint(const Line& line) {
    Json claims = line.data;
    const double now = driver_.unix_seconds();
    const double lifetime = claims.value("lives", 3600.0);
    claims.erase("lives");
    if (!claims.contains("exp")) claims["exp"] = static_cast<std::int64_t>(now + lifetime);
    auth::SignSettings settings;
    settings.key = read_text(kFolder / "keys" / (line.text + ".secret"));
    while (!settings.key.empty() && settings.key.back() == '\n') settings.key.pop_back();
    auto token = auth::sign_jwt(claims, settings);
    if (!token) return token.failure().message;
    tokens_[line.name] = *token;
    return {};
  }

  std::string fill(std::string text) const {
    for (const auto& [name, token] : tokens_) {
      const std::string mark = "${" + name + "}";
      for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
        text.replace(at, mark.size(), token);
    }
    return text;
  }
  Driver::Headers fill(Driver::Headers headers) const {
    for (auto& [name, value] : headers) value = fill(value);
    return headers;
  }

  std::string message(const Line& line) const {
    std::string out = is_socket_io() ? "42" : "";
    profile_->dialect->encode(out, line.name, line.has_data ? fill(line.data.dump()) : "null");
    return out;
  }

  std::string hear(const Line& line) {
    const Heard heard = driver_.hear(line.who);
    if (heard.kind != Heard::Kind::message) return "heard " + show(heard);
    if (line.kind == Line::Kind::hear_raw) return heard.message == line.text ? "" : "heard " + show(heard);
    json::Document document;
    if (is_socket_io() && !heard.message.starts_with("42")) return "heard " + show(heard);
    const std::string_view bytes = std::string_view(heard.message).substr(is_socket_io() ? 2 : 0);
    const auto event = profile_->dialect->decode({true, bytes, {}, {}}, document, {});
    if (!event) return "heard " + show(heard) + ": " + event.failure().message;
    if (event->name != line.name) return "heard " + show(heard);
    const Json data = json::to_json(event->data);
    if (line.has_data ? !matches(line.data, data) : !data.is_null()) return "heard " + show(heard);
    return {};
  }

  bool is_socket_io() const { return profile_->dialect->carriage() == dialect::Carriage::socket_io; }

  static std::string show(const Heard& heard) {
    if (heard.kind == Heard::Kind::nothing) return "nothing";
    if (heard.kind == Heard::Kind::closed) return "the end, code " + std::to_string(heard.code);
    return heard.message;
  }

  const Talk& talk_;
  Driver& driver_;
  profile::ProfilePtr profile_;
  std::map<std::string, std::string> tokens_;
};

class Talks : public testing::TestWithParam<Case> {};

TEST_P(Talks, GoAsWritten) {
  const auto talk = parse(read_text(GetParam().file));
  ASSERT_TRUE(talk) << GetParam().file << ": " << talk.failure().message;
  const auto driver = GetParam().where == Where::in_process
                          ? in_process()
                          : over_sockets(GetParam().where == Where::one_worker ? 1 : 4);
  EXPECT_EQ(Conversation(*talk, *driver).run(), "") << GetParam().file.string() << ": " << talk->title;
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file.parent_path().filename().string() + "_" + info.param.file.stem().string();
  name += info.param.where == Where::in_process   ? "_in_process"
          : info.param.where == Where::one_worker ? "_1_worker"
                                                  : "_4_workers";
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Talks, testing::ValuesIn(cases()), name_of);

}  // namespace
}  // namespace polygate::talks
