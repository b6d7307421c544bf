#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gateway/plugin/plugin.h"

namespace {

using polygate::Call;
using polygate::Json;
using polygate::Outcome;

constexpr char kSettings[] = R"({
  "type": "object",
  "properties": {
    "people": {
      "description": "By user: who there is.",
      "type": "object",
      "additionalProperties": {
        "type": "object",
        "properties": {
          "email": {"type": "string"},
          "circles": {"type": "array", "items": {"type": "integer"}},
          "conversations": {"type": "array", "items": {"type": "integer"}},
          "signed_out": {"type": "boolean"}
        },
        "required": ["circles", "conversations"],
        "additionalProperties": false
      }
    }
  },
  "required": ["people"]
})";

bool contains(const Json& list, const Json& one) {
  for (const Json& each : list) {
    if (each == one) return true;
  }
  return false;
}

/// What a hub's handlers know: people, their circles and conversations, all of it from the settings; and how many
/// messages were written. A store's place is taken by the settings, so that a talk can say who is where.
class Desk {
 public:
  explicit Desk(const polygate::Settings& settings) : people_(settings.values.at("people")) {}

  /// Whose token that is: `u5` is person 5, `d5` device 5.
  Outcome account(const Call& call) const {
    const auto found = people_.find(call.user);
    if (found == people_.end()) return Outcome::fail("unknown_token");
    if (found->value("signed_out", false)) return Outcome::fail("signed_out");
    const bool is_device = call.user.front() == 'd';
    const std::int64_t id = std::stoll(call.user.substr(1));
    Json claims = {{"id", id}, {"is_device", is_device}, {is_device ? "device_id" : "person_id", id}};
    if (!is_device) claims["email"] = found->at("email");
    return Outcome::identify({call.user, std::move(claims), is_device ? "device" : "person"});
  }

  Outcome rooms(const Call& call) const {
    const Json& person = people_.at(call.user);
    return Outcome::accept({{"circles", person["circles"]}, {"conversations", person["conversations"]}});
  }

  /// May the sender be in that conversation, or in that circle?
  Outcome admit(const Call& call) const {
    const Json& person = people_.at(call.user);
    const auto conversation = call.data.find("conversation_id");
    if (conversation != call.data.end()) {
      if (!contains(person["conversations"], *conversation)) return Outcome::fail("not_in_conversation");
    } else if (!contains(person["circles"], call.data.at("circle_id"))) {
      return Outcome::fail("not_in_circle");
    }
    return Outcome::accept();
  }

  /// Whom a call is for, by e-mail or by user; only within a circle.
  Outcome callee(const Call& call) const {
    const Json& mine = people_.at(call.user)["circles"];
    for (const auto& [user, person] : people_.items()) {
      const bool is_meant = call.data.contains("email") ? person.value("email", "") == call.data["email"]
                                                        : user == call.data.value("user_id", "");
      if (!is_meant) continue;
      for (const Json& circle : person["circles"]) {
        if (contains(mine, circle)) return Outcome::accept({{"user", user}});
      }
    }
    return Outcome::fail("no_account");
  }

  /// A message with files waits for them: it has ids to which these are uploaded, and no time as yet.
  Outcome post(const Call& call) {
    const Json& id = call.data.at("conversation_id");
    if (!contains(people_.at(call.user)["conversations"], id)) return Outcome::fail("not_in_conversation");
    Json result = {{"message", {{"id", ++messages_}, {"text_message", call.data.value("text_message", "")}}}};
    if (const auto files = call.data.find("files"); files != call.data.end()) {
      Json media = Json::array();
      for (const Json& file : *files) media.push_back({{"id", ++media_}, {"name", file}});
      result["media"] = std::move(media);
      result["status"] = "pending";
    } else {
      result["status"] = "done";
      if (call.claims.contains("email")) result["sender"] = call.claims["email"];
    }
    return Outcome::accept(std::move(result));
  }

  /// The e-mail or the number of who came or went, and the circles that are to hear it.
  Outcome presence(const Call& call) {
    const auto device = call.with.find("device");
    if (device != call.with.end()) {
      const auto id = device->get<std::string>();
      return Outcome::accept({{"device_id", std::stoll(id)}, {"circles", people_.at("d" + id)["circles"]}});
    }
    const Json& person = people_.at("u" + call.with.at("person").get<std::string>());
    return Outcome::accept({{"email", person["email"]}, {"circles", person["circles"]}});
  }

  Outcome turn_credentials(const Call& call) {
    return Outcome::accept({{"username", "1796000000:" + call.user}, {"password", "c2VjcmV0"}});
  }

  /// Nobody is online.
  Outcome restarted(const Call&) { return Outcome::accept(); }

 private:
  const Json people_;
  std::int64_t messages_ = 0;
  std::int64_t media_ = 0;
};

}  // namespace

POLYGATE_PLUGIN(hub_desk, plugin) {
  using polygate::Reason;
  using polygate::Threading;
  plugin.settings_schema(kSettings);
  plugin.failure("unknown_token", Reason::unauthenticated, "no such account");
  plugin.failure("signed_out", Reason::unauthenticated, "signed out");
  plugin.failure("no_account", Reason::absent, "no such account");
  plugin.failure("not_in_conversation", Reason::forbidden, "not in this conversation");
  plugin.failure("not_in_circle", Reason::forbidden, "not in this circle");
  plugin.state<Desk>()
      .look("account", &Desk::account, Threading::serial)
      .look("rooms", &Desk::rooms, Threading::serial)
      .look("admit", &Desk::admit, Threading::serial)
      .look("callee", &Desk::callee, Threading::serial)
      .handler("post", &Desk::post, Threading::serial)
      .handler("presence", &Desk::presence, Threading::serial)
      .handler("turn_credentials", &Desk::turn_credentials, Threading::serial)
      .handler("restarted", &Desk::restarted, Threading::serial);
}
