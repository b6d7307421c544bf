#pragma once
#include <string>

#include "gateway/profile/profile.h"
#include "gateway/routing/kept.h"
#include "gateway/schema/schema.h"

namespace polygate::rules {

/// What stays with a topic where a message changes a part of what its key holds (`keep: {merge: true}`): the whole,
/// said as the same event and held against the same definition. Immutable; the profile outlives it.
class DataMerging final : public Merging {
 public:
  /// `is_message`: `change` is the whole message. `schema` is of the outgoing event.
  DataMerging(const profile::Profile& profile, std::string_view event, std::string_view change, bool is_message,
              const schema::Schema* schema)
      : profile_(profile), event_(event), change_(change), is_message_(is_message), schema_(schema) {}

  Merged into(KeptData before) const override;

 private:
  const profile::Profile& profile_;
  const std::string event_;
  const std::string change_;
  const bool is_message_;
  const schema::Schema* schema_;
};

}  // namespace polygate::rules
