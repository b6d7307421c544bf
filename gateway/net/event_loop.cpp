#include "gateway/net/event_loop.h"

#include <libwebsockets.h>

#include <algorithm>
#include <array>
#include <string>

#include "gateway/net/tls.h"

namespace polygate::net {
namespace {

constexpr unsigned kReadBuffer = 64 * 1'024;

/// The library's callback for everything that happens on a socket of ours.
int on_event(lws* wsi, lws_callback_reasons reason, void*, void* in, std::size_t size) {
  auto* handler = static_cast<SocketHandler*>(lws_get_opaque_user_data(wsi));
  if (!handler) return 0;
  switch (reason) {
    case LWS_CALLBACK_RAW_RX:
      // Behind its TLS handshake the library gives a socket 5 s for one of its own protocols.
      if (lws_get_ssl(wsi) != nullptr) lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
      return handler->received({static_cast<char*>(in), size}) ? 0 : -1;
    case LWS_CALLBACK_RAW_WRITEABLE:
      return handler->writable() ? 0 : -1;
    case LWS_CALLBACK_RAW_CLOSE:
      lws_set_opaque_user_data(wsi, nullptr);
      handler->closed();
      return 0;
    default:
      return 0;  // the library has about a hundred more
  }
}

constexpr char kProtocolName[] = "polygate";
const std::array<lws_protocols, 2> kProtocols = {{
    {kProtocolName, on_event, 0, 0, 0, nullptr, 0},
    {nullptr, nullptr, 0, 0, 0, nullptr, 0},
}};

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::make(const std::vector<ListenerSettings>& listeners) {
  std::unique_ptr<EventLoop> library(new EventLoop());
  if (const auto made = library->set_up(listeners); !made) return made.failure();
  return library;
}

Result<void> EventLoop::set_up(const std::vector<ListenerSettings>& listeners) {
  if (const int error = uv_loop_init(&loop_); error != 0) {
    return Failure{Reason::internal, std::string("cannot make an event loop: ") + uv_strerror(error)};
  }
  void* loops[] = {&loop_};
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
                 LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN;
  info.foreign_loops = loops;
  info.pcontext = &context_;
  info.pt_serv_buf_size = kReadBuffer;
  info.gid = static_cast<gid_t>(-1);
  info.uid = static_cast<uid_t>(-1);
  context_ = lws_create_context(&info);
  if (!context_) {
    return Failure{Reason::internal,
                   "libwebsockets cannot make a context (is its libuv plug-in, libwebsockets-evlib-uv, installed?)"};
  }
  for (const ListenerSettings& listener : listeners) {
    lws_context_creation_info host{};
    host.port = CONTEXT_PORT_NO_LISTEN;
    host.vhost_name = listener.name.c_str();
    host.protocols = kProtocols.data();
    std::string certificate;
    std::string key;
    if (listener.tls) {
      certificate = listener.tls->certificate.string();
      key = listener.tls->key.string();
      // Without both of these the host is plain, whatever follows: a host that does not listen is else taken for a
      // client's.
      host.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
      host.port = CONTEXT_PORT_NO_LISTEN_SERVER;
      host.ssl_cert_filepath = certificate.c_str();
      host.ssl_private_key_filepath = key.c_str();
      host.ssl_options_set = kTlsOptions;
      host.ssl_cipher_list = kTlsCiphers;
      // Else it makes one of its own for calls that we do not make, with all CAs of the system, and never frees it.
      if (!client_tls_) client_tls_.reset(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
      host.provided_client_ssl_ctx = client_tls_.get();
      host.alpn = "http/1.1";  // its HTTP/2 would take the socket away from us
    }
    lws_vhost* vhost = lws_create_vhost(context_, &host);
    if (!vhost) return Failure{Reason::internal, "listener `" + listener.name + "`: libwebsockets refuses it"};
    hosts_.push_back({vhost, listener.tls.has_value()});
  }
  return {};
}

EventLoop::~EventLoop() {
  // The library closes its handles asynchronously: let the loop see them out, and ask again until it says (through
  // `pcontext`) that the context is gone. With a loop of ours one call frees nothing.
  for (int stage = 0; context_ && stage < 3; ++stage) {
    lws_context_destroy(context_);
    uv_run(&loop_, UV_RUN_DEFAULT);
  }
  uv_loop_close(&loop_);
}

void EventLoop::run(LoopHandler& handler, int wakes, Millis tick) {
  handler_ = &handler;
  uv_poll_t readable{};
  uv_prepare_t prepare{};
  uv_timer_t ticker{};
  uv_poll_init(&loop_, &readable, wakes);
  uv_prepare_init(&loop_, &prepare);
  uv_timer_init(&loop_, &ticker);
  uv_timer_init(&loop_, &due_);
  readable.data = prepare.data = ticker.data = &handler;
  uv_poll_start(&readable, UV_READABLE,
                [](uv_poll_t* handle, int, int) { static_cast<LoopHandler*>(handle->data)->woken(); });
  uv_prepare_start(&prepare, [](uv_prepare_t* handle) { static_cast<LoopHandler*>(handle->data)->before_wait(); });
  uv_timer_start(
      &ticker, [](uv_timer_t* handle) { static_cast<LoopHandler*>(handle->data)->ticked(); },
      static_cast<std::uint64_t>(tick.count()), static_cast<std::uint64_t>(tick.count()));
  while (!stopping_) uv_run(&loop_, UV_RUN_DEFAULT);

  int closing = 4;
  for (uv_handle_t* handle : {reinterpret_cast<uv_handle_t*>(&readable), reinterpret_cast<uv_handle_t*>(&prepare),
                              reinterpret_cast<uv_handle_t*>(&ticker), reinterpret_cast<uv_handle_t*>(&due_)}) {
    handle->data = &closing;
    uv_close(handle, [](uv_handle_t* closed) { --*static_cast<int*>(closed->data); });
  }
  while (closing > 0) uv_run(&loop_, UV_RUN_NOWAIT);
}

void EventLoop::stop() {
  stopping_ = true;
  uv_stop(&loop_);
}

void EventLoop::set_timer(std::optional<Millis> wait) {
  if (!wait) {
    uv_timer_stop(&due_);
    return;
  }
  due_.data = handler_;
  uv_update_time(&loop_);
  uv_timer_start(
      &due_, [](uv_timer_t* handle) { static_cast<LoopHandler*>(handle->data)->timer_is_due(); },
      static_cast<std::uint64_t>(std::max<std::int64_t>(wait->count(), 0)), 0);
}

TcpSocket EventLoop::adopt(Fd fd, std::size_t listener, SocketHandler& handler) {
  const Host& host = hosts_[listener];
  lws_sock_file_fd_type socket{};
  socket.sockfd = fd.release();
  lws_adopt_desc_t description{};
  description.vh = host.vhost;
  description.type = static_cast<lws_adoption_type>(LWS_ADOPT_SOCKET | (host.tls ? LWS_ADOPT_ALLOW_SSL : 0));
  description.fd = socket;
  description.vh_prot_name = kProtocolName;
  lws* wsi = lws_adopt_descriptor_vhost_via_info(&description);
  if (wsi && host.tls && !lws_get_ssl(wsi)) {
    TcpSocket(wsi).kill();  // never a plain word on a TLS listener
    wsi = nullptr;
  }
  // Set only now: when adopting fails, the library calls back for a socket that nobody has heard of yet.
  if (wsi) {
    lws_set_opaque_user_data(wsi, &handler);
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);  // the deadlines are ours
  }
  return TcpSocket(wsi);
}

}  // namespace polygate::net
