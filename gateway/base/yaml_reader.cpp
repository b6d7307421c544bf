#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_map>

#include "gateway/base/yaml.h"
#include "gateway/base/yaml_scalar.h"
#include "gateway/base/yaml_text.h"

namespace polygate::yaml {
namespace {

constexpr std::size_t kMaxProblems = 100;

/// Thrown through yaml-cpp's parser once there is nothing left to learn; caught in Reader::read().
struct Stop {};

/// A map or a list whose end has not come yet.
struct Open {
  Node node;
  std::size_t anchor = 0;
  std::size_t nodes_before = 0;  ///< to know how many nodes it holds, when it closes
  unsigned height = 0;           ///< of what it holds
  bool has_key = false;
  std::string key;
  Place key_place;
  std::unordered_map<std::string, std::size_t> keys;  ///< and the number of their entries
};

/// An anchor remembers the way to its node, not the node: nodes move while their parents grow.
struct Anchor {
  std::vector<std::size_t> path;
  std::size_t nodes = 0;
  unsigned height = 0;
  bool complete = false;
};

std::string_view hint_for(std::string_view message) {
  if (message == "illegal map value") return "quote a value that holds `: `";
  if (message == "illegal map key") return "is the line before it indented differently?";
  if (message.starts_with("end of map")) return "is it indented as its neighbours are?";
  if (message.starts_with("end of sequence")) return "is it indented as its neighbours are?";
  if (message.starts_with("unknown token")) return "quote a value that begins with `@`, `%` or a backtick";
  return {};
}

}  // namespace

/// Builds the tree from yaml-cpp's events, so that a bomb is met before it is expanded. One use, one thread.
class Reader final : public YAML::EventHandler {
 public:
  Reader(std::string_view text, const std::string& file, Diagnostics& diagnostics, const Limits& limits)
      : text_(text, file), bytes_(text), file_(file), diagnostics_(diagnostics), limits_(limits) {}

  std::optional<Node> read();

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  void report(Place place, std::string message, std::string hint);
  [[noreturn]] void stop(Place place, std::string message, std::string hint = {});
  Place place_of(const YAML::Mark& mark, int length = 0) const;
  bool key_expected() const { return !open_.empty() && open_.back().node.is_map() && !open_.back().has_key; }
  void refuse_tag(std::size_t offset, const std::string& tag);
  void count_node(const Place& place);
  void take_key(const std::string& key, Place place, bool plain, YAML::anchor_t anchor);
  void take_scalar(Node node, YAML::anchor_t anchor);
  void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void close();
  void add(Node node, unsigned height);
  Anchor& remember(YAML::anchor_t anchor, const Place& place);
  const Node& target(const Anchor& anchor) const;
  void syntax_error(const YAML::Mark& mark, const std::string& message);

