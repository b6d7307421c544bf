#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/json.h"
#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Ran;
using test::Workspace;
using testing::HasSubstr;
using testing::Not;

class Explain : public testing::Test {
 protected:
  Ran run(std::vector<std::string> more) const {
    std::vector<std::string> words = {"explain", workspace.path("profiles/notes.yaml")};
    words.insert(words.end(), more.begin(), more.end());
    return workspace.run(words);
  }
  /// A note of ann to bob, where the profile says `keep` instead of `keep: last`.
  std::vector<std::string> note_that_keeps(const std::string& keep) const {
    std::string profile(Workspace::kProfile);
    profile.replace(profile.find("keep: last"), 10, keep);
    workspace.write("profiles/notes.yaml", profile);
    return {"note",      R"({"to": "bob", "text": "hi"})",
            "--as",      "writer",
            "--user",    "ann",
            "--present", "seat/bob",
            "--inside",  "board/main"};
  }
  Workspace workspace;
};

TEST_F(Explain, NamesTheRuleAndItsStepsInTheirOrder) {
  const Ran ran = run({"hello", "--as", "guest"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("notes: hello from guest\nrule at " + workspace.path("profiles/notes.yaml") + ":14"));
  EXPECT_THAT(ran.out, HasSubstr("schemas/notes.json#/$defs/hello, else invalid\n"));
  EXPECT_THAT(ran.out,
              HasSubstr("  2. $data.token must be a token that verifier people accepts, else unauthenticated\n"
                        "  3. claim seat/$me.user for this session alone; when another session holds it, that "
                        "is asked for a sign of life: when one comes, the event fails as taken, else the claim "
                        "changes hands\n"
                        "  4. become writer\n"
                        "  5. remember {colour: $me.claims.colour}\n"
                        "  6. join board/main\n"
                        "  7. reply hello with {user: $me.user}\n"));
  EXPECT_THAT(ran.out, HasSubstr("  - taken: reply error with {reason: $failure, text: $message}, then close"));
  EXPECT_THAT(ran.out, Not(HasSubstr("verdict")));
}

TEST_F(Explain, PrintsTheExactFramesThatEachRecipientWouldGet) {
  const Ran ran = run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer", "--user", "ann", "--present",
                       "seat/bob", "--inside", "board/main", "--var", "colour=red"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("verdict: ok\n"));
  EXPECT_THAT(ran.out, HasSubstr("  to seat/bob: "
                                 R"({"event":"note","data":{"to":"bob","text":"hi","by":"ann"}})"));
  EXPECT_THAT(ran.out, HasSubstr("  to board/main except the sender (kept as last): "
                                 "{\"event\":\"count\",\"data\":{\"colour\":\"red\"}}\n"));
  EXPECT_THAT(ran.out, HasSubstr("  leaves board/main\n"));
  EXPECT_THAT(ran.out, HasSubstr("  to the sender: {\"event\":\"note\",\"data\":{\"user\":\"ann\"}}\n"));
}

TEST_F(Explain, SaysWhatStaysHowLongAndWhatIsForgotten) {
  const std::vector<std::string> note =
      note_that_keeps("forget: [last/old, $me.user], keep: {key: last/$me.user, for: 90m}");
  const Ran ran = run(note);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out,
              HasSubstr("; what stays there under last/old, $me.user is forgotten; it stays there for those who "
                        "come later, under the key last/$me.user, for 90m\n"));
  EXPECT_THAT(ran.out,
              HasSubstr("  to board/main except the sender (forgets last/old, ann) (kept as last/ann for 90m): "));
  std::vector<std::string> as_json = note;
  as_json.insert(as_json.end(), {"--format", "json"});
  const Json send = Json::parse(run(as_json).out)["outcomes"][0]["sends"][1];
  EXPECT_EQ(send["kept"], "last/ann");
  EXPECT_EQ(send["kept_for"], "90m");
  EXPECT_EQ(send["forgets"], Json::array({"last/old", "ann"}));
}

