#pragma once
#include "gateway/schema/keywords.h"

namespace polygate::schema {

/// How schemas are read. The defaults are for Polygate's own; tools that follow the specification to the letter (which
/// ignores what it does not know, and takes `format` for an annotation) choose otherwise.
struct Options {
  enum class Unknown { refuse, ignore };

  Draft draft = Draft::draft2020;  ///< where `$schema` does not say
  bool assert_format = true;
  Unknown unknown_keywords = Unknown::refuse;  ///< and unknown formats
};

}  // namespace polygate::schema