  Text text_;
  std::string_view bytes_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  Limits limits_;
  Node root_;
  bool started_ = false;
  std::size_t nodes_ = 0;
  std::size_t aliases_ = 0;
  std::size_t problems_ = 0;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Anchor> anchors_;
};

std::optional<Node> Reader::read() {
  const std::size_t problems = diagnostics_.size();
  root_.place_ = {file_, 1, 1, 0};
  if (!text_.check(diagnostics_, limits_)) return std::nullopt;
  try {
    std::istringstream stream{std::string(bytes_)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(*this)) {
    }
  } catch (const Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    syntax_error(error.mark, error.msg);
  } catch (const std::exception& error) {
    diagnostics_.add({file_}, std::string("not readable as YAML: ") + error.what());
  }
  if (diagnostics_.size() != problems) return std::nullopt;
  return std::move(root_);
}

void Reader::report(Place place, std::string message, std::string hint) {
  if (++problems_ > kMaxProblems) stop(std::move(place), "too many problems; the rest was not read");
  diagnostics_.add(std::move(place), std::move(message), std::move(hint));
}

void Reader::stop(Place place, std::string message, std::string hint) {
  diagnostics_.add(std::move(place), std::move(message), std::move(hint));
  throw Stop{};
}

Place Reader::place_of(const YAML::Mark& mark, int length) const {
  if (mark.is_null()) return {file_};
  return {file_, mark.line + 1, mark.column + 1, length};
}

void Reader::syntax_error(const YAML::Mark& mark, const std::string& message) {
  if (!mark.is_null() && text_.tab_indents(static_cast<std::size_t>(mark.pos))) {
    diagnostics_.add(place_of(mark), "a tab in the indentation", "indent with spaces");
    return;
  }
  diagnostics_.add(place_of(mark), "not valid YAML: " + message, std::string(hint_for(message)));
}

void Reader::OnDocumentStart(const YAML::Mark& mark) {
  if (started_) stop(place_of(mark), "a second document in one file", "one file holds one document");
  started_ = true;
  // yaml-cpp passes over directives that it does not know.
  const auto end = static_cast<std::size_t>(std::max(mark.pos, 0));
  for (std::size_t i = 0; i < end && i < bytes_.size(); i = std::min(bytes_.find('\n', i), bytes_.size() - 1) + 1) {
    if (bytes_[i] == '%') stop(text_.place(i, 1), "a YAML directive", "files are YAML 1.2, without directives");
  }
}

void Reader::refuse_tag(std::size_t offset, const std::string& tag) {
  const std::size_t value = text_.behind_anchor(offset);
  if (tag == "?" || (tag == "!" && text_.at(value) != '!')) return;
  report(text_.place(value), "a YAML tag", "tags have no meaning here; quote a value to make it text");
}

void Reader::count_node(const Place& place) {
  if (++nodes_ > limits_.max_nodes) stop(place, "more than " + std::to_string(limits_.max_nodes) + " values");
}

Anchor& Reader::remember(YAML::anchor_t id, const Place& place) {
  if (anchors_.size() >= limits_.max_aliases) {
    stop(place, "more than " + std::to_string(limits_.max_aliases) + " anchors");
  }
  Anchor& anchor = anchors_[id];
  for (const Open& open : open_) {
    anchor.path.push_back(open.node.is_map() ? open.node.entries_.size() : open.node.items_.size());
  }
  return anchor;
}

const Node& Reader::target(const Anchor& anchor) const {
  const Node* node = open_.empty() ? &root_ : &open_.front().node;
  for (std::size_t level = 0; level < anchor.path.size(); ++level) {
    const std::size_t index = anchor.path[level];
    const bool whole = index < (node->is_map() ? node->entries_.size() : node->items_.size());
    if (!whole) {
      node = &open_[level + 1].node;
    } else {
      node = node->is_map() ? &node->entries_[index].value : &node->items_[index];
    }
  }
  return *node;
}

void Reader::add(Node node, unsigned height) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  parent.height = std::max(parent.height, height + 1);
  if (parent.node.is_list()) {
    parent.node.items_.push_back(std::move(node));
    return;
  }
  parent.node.entries_.push_back({std::move(parent.key), std::move(parent.key_place), std::move(node)});
  parent.has_key = false;
}

void Reader::take_key(const std::string& key, Place place, bool plain, YAML::anchor_t anchor) {
  if (anchor != YAML::NullAnchor) stop(place, "an anchor on a key", "put it on the value");
  if (plain && key.empty()) stop(place, "a key is missing before the colon");
  if (plain && key == "<<") {
    report(place, "a merge key", "YAML 1.2 has none; write the keys out, or alias a whole value");
  }
  Open& map = open_.back();
  const auto [known, fresh] = map.keys.emplace(key, map.node.entries_.size());
  if (!fresh) {
    const Place& first = map.node.entries_[known->second].key_place;
    report(place, "duplicate key `" + shown(key) + "`",
           "first at line " + std::to_string(first.line) + ", column " + std::to_string(first.column));
  }
  map.key = key;
  map.key_place = std::move(place);
  map.has_key = true;
}

void Reader::take_scalar(Node node, YAML::anchor_t id) {
  count_node(node.place_);
  if (id != YAML::NullAnchor) {
    Anchor& anchor = remember(id, node.place_);
    anchor.nodes = 1;
    anchor.complete = true;
  }
  add(std::move(node), 0);
}