TEST_F(Explain, SaysWhatIsMergedIntoWhatStaysAndWhatRefuses) {
  const std::vector<std::string> note = note_that_keeps("keep: {key: last/$me.user, merge: true, full: refuse}");
  const Ran ran = run(note);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("; merged into what stays there for those who come later, under the key "
                                 "last/$me.user, or nobody hears it\n"));
  EXPECT_THAT(ran.out,
              HasSubstr("  to board/main except the sender (merged into what is kept as last/ann, or refused): "));
  std::vector<std::string> as_json = note;
  as_json.insert(as_json.end(), {"--format", "json"});
  const Json send = Json::parse(run(as_json).out)["outcomes"][0]["sends"][1];
  EXPECT_EQ(send["merged"], true);
  EXPECT_EQ(send["refused_if_full"], true);
}

TEST_F(Explain, SaysWhatIsRecalledAndTakesItForNothing) {
  std::string profile(Workspace::kProfile);
  profile.insert(profile.find("    needs: {topic: seat/$data.to"), "    recall: {topic: board/$data.to, key: last}\n");
  profile.replace(profile.find("{colour: $me.colour}"), 20, "{colour: $kept.colour}");
  workspace.write("profiles/notes.yaml", profile);
  const Ran ran =
      run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer", "--user", "ann", "--present", "seat/bob"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("  2. recall what stays on board/$data.to under the key last, as $kept\n"
                                 "  3. somebody must be on seat/$data.to"));
  EXPECT_THAT(ran.out, HasSubstr("  assumed: nothing stays on board/bob under last\n"));
  EXPECT_THAT(ran.out, HasSubstr(R"({"event":"count","data":{}})"));
}

TEST_F(Explain, ChoosesAmongRulesByWhatTheyMatch) {
  std::string profile(Workspace::kProfile);
  const std::size_t note = profile.find("  note:\n");
  profile.replace(note, profile.find("\nclosed:") - note, R"(  note:
    - {from: writer, matching: red, rate: 7/1s, send: {to: seat/$data.to, with: {by: one}}}
    - {from: writer, matching: {properties: {to: {const: bob}}}, rate: {per: $data.to, at: 5/1m}, send: {to: seat/$data.to, with: {by: two}}}
)");
  workspace.write("profiles/notes.yaml", profile);
  std::string schema(Workspace::kSchema);
  schema.insert(schema.find(R"("hello": {)"), R"("red": {"required": ["colour"]}, )");
  schema.replace(schema.find(R"("maxLength": 20})"), 16, R"("maxLength": 20}, "colour": {})");
  workspace.write("schemas/notes.json", schema);
  const std::string place = workspace.path("profiles/notes.yaml");
  const std::string rest = ", else the rules behind this one are tried; where none takes it, it fails as invalid\n";
  const Ran all = run({"note", "--as", "writer"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr(place + ":24\n  1. take it when the data matches " +
                                 workspace.path("schemas/notes.json") + "#/$defs/red" + rest));
  EXPECT_THAT(all.out, HasSubstr(place + R"(:25
  1. take it when the data matches {"properties":{"to":{"const":"bob"}}})" +
                                 rest));
  EXPECT_THAT(all.out, HasSubstr(". at most 7 in 1s for each session, else limited\n"));
  EXPECT_THAT(all.out, HasSubstr(". at most 5 in 1m for each $data.to, else limited\n"));
  const Ran first = run({"note", R"({"to": "bob", "text": "hi", "colour": "red"})", "--as", "writer"});
  EXPECT_THAT(first.out, HasSubstr("verdict: ok\n  the rule at " + place + ":24 takes it\n")) << first.err;
  EXPECT_THAT(first.out, HasSubstr("  assumed: the session has used less than 7 in 1s\n"));
  EXPECT_THAT(first.out, HasSubstr(R"("by":"one"})"));
  const Ran second = run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer"});
  EXPECT_THAT(second.out, HasSubstr("verdict: ok\n  the rule at " + place + ":25 takes it\n"));
  EXPECT_THAT(second.out, HasSubstr("  assumed: bob has used less than 5 in 1m\n"));
  EXPECT_THAT(second.out, HasSubstr(R"("by":"two"})"));
  const Ran none = run({"note", R"({"to": "ann", "text": "hi"})", "--as", "writer"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.out, HasSubstr("verdict: invalid: the data matches no rule of event \"note\" for role writer\n"));
  EXPECT_THAT(none.out, Not(HasSubstr("takes it\n")));
}

TEST_F(Explain, SaysWhatAnEventWaitsFor) {
  std::string profile(Workspace::kProfile);
  profile.insert(profile.find("    leave: board/main\n"), "    order: seat/$data.to\n");
  workspace.write("profiles/notes.yaml", profile);
  const Ran ran = run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer", "--user", "ann", "--present",
                       "seat/bob", "--inside", "board/main"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(". wait for all that came before it in the order seat/$data.to, at most 30s, else "
                                 "busy\n"));
  EXPECT_THAT(ran.out, HasSubstr("  assumed: no event before it in the order seat/bob is still under way\n"));
}

