#include "gateway/base/reason.h"

namespace polygate {

std::string_view name(Reason reason) {
  switch (reason) {
    case Reason::malformed:
      return "malformed";
    case Reason::unknown:
      return "unknown";
    case Reason::forbidden:
      return "forbidden";
    case Reason::invalid:
      return "invalid";
    case Reason::unauthenticated:
      return "unauthenticated";
    case Reason::absent:
      return "absent";
    case Reason::taken:
      return "taken";
    case Reason::refused:
      return "refused";
    case Reason::upstream:
      return "upstream";
    case Reason::busy:
      return "busy";
    case Reason::limited:
      return "limited";
    case Reason::internal:
      return "internal";
  }
  return "internal";
}

std::uint16_t close_code(Reason reason) {
  switch (reason) {
    case Reason::malformed:
    case Reason::unknown:
    case Reason::invalid:
      return 4400;
    case Reason::unauthenticated:
      return 4401;
    case Reason::forbidden:
    case Reason::refused:
      return 4403;
    case Reason::absent:
      return 4404;
    case Reason::taken:
      return 4409;
    case Reason::limited:
      return 4429;
    case Reason::busy:
      return 1013;
    case Reason::upstream:
    case Reason::internal:
      return 1011;
  }
  return 1011;
}

}  // namespace polygate
