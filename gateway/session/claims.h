#pragma once
#include "gateway/session/common.h"
#include "gateway/session/endings.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// The claims of sessions: gained, lost to others, and asked for by who wants them.
class Claims {
 public:
  Claims(Common& common, Endings& endings, turns::TurnTable& turns)
      : common_(common), endings_(endings), turns_(turns) {}

  void gained(Session& session, Topic topic, Fence fence);
  /// It went to another, perhaps before its gain is known.
  void lost(Session& session, Fence fence);
  /// Somebody wants a claim of this session's, or of one that is no more: one that is connected shows a sign of life,
  /// one that ends answers when its last rules are taken.
  void ask_for_life(Session* session, const Direct& direct);
  void answer_askers(Session& session, Direct::Kind kind);

 private:
  void answer(SessionId asker, std::shared_ptr<const std::string> topic, Direct::Kind kind);

  Common& common_;
  Endings& endings_;
  turns::TurnTable& turns_;
};

}  // namespace polygate::session