void Reader::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  std::size_t offset = static_cast<std::size_t>(std::max(mark.pos, 0));
  if (anchor != YAML::NullAnchor) offset = text_.behind_anchor(offset);
  const std::string_view rest = text_.from(offset);
  const std::string_view word = rest.substr(0, rest.starts_with('~') ? 1 : 4);
  const bool written = !word.empty() && resolve(word).kind == Kind::null;
  if (key_expected()) {
    take_key(std::string(written ? word : ""), place_of(mark, static_cast<int>(word.size())), true, anchor);
    return;
  }
  Node node;
  if (written) {
    node.text_ = word;
    node.place_ = text_.place(offset, static_cast<int>(word.size()));
  } else if (!open_.empty() && open_.back().node.is_map()) {
    node.place_ = open_.back().key_place;  // the mark is that of the next token, perhaps lines away
  } else {
    node.place_ = text_.place(open_.empty() ? offset : text_.line_before(offset));
  }
  take_scalar(std::move(node), anchor);
}

void Reader::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) {
  const auto offset = static_cast<std::size_t>(std::max(mark.pos, 0));
  refuse_tag(offset, tag);
  const std::size_t start = anchor == YAML::NullAnchor ? offset : text_.behind_anchor(offset);
  const int length = text_.length(start, value);
  const Place place = start == offset ? place_of(mark, length) : text_.place(start, length);
  const bool plain = tag == "?";
  if (key_expected()) {
    take_key(value, place, plain, anchor);
    return;
  }
  Node node;
  node.kind_ = Kind::string;
  node.place_ = place;
  node.text_ = value;
  if (plain) {
    const Scalar scalar = resolve(value);
    if (!scalar.problem.empty()) {
      report(place, std::string(scalar.problem), "quote it to make it text");
    }
    node.kind_ = scalar.kind;
    node.boolean_ = scalar.boolean;
    node.integer_ = scalar.integer;
    node.number_ = scalar.number;
  }
  take_scalar(std::move(node), anchor);
}

void Reader::OnAlias(const YAML::Mark& mark, YAML::anchor_t id) {
  const std::string_view rest = text_.from(static_cast<std::size_t>(std::max(mark.pos, 0)));
  const Place place = place_of(mark, static_cast<int>(std::min(rest.find_first_of(" \t\r\n,[]{}"), rest.size())));
  if (key_expected()) stop(place, "an alias as a key", "write the key out");
  if (++aliases_ > limits_.max_aliases) stop(place, "more than " + std::to_string(limits_.max_aliases) + " aliases");
  const auto found = anchors_.find(id);
  if (found == anchors_.end()) stop(place, "an alias of nothing");
  const Anchor& anchor = found->second;
  if (!anchor.complete) stop(place, "an alias of what it stands in");
  if (anchor.nodes > limits_.max_nodes - nodes_) {
    stop(place, "more than " + std::to_string(limits_.max_nodes) + " values once aliases are expanded");
  }
  if (open_.size() + anchor.height > limits_.max_depth) {
    stop(place, "nested deeper than " + std::to_string(limits_.max_depth) + " levels once aliases are expanded");
  }
  nodes_ += anchor.nodes;
  Node copy = target(anchor);
  copy.place_ = place;
  add(std::move(copy), anchor.height);
}

void Reader::open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
  const Place place = place_of(mark, kind == Kind::map ? 0 : 1);
  if (key_expected())
    stop(place, "a map or list as a key",
         "keys are text; quote a value that begins with `{` or `[`, and close every bracket");
  refuse_tag(static_cast<std::size_t>(std::max(mark.pos, 0)), tag);
  if (open_.size() >= limits_.max_depth) {
    stop(place, "nested deeper than " + std::to_string(limits_.max_depth) + " levels");
  }
  Open fresh;
  fresh.nodes_before = nodes_;
  count_node(place);
  if (anchor != YAML::NullAnchor) remember(anchor, place);
  fresh.anchor = anchor;
  fresh.node.kind_ = kind;
  fresh.node.place_ = place;
  open_.push_back(std::move(fresh));
}

void Reader::close() {
  Open closed = std::move(open_.back());
  open_.pop_back();
  const unsigned height = std::max(closed.height, 1U);
  if (closed.anchor != YAML::NullAnchor) {
    Anchor& anchor = anchors_[closed.anchor];
    anchor.nodes = nodes_ - closed.nodes_before;
    anchor.height = height;
    anchor.complete = true;
  }
  add(std::move(closed.node), height);
}

std::optional<Node> read(std::string_view text, const std::string& file, Diagnostics& diagnostics,
                         const Limits& limits) {
  if (text.size() <= limits.max_bytes) diagnostics.source(file, std::string(text));
  return Reader(text, file, diagnostics, limits).read();
}

}  // namespace polygate::yaml
