#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "gateway/session/common.h"
#include "gateway/session/endings.h"

namespace polygate::session {

/// Hands frames to the carriers of sessions, and remembers what has to be known of them: the questions that the peer is
/// to answer, and what a client has to be told that comes back.
class Handover {
 public:
  Handover(Common& common, Endings& endings) : common_(common), endings_(endings) {}

  void hand_over(Session& session, FramePtr frame);
  /// The event that the peer's answer to a question is; `json` is an array. Nothing when nobody asked for it.
  static std::optional<std::string> take_answer(Session& session, std::uint64_t question, std::string_view json);

 private:
  static void remember(Session& session, const Question& question);
  void note_said(Session& session, const FramePtr& frame);

  Common& common_;
  Endings& endings_;
};

}  // namespace polygate::session