TEST_F(Explain, SaysWhatIsDoneOnce) {
  std::string profile(Workspace::kProfile);
  const std::size_t note = profile.find("  note:\n");
  profile.replace(
      note, profile.find("\nclosed:") - note,
      R"(  note: {from: writer, once: {key: n/$data.to, within: 2h}, send: {to: seat/$data.to, with: {by: $me.user}}}
)");
  workspace.write("profiles/notes.yaml", profile);
  const Ran ran =
      run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer", "--user", "ann", "--present", "seat/bob"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out,
              HasSubstr(". when it was done for this user with the key n/$data.to within 2h, say the same again "
                        "and do no more; else busy while it is being done, and invalid with other data\n"));
  EXPECT_THAT(ran.out, HasSubstr("  assumed: it was not done with the key n/bob before\n"));
}

TEST_F(Explain, SaysWhatOthersAreToldToDo) {
  std::string profile(Workspace::kProfile);
  profile.insert(profile.find("    leave: board/main\n"), R"(    others:
      - {of: [role/writer, seat/$data.to], leave: board/main}
      - {of: seat/$data.to, join: [board/$data.text, board/main]}
      - {of: role/guest, close: {code: 4001, reason: "$me.user says so"}}
)");
  workspace.write("profiles/notes.yaml", profile);
  const Ran ran = run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer", "--user", "ann", "--present",
                       "seat/bob", "--inside", "board/main"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(". tell the others on role/writer, seat/$data.to to leave board/main\n"));
  EXPECT_THAT(ran.out, HasSubstr(". tell the others on seat/$data.to to join board/$data.text, board/main\n"));
  EXPECT_THAT(ran.out, HasSubstr(". tell the others on role/guest to close the connection with code 4001: "
                                 "\"$me.user says so\"\n"));
  EXPECT_THAT(ran.out, HasSubstr("  the others on role/writer leave board/main\n"
                                 "  the others on seat/bob leave board/main\n"
                                 "  the others on seat/bob join board/hi, board/main\n"
                                 "  the others on role/guest are closed with 4001 ann says so\n"));
}

