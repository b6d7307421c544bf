#include "gateway/store/unopened_store.h"

#include "gateway/store/trouble.h"

namespace polygate {
namespace {

class UnopenedStore final : public Store {
 public:
  Result<void> submit(Write) override { return trouble(Trouble::unreachable, "it is not open in a check"); }
  Result<StoreRows> query(std::string_view, StoreRow, std::size_t) override {
    return trouble(Trouble::unreachable, "it is not open in a check");
  }
};

}  // namespace

std::unique_ptr<Store> make_unopened_store() {
  return std::make_unique<UnopenedStore>();
}

}  // namespace polygate
