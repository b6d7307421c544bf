#pragma once
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/app/command_line.h"

namespace polygate::app::test {

/// What a command did.
struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

/// A folder of a test's own with a small deployment in it; gone at its end. Commands run as from the shell, except for
/// the working folder: files are named in full.
class Workspace {
 public:
  Workspace() {
    std::string name = (std::filesystem::temp_directory_path() / "polygate-app-XXXXXX").string();
    folder_ = std::filesystem::canonical(::mkdtemp(name.data()));
    write("profiles/notes.yaml", kProfile);
    write("schemas/notes.json", kSchema);
    write("people.secret", "a secret of more than thirty-two bytes, for tests");
    write("gateway.yaml", kConfig);
  }
  ~Workspace() { std::filesystem::remove_all(folder_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }

  Ran run(const std::vector<std::string>& words, const std::string& input = "") const {
    std::vector<const char*> all = {"polygate"};
    for (const std::string& word : words) all.push_back(word.c_str());
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + '=' + value);
    std::vector<const char*> block;
    for (const std::string& variable : variables) block.push_back(variable.c_str());
    block.push_back(nullptr);
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Ran ran;
    ran.code = run_command_line(static_cast<int>(all.size()), all.data(), block.data(), {in, out, err});
    ran.out = out.str();
    ran.err = err.str();
    return ran;
  }

  std::map<std::string, std::string> environment;

  static constexpr std::string_view kConfig = R"(listeners:
  main: {port: 0}
admin: {port: 0}
profiles: [profiles/notes.yaml]
limits: {connections: 100}
verifiers:
  people:
    jwt: {algorithm: HS256, key: {file: people.secret}, issuer: tests}
)";

  static constexpr std::string_view kProfile = R"(profile: notes
about: Writers pin notes to a board.
dialect: {name: event, body: data}
schema: notes.json

endpoints:
  /notes: {role: guest, origins: any}

otherwise:
  - {on: taken, reply: {as: error, data: {reason: $failure, text: $message}}, close: true}
  - reply: {as: error, data: {reason: $failure, text: $message}}

events:
  hello:
    from: guest
    authenticate: {token: $data.token, verifier: people}
    claim: {topic: seat/$me.user, when_taken: probe}
    become: writer
    set: {colour: $me.claims.colour}
    join: board/main
    reply: {data: {user: $me.user}}

  note:
    from: writer
    needs: {topic: seat/$data.to, failure: away}
    failures: {away: "$data.to is not here"}
    send:
      - {to: seat/$data.to, with: {by: $me.user}}
      - {to: board/main, as: count, data: {colour: $me.colour}, except: sender, keep: last}
    leave: board/main
    reply: {data: {user: $me.user}}

closed:
  - from: writer
    send: {to: board/main, as: count, data: {}}
)";

  static constexpr std::string_view kSchema = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$defs": {
    "hello": {
      "type": "object",
      "properties": {"token": {"type": "string"}},
      "required": ["token"],
      "additionalProperties": false
    },
    "hello.reply": {"type": "object", "properties": {"user": {"type": "string"}}, "required": ["user"]},
    "note": {
      "type": "object",
      "properties": {"to": {"type": "string"}, "text": {"type": "string", "maxLength": 20}},
      "required": ["to", "text"],
      "additionalProperties": false
    },
    "note.send": {
      "type": "object",
      "properties": {"to": {"type": "string"}, "text": {"type": "string"}, "by": {"type": "string"}},
      "required": ["to", "text", "by"]
    },
    "note.reply": {"type": "object"},
    "count": {"type": "object", "properties": {"colour": {"type": "string"}}},
    "error": {
      "type": "object",
      "properties": {"reason": {"type": "string"}, "text": {"type": "string"}},
      "required": ["reason", "text"]
    }
  }
}
)";

 private:
  std::filesystem::path folder_;
};

}  // namespace polygate::app::test