TEST_F(Explain, SaysWhenSomebodyHasArrivedOrLeft) {
  std::string profile(Workspace::kProfile);
  profile.insert(profile.find("closed:\n"), R"(presence:
  user:
    after: 90s
    arrived:
      - {from: guest, send: {to: board/main, as: count, data: {colour: grey}}}
      - {from: writer, send: {to: board/$name, as: count, data: {colour: $me.claims.colour}}}
  board:
    left: {from: writer, others: {of: user/$me.user, leave: board/$name}}
)");
  workspace.write("profiles/notes.yaml", profile);
  const Ran arrived =
      run({"presence.user.arrived", "--as", "writer", "--user", "ann", "--claims", R"({"colour": "red"})"});
  EXPECT_EQ(arrived.code, 0) << arrived.err;
  EXPECT_THAT(arrived.out, HasSubstr("notes: presence.user.arrived from writer\nrule at "));
  EXPECT_THAT(arrived.out, HasSubstr("\n  1. the first session has come to user/$name\n"
                                     "  2. send count to board/$name with {colour: $me.claims.colour}\n"
                                     "verdict: ok\n"
                                     "  to board/ann: {\"event\":\"count\",\"data\":{\"colour\":\"red\"}}\n"));
  const Ran left = run({"presence.board.left", "--as", "writer", "--user", "ann", "--inside", "board/a%2Fb"});
  EXPECT_EQ(left.code, 0) << left.err;
  EXPECT_THAT(left.out, HasSubstr("  1. the last session has been gone from board/$name for 10s\n"));
  EXPECT_THAT(left.out, HasSubstr("verdict: ok\n  the others on user/ann leave board/a%2Fb\n"));
  EXPECT_THAT(run({"presence.user.arrived", "--as", "guest"}).out, HasSubstr("  assumed: $name is somebody\n"));
  EXPECT_THAT(run({"presence.user.left", "--as", "guest"}).out, HasSubstr("\nno rule\n"));
  const Ran wrong = run({"presence.user.arived", "--as", "guest"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean `presence.user.arrived`?"));
}

TEST_F(Explain, ShowsWhatIsLeftWhereASettingSwitchesStepsOff) {
  std::string profile(Workspace::kProfile);
  profile.insert(profile.find("endpoints:"), "settings: {rejoin: false, leave: true}\n");
  const std::string_view old = "    leave: board/main\n    reply: {data: {user: $me.user}}\n";
  profile.replace(
      profile.find(old), old.size(),
      "    leave: [{topic: board/main, when: $settings.leave}, {topic: board/old, when: $settings.rejoin}]\n"
      "    reply: {data: {user: $me.user}, when: $settings.rejoin}\n");
  workspace.write("profiles/notes.yaml", profile);
  const Ran ran = run({"note", "--as", "writer"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(". leave board/main\n"));
  EXPECT_THAT(ran.out, Not(HasSubstr("reply note")));
}

TEST_F(Explain, TakesRulesThatNobodySends) {
  std::string profile(Workspace::kProfile);
  profile.insert(profile.find("closed:\n"), R"(started:
  - send: {to: board/main, as: count, data: {colour: grey}, keep: grey}
  - send: {to: board/main, as: count, data: {colour: $settings.five}, keep: red}
settings: {five: 5}
timers: {blue: {every: 7s, send: {to: board/main, as: count, data: {colour: blue}}}}
)");
  workspace.write("profiles/notes.yaml", profile);
  const Ran started = run({"started", "--as", "guest"});
  EXPECT_EQ(started.code, 1);
  EXPECT_THAT(started.out,
              HasSubstr("  1. send count to board/main with {\"colour\":\"grey\"}; it stays there for those "
                        "who come later, under the key grey\n"
                        "rule at " +
                        workspace.path("profiles/notes.yaml")));
  EXPECT_THAT(started.out, HasSubstr("  1. send count to board/main with {colour: $settings.five}; it stays there"));
  EXPECT_THAT(started.out,
              HasSubstr("verdict: ok\n"
                        "  to board/main (kept as grey): {\"event\":\"count\",\"data\":{\"colour\":\"grey\"}}\n"
                        "verdict: internal: "));
  EXPECT_THAT(started.out, Not(HasSubstr("when it fails")));
  const Ran timer = run({"timers.blue", "--as", "guest"});
  EXPECT_EQ(timer.code, 0) << timer.err;
  EXPECT_THAT(timer.out, HasSubstr("  1. each time that 7s have passed\n"));
  EXPECT_THAT(timer.out, HasSubstr("{\"event\":\"count\",\"data\":{\"colour\":\"blue\"}}\n"));
  EXPECT_THAT(run({"timers.bleu", "--as", "guest"}).err, HasSubstr("did you mean `timers.blue`?"));
}

TEST_F(Explain, SaysWhoMayNameTheSenderAndAsWhat) {
  std::string profile(Workspace::kProfile);
  profile.insert(profile.find("otherwise:\n"), "plugins: [tools]\n");
  const std::string step = "{token: $data.token, verifier: people}";
  profile.replace(profile.find(step), step.size(),
                  "{token: [$data.token, $header.authorization], verifier: {people: [writer, guest], robots: writer}, "
                  "handler: tools.who, user: ann, optional: true}");
  profile.erase(profile.find("    become: writer\n"), 19);
  workspace.write("profiles/notes.yaml", profile);
  const Ran ran = run({"hello", R"({"token": "x"})", "--as", "guest", "--user", "ann"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("  2. $data.token, else $header.authorization must be a token that verifier people "
                                 "(who then is writer or guest), else robots (who then is writer) accepts, or be "
                                 "missing, else unauthenticated\n"
                                 "  3. look tools.who completes who that is, or refuses\n"
                                 "  4. that must be user ann, else unauthenticated\n"));
  EXPECT_THAT(ran.out, HasSubstr("  assumed: verifier people accepts the token, as one of user ann\n"
                                 "  assumed: look tools.who accepts who the token says\n"));
  EXPECT_THAT(ran.out, HasSubstr("  becomes writer\n"));
}

TEST_F(Explain, SaysWhatIsLookedFor) {
  std::string profile(Workspace::kProfile);
  profile.insert(profile.find("otherwise:\n"), "plugins: [tools]\n");
  profile.insert(profile.find("needs: {topic: seat"), "look: {name: tools.found, with: {of: $data.to}}\n    ");
  workspace.write("profiles/notes.yaml", profile);
  const Ran ran = run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer", "--user", "ann", "--present",
                       "seat/bob", "--inside", "board/main"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("  2. look tools.found says what $found is, called with {of: $data.to}, or why it "
                                 "fails\n  3. somebody must be on seat/$data.to"));
  EXPECT_THAT(ran.out, HasSubstr("  assumed: look tools.found finds nothing as $found\n"));
}

TEST_F(Explain, SaysTheCodesOfFailuresAndWhatBecomesOfLists) {
  std::string profile(Workspace::kProfile);
  const std::string words = "{away: \"$data.to is not here\"}";
  profile.replace(profile.find(words), words.size(), "{away: {message: $data.to has left, code: AWAY}}");
  const std::string reply = "reply: {data: {user: $me.user}}";
  profile.replace(profile.rfind(reply), reply.size(), "reply: {data: {all: {$each: $me.claims.all, is: $each}}}");
  workspace.write("profiles/notes.yaml", profile);
  const Ran ran = run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer", "--user", "ann", "--present",
                       "seat/bob", "--claims", R"({"all": [1, 2]})"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(". reply note with {all: for each of $me.claims.all {is: $each}}\n"));
  EXPECT_THAT(ran.out, HasSubstr("  - away is told as $data.to has left\n  - away has the code AWAY\n"));
  EXPECT_THAT(ran.out, HasSubstr(R"("data":{"all":[{"is":1},{"is":2}]}})"));
}

TEST_F(Explain, SaysWhichMessagesAreSaidAsTheyStand) {
  std::string profile(Workspace::kProfile);
  const std::string reply = "reply: {data: {user: $me.user}}";
  profile.replace(profile.rfind(reply), reply.size(), "reply: {message: {user: $me.user}}");
  profile.insert(profile.find("      - {to: seat/$data.to, with"), "      - {to: seat/$data.to, message: $data}\n");
  const std::string sent = R"("required": ["to", "text", "by"])";
  std::string schema(Workspace::kSchema);
  schema.replace(schema.find(sent), sent.size(), R"("required": ["to", "text"])");
  workspace.write("schemas/notes.json", schema);
  workspace.write("profiles/notes.yaml", profile);
  const Ran ran =
      run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer", "--user", "ann", "--present", "seat/bob"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(". send a message to seat/$data.to: $data\n"));
  EXPECT_THAT(ran.out, HasSubstr(". reply a message: {user: $me.user}\n"));
  EXPECT_THAT(ran.out, HasSubstr("  to seat/bob: {\"to\": \"bob\", \"text\": \"hi\"}\n"));
  EXPECT_THAT(ran.out, HasSubstr("  to the sender: {\"user\":\"ann\"}\n"));
}

TEST_F(Explain, AFailureIsAnsweredLikeTheGatewayDoes) {
  const Ran absent = run({"note", R"({"to": "bob", "text": "hi"})", "--as", "writer"});
  EXPECT_EQ(absent.code, 1);
  EXPECT_THAT(absent.out, HasSubstr("verdict: absent: nobody is on seat/bob\n"));
  EXPECT_THAT(absent.out, HasSubstr("{\"reason\":\"away\",\"text\":\"bob is not here\"}"));
  const Ran invalid = run({"note", R"({"to": "bob"})", "--as", "writer"});
  EXPECT_EQ(invalid.code, 1);
  EXPECT_THAT(invalid.out, HasSubstr("verdict: invalid: "));
  const Ran forbidden = run({"note", R"({"to": "bob", "text": "hi"})", "--as", "guest"});
  EXPECT_EQ(forbidden.code, 1);
  EXPECT_THAT(forbidden.out, HasSubstr("no rule takes it from this role"));
  EXPECT_THAT(forbidden.out, HasSubstr("verdict: forbidden: "));
}

TEST_F(Explain, BelievesTokensAndSaysSo) {
  const Ran ran = run({"hello", R"({"token": "x"})", "--as", "guest", "--user", "ann", "--claims",
                       R"({"colour": "blue"})", "--format", "json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Json outcome = Json::parse(ran.out)["outcomes"][0];
  EXPECT_EQ(outcome["verdict"], "ok");
  EXPECT_EQ(outcome["user"], "ann");
  EXPECT_EQ(outcome["becomes"], "writer");
  EXPECT_EQ(outcome["remembers"], Json({{"colour", "blue"}}));
  EXPECT_EQ(outcome["claims"], Json::array({"seat/ann"}));
  EXPECT_EQ(outcome["joins"], Json::array({"board/main"}));
  EXPECT_EQ(outcome["assumptions"][0], "verifier people accepts the token, as one of user ann");
}

TEST_F(Explain, AClaimThatSomebodyHoldsIsTaken) {
  const Ran ran = run({"hello", R"({"token": "x"})", "--as", "guest", "--user", "ann", "--present", "seat/ann"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("verdict: taken: seat/ann is taken\n"));
  EXPECT_THAT(ran.out, HasSubstr("  assumed: the session that holds seat/ann is alive\n"));
  EXPECT_THAT(ran.out, HasSubstr("  closes with 4409 taken\n"));
}

TEST_F(Explain, KnowsTheRulesOfClosedSessions) {
  const Ran ran = run({"closed", "--as", "writer"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("  to board/main: {\"event\":\"count\",\"data\":{}}\n"));
  EXPECT_THAT(run({"opened", "--as", "writer"}).out, HasSubstr("no rule\n"));
}

TEST_F(Explain, CannotRunWithNamesThatDoNotExist) {
  const Ran event = run({"nots", "--as", "writer"});
  EXPECT_EQ(event.code, 2);
  EXPECT_EQ(event.err, "profile notes has no event `nots`, did you mean `note`?\n");
  const Ran role = run({"note", "--as", "writr"});
  EXPECT_EQ(role.code, 2);
  EXPECT_THAT(role.err, HasSubstr("no role `writr`; its roles are guest, writer: did you mean `writer`?"));
  const Ran topic = run({"note", "--as", "writer", "--present", "seet/x"});
  EXPECT_EQ(topic.code, 2);
  EXPECT_THAT(topic.err, HasSubstr("did you mean `seat`?"));
  EXPECT_EQ(run({"note", "{", "--as", "writer"}).code, 2);
  EXPECT_EQ(run({"note", "{}", "--as", "writer", "--claims", "3"}).code, 2);
  EXPECT_EQ(run({"note", "{}", "--as", "writer", "--var", "x"}).code, 2);
}

TEST_F(Explain, ABrokenProfileIsNotExplained) {
  workspace.write("profiles/notes.yaml", "profile: notes\n");
  const Ran ran = run({"note", "--as", "writer"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("nothing was explained"));
}

TEST_F(Explain, SaysWhatAHandshakeWasHeldAgainst) {
  std::string profile(Workspace::kProfile);
  const std::size_t role = profile.find("{role: guest");
  ASSERT_NE(role, std::string::npos);
  profile.insert(role + 1, "query: {colour: null}, ");
  workspace.write("profiles/notes.yaml",
                  profile + "opened: {from: guest, reply: {as: error, data: {reason: $query.colour, text: hi}}}\n");
  std::string schema(Workspace::kSchema);
  schema.insert(schema.find("\"$defs\": {") + 10,
                R"("opened.query": {"properties": {"colour": {"default": "red"}}}, )");
  const std::string file = workspace.write("schemas/notes.json", schema);
  const Ran ran = run({"opened", "--as", "guest"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("  1. the client has connected with a query that matches " + file +
                                 "#/$defs/opened.query, else it was refused\n"));
  EXPECT_THAT(ran.out, HasSubstr(R"({"event":"error","data":{"reason":"red","text":"hi"}})"));
  EXPECT_THAT(run({"opened", "--as", "guest", "--query", "colour=blue"}).out, HasSubstr(R"("reason":"blue")"));
}

}  // namespace
}  // namespace polygate::app
