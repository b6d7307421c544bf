#include "gateway/dialect/dialect.h"

#include <cstdlib>

namespace polygate::dialect {

Event undecoded(const Message& message, json::Document& document) {
  if (!document.parse("[\"\",null]")) std::abort();
  Event event;
  event.items = document.root();
  if (event.items.at(1).get(event.data)) std::abort();
  event.data_bytes = "null";
  event.arguments = 0;
  event.ack = message.ack;
  return event;
}

}  // namespace polygate::dialect
