#include "gateway/net/acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "gateway/wire/http_response.h"

namespace polygate::net {
namespace {

constexpr std::uint64_t kInboxTag = UINT64_MAX;
constexpr int kAcceptsInARow = 64;  // then letters get their turn
constexpr int kRetryMillis = 250;   // while file descriptors are short

std::size_t fd_limit(const ConnectionLimits& limits) {
  rlimit of{};
  ::getrlimit(RLIMIT_NOFILE, &of);
  const auto of_process = static_cast<std::size_t>(of.rlim_cur);
  return limits.max_fds == 0 ? of_process : std::min(limits.max_fds, of_process);
}

Admission::Limits limits_of(const ConnectionLimits& limits) {
  const std::size_t quarter = fd_limit(limits) / 4;
  return {limits.max_connections, limits.max_per_address,
          limits.handshakes_total == 0 ? quarter : limits.handshakes_total, limits.handshakes_per_address};
}

}  // namespace

Acceptor::Acceptor(const ConnectionLimits& limits, std::vector<Listener> listeners, std::vector<Deal> workers, Log& log)
    : max_fds_(fd_limit(limits)),
      reserved_fds_(limits.reserved_fds),
      listeners_(std::move(listeners)),
      workers_(std::move(workers)),
      load_(workers_.size()),
      log_(log),
      admission_(limits_of(limits)),
      inbox_(std::make_shared<AcceptorInbox>()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Acceptor::~Acceptor() {
  stop();
}

Result<void> Acceptor::start() {
  for (const Listener& listener : listeners_) {
    if (const auto listens = listener.listen(); !listens) return listens.failure();
  }
  if (!epoll_ || !watch(inbox_->fd(), kInboxTag)) {
    return Failure{Reason::internal, std::string("cannot watch listeners: ") + std::strerror(errno)};
  }
  resume();
  thread_ = std::thread([this] { run(); });
  return {};
}

void Acceptor::stop() {
  if (!thread_.joinable()) return;
  inbox_->put(Task([this] { stopping_ = true; }));
  thread_.join();
  listeners_.clear();
}

bool Acceptor::watch(int fd, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Acceptor::run() {
  std::array<epoll_event, 16> events{};
  while (!stopping_) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), paused_ ? kRetryMillis : -1);
    if (paused_ && !is_short_of_fds()) resume();
    for (int i = 0; i < count && !stopping_; ++i) {
      const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
      if (tag == kInboxTag) {
        inbox_->rest();
        read_letters();
      } else if (!paused_) {
        accept_from(static_cast<std::uint16_t>(tag));
      }
    }
  }
}

void Acceptor::read_letters() {
  inbox_->take(letters_);
  for (AcceptorLetter& letter : letters_) {
    if (const auto* task = std::get_if<Task>(&letter)) {
      (*task)();
      continue;
    }
    const auto& progress = std::get<Progress>(letter);
    if (progress.kind == Progress::Kind::established) {
      admission_.established(progress.peer);
    } else {
      admission_.ended(progress.peer, progress.was_established);
      --load_[progress.worker];
    }
  }
}

/// The kernel hands out the lowest free number, so that tells how many are in use, whoever opened them.
bool Acceptor::is_short_of_fds() const {
  const Fd lowest(::fcntl(epoll_.get(), F_DUPFD_CLOEXEC, 0));
  return !lowest || is_reserved(lowest.get());
}

bool Acceptor::is_reserved(int fd) const {
  return static_cast<std::size_t>(fd) + reserved_fds_ >= max_fds_;
}

void Acceptor::accept_from(std::uint16_t listener) {
  read_letters();                                          // who has gone makes room; nobody wakes us for that
  if (stopping_ || listener >= listeners_.size()) return;  // closed while this event was on its way
  for (int i = 0; i < kAcceptsInARow; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof(from);
    Fd fd(::accept4(listeners_[listener].fd.get(), reinterpret_cast<sockaddr*>(&from), &size,
                    SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause(std::strerror(errno));
      return;  // none waits, or it has gone already
    }
    const bool last = is_reserved(fd.get());
    const PeerAddress peer = PeerAddress::from(from);
    const Admission::Verdict verdict = admission_.judge(peer);
    if (verdict != Admission::Verdict::admit) {
      refuse(fd.get(), listeners_[listener].tls, verdict, peer);
    } else {
      deal(std::move(fd), peer, listener);
    }
    if (last) return pause("file descriptors are short");
  }
}

/// A short answer if the socket takes it at once; nobody waits for a peer that is turned away.
void Acceptor::refuse(int fd, bool tls, Admission::Verdict verdict, const PeerAddress& peer) {
  ++meter_.refused[static_cast<std::size_t>(verdict)];
  const std::string_view limit = Admission::name(verdict);
  if (!tls) {
    const std::string answer = wire::refusal_response(
        {Admission::status(verdict), "limit " + std::string(limit) + " reached", {{"Retry-After", "5"}}});
    if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) > 0) {
      std::array<char, 4'096> request{};  // unread bytes would turn our answer into a reset
      while (::recv(fd, request.data(), request.size(), 0) > 0) continue;
      ::shutdown(fd, SHUT_WR);
    }
  }
  log_.write_rarely(limit, Level::warn, "connection refused", {{"limit", limit}, {"address", peer.text()}});
}

void Acceptor::deal(Fd fd, const PeerAddress& peer, std::uint16_t listener) {
  ++meter_.accepted;
  admission_.admitted(peer);
  std::size_t worker = next_;
  for (std::size_t i = 0; i < load_.size(); ++i) {
    const std::size_t other = (next_ + i) % load_.size();
    if (load_[other] < load_[worker]) worker = other;
  }
  next_ = (worker + 1) % load_.size();
  ++load_[worker];
  workers_[worker](NewSocket{std::move(fd), peer, listener});
}

void Acceptor::pause(const char* why) {
  if (paused_) return;
  paused_ = true;
  ++meter_.pauses;
  for (const Listener& listener : listeners_) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener.fd.get(), nullptr);
  log_.write_rarely("accept paused", Level::warn, "not accepting for now", {{"why", why}});
}

void Acceptor::resume() {
  paused_ = false;
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    if (!watch(listeners_[i].fd.get(), i)) {
      log_.write(Level::error, "cannot watch a listener", {{"why", std::strerror(errno)}});
    }
  }
}

void Acceptor::close_listeners() {
  listeners_.clear();
}

AcceptorMeter Acceptor::meter() const {
  AcceptorMeter copy = meter_;
  copy.connections = admission_.connections();
  copy.handshakes = admission_.handshakes();
  return copy;
}

}  // namespace polygate::net
