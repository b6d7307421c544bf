#include "tests/talks/talk.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "tests/talks/scratch.h"

namespace polygate::talks {
namespace {

bool is_empty(const std::string& line) {
  return line.find_first_not_of(' ') == std::string::npos;
}

Failure wrong(int number, const std::string& what) {
  return {Reason::invalid, "line " + std::to_string(number) + ": " + what};
}

/// The block that `KEY: |` opens, or null.
std::string* block_of(Talk& talk, const std::string& line) {
  if (line == "profile: |") return &talk.setting.profile;
  if (line == "schema: |") return &talk.setting.schema;
  if (line == "gateway: |") return &talk.setting.gateway;
  return nullptr;
}

/// What stands for itself, and is no sentence of the conversation.
bool take_word(Talk& talk, const std::string& line) {
  if (line == "only in process") {
    talk.in_process_only = true;
  } else if (line == "only over sockets") {
    talk.sockets_only = true;
  } else if (line.starts_with("profile ")) {
    talk.profile = line.substr(8);
  } else {
    return false;
  }
  return true;
}

}  // namespace

Result<Talk> parse(const std::string& text) {
  Talk talk;
  std::istringstream lines(text);
  int number = 0;
  std::string* block = nullptr;
  std::size_t indent = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const bool indented = line.starts_with(' ');
    if (block && (indented || is_empty(line))) {
      if (block->empty()) indent = std::min(line.find_first_not_of(' '), line.size());
      *block += line.substr(std::min(indent, line.size())) + '\n';
      continue;
    }
    block = nullptr;
    if (is_empty(line)) continue;
    if (indented) {
      if (talk.sentences.empty()) return wrong(number, "nothing stands above that this line goes on with");
      talk.sentences.back().text += ' ' + line.substr(line.find_first_not_of(' '));
      continue;
    }
    if (line.starts_with('#')) {
      if (talk.title.empty()) talk.title = line.substr(std::min<std::size_t>(2, line.size()));
      continue;
    }
    if ((block = block_of(talk, line)) || take_word(talk, line)) continue;
    const bool times = line.starts_with("wait ") || line.find(" is held back") != std::string::npos;
    talk.in_process_only = talk.in_process_only || times;
    talk.sentences.push_back({number, line});
  }
  if (talk.profile.empty() == talk.setting.profile.empty()) {
    return Failure{Reason::invalid, "expected `profile NAME` or `profile: |`"};
  }
  return talk;
}

Result<Talk> read(const std::filesystem::path& file) {
  auto talk = parse(read_text(file));
  if (!talk || !talk->profile.ends_with(".yaml")) return talk;
  auto beside = file.parent_path() / std::exchange(talk->profile, {});
  talk->setting.profile = read_text(beside);
  talk->setting.schema = read_text(beside.replace_extension(".json"));
  return talk;
}

}  // namespace polygate::talks
