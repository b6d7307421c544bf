#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace polygate {

/// How a receiver hears: which of a message's encodings it gets, and under which name its dialect addresses it.
struct Form {
  std::uint8_t encoding = 0;
  std::string_view scope;

  friend bool operator==(const Form&, const Form&) = default;
};

/// What a message asks its receivers to acknowledge: the id that the answer bears (small_id), and the event as which it
/// arrives.
struct Question {
  std::uint64_t id = 0;
  std::string event;
};

/// A message that is encoded differently for different receivers. Immutable: asked on any thread.
class Utterance {
 public:
  virtual ~Utterance() = default;
  virtual std::string encode(const Form& form) const = 0;
  /// The form that is shown where nobody receives it.
  virtual Form usual() const = 0;
  /// About how many bytes each encoding takes.
  virtual std::size_t weight() const = 0;
  /// How many packets of its dialect it is.
  virtual std::size_t packets() const { return 1; }
  virtual bool is_binary() const { return false; }
  virtual const Question* question() const { return nullptr; }
  /// Is it the acknowledgement that its receiver has asked for?
  virtual bool is_answer() const { return false; }
  /// Names the message among all of this process, for a receiver that tells which it heard last; 0: it bears no name.
  virtual std::uint64_t offset() const { return 0; }
};

class Frame;
using FramePtr = std::shared_ptr<const Frame>;

/// A message that several dialects say, each in its own way. Immutable: asked on any thread.
class Saying {
 public:
  virtual ~Saying() = default;
  /// As those hear it who speak this one of the profile's dialects. Made when it is first asked for, and kept.
  virtual FramePtr in(std::size_t dialect) const = 0;
  /// About how many bytes each of them takes.
  virtual std::size_t weight() const = 0;
};

/// One outgoing message, encoded once for all its receivers and never changed: the bytes that go on the wire, with the
/// transport's own header in front. Shared by sessions on every thread. A message of several forms makes each when it
/// is first asked for, and keeps it.
class Frame {
 public:
  /// `bytes` = header of `header_size` bytes + the message: its only form.
  Frame(std::string bytes, std::uint8_t header_size, bool text)
      : bytes_(std::move(bytes)), header_size_(header_size), text_(text) {}
  explicit Frame(std::unique_ptr<const Utterance> utterance) : utterance_(std::move(utterance)) {}
  /// No receiver hears this one itself: see in().
  explicit Frame(std::unique_ptr<const Saying> saying) : saying_(std::move(saying)) {}
  ~Frame();
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  /// What receivers who speak `dialect` hear.
  static FramePtr in(std::size_t dialect, FramePtr frame) {
    return frame->saying_ ? frame->saying_->in(dialect) : std::move(frame);
  }
  /// Of the only form, or of the usual one.
  std::string_view bytes() const { return utterance_ ? bytes(utterance_->usual()) : std::string_view(bytes_); }
  std::string_view message() const { return bytes().substr(header_size_); }
  bool text() const { return text_; }
  /// In one of several forms; valid as long as the frame.
  std::string_view bytes(const Form& form) const;
  const Utterance* utterance() const { return utterance_.get(); }
  /// About how many bytes it takes; makes no form of it.
  std::size_t weight() const { return utterance_ ? utterance_->weight() : saying_ ? saying_->weight() : bytes_.size(); }

 private:
  struct Made {
    std::uint8_t encoding;
    std::string scope;
    std::string bytes;
    const Made* next;
  };
  std::string bytes_;
  std::uint8_t header_size_ = 0;
  bool text_ = true;
  std::unique_ptr<const Utterance> utterance_;
  std::unique_ptr<const Saying> saying_;
  mutable std::atomic<const Made*> made_{nullptr};  ///< only ever grows at its head
};

/// What a frame that waits for one receiver takes beside its bytes, about: its place in a queue, and the frame itself,
/// if nobody else waits for it.
inline constexpr std::size_t kWaitingFrame = 128;

}  // namespace polygate
