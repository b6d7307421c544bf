#pragma once
#include <functional>
#include <memory>
#include <utility>

#include "gateway/server/letters.h"

namespace polygate::server {

/// A worker's mailbox as the Exchange sees it, from any thread.
class MailboxPost final : public Post {
 public:
  explicit MailboxPost(std::shared_ptr<WorkerInbox> inbox) : inbox_(std::move(inbox)) {}

  bool deliver(Delivery delivery) override {
    const std::size_t weight = Load::kLetter + (delivery.frame ? delivery.frame->weight() : 0);
    return inbox_->deliver(std::move(delivery), weight);
  }
  /// A session that is replaced hears first what was sent to it before.
  bool direct(Direct direct) override {
    const bool is_published = direct.kind == Direct::Kind::frame || direct.kind == Direct::Kind::order;
    if (!is_published && direct.kind != Direct::Kind::evict) {
      inbox_->put(std::move(direct));
      return false;
    }
    const std::size_t weight = Load::kLetter + (direct.frame ? direct.frame->weight() : 0);
    return inbox_->deliver(std::move(direct), weight);
  }
  bool await_eased(WorkerIndex who) override { return inbox_->await_eased(who); }
  void run(std::function<void()> task) override { inbox_->put(Task(std::move(task))); }
  void run_behind(Done<> task) override { inbox_->deliver(std::move(task), Load::kLetter); }

 private:
  const std::shared_ptr<WorkerInbox> inbox_;
};

}  // namespace polygate::server
