#include "gateway/session/dropped.h"

namespace polygate::session {

std::string_view name(Dropped why) {
  switch (why) {
    case Dropped::closed:
      return "closed";
    case Dropped::expired:
      return "expired";
    case Dropped::replaced:
      return "replaced";
    case Dropped::broken:
      return "broken";
    case Dropped::late:
      return "late";
    case Dropped::drained:
      return "drained";
  }
  return "drained";
}

}  // namespace polygate::session
