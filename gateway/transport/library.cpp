#include "gateway/transport/library.h"

#include <libwebsockets.h>

#include <array>
#include <string>

#include "gateway/transport/tls.h"

namespace polygate::transport {
namespace {

constexpr unsigned kReadBuffer = 64 * 1'024;

/// The library's callback for everything that happens on a socket of ours.
int on_event(lws* wsi, lws_callback_reasons reason, void*, void* in, std::size_t size) {
  auto* connection = static_cast<Connection*>(lws_get_opaque_user_data(wsi));
  if (!connection) return 0;
  SocketEvents& events = static_cast<Library*>(lws_context_user(lws_get_context(wsi)))->events();
  switch (reason) {
    case LWS_CALLBACK_RAW_RX:
      // Behind its TLS handshake the library gives a socket 5 s for one of its own protocols.
      if (lws_get_ssl(wsi) != nullptr) lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
      return events.received(*connection, static_cast<char*>(in), size) ? 0 : -1;
    case LWS_CALLBACK_RAW_WRITEABLE:
      return events.writable(*connection) ? 0 : -1;
    case LWS_CALLBACK_RAW_CLOSE:
      lws_set_opaque_user_data(wsi, nullptr);
      events.closed(*connection);
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

Result<std::unique_ptr<Library>> Library::make(const std::vector<ListenerSettings>& listeners, SocketEvents& events) {
  std::unique_ptr<Library> library(new Library(events));
  if (const auto made = library->set_up(listeners); !made) return made.failure();
  return library;
}

Result<void> Library::set_up(const std::vector<ListenerSettings>& listeners) {
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
  info.user = this;
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

Library::~Library() {
  // The library closes its handles asynchronously: let the loop see them out, and ask again until it says (through
  // `pcontext`) that the context is gone. With a loop of ours one call frees nothing.
  for (int stage = 0; context_ && stage < 3; ++stage) {
    lws_context_destroy(context_);
    uv_run(&loop_, UV_RUN_DEFAULT);
  }
  uv_loop_close(&loop_);
}

Socket Library::adopt(Fd fd, std::size_t listener, Connection& connection) {
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
    Socket(wsi).kill();  // never a plain word on a TLS listener
    wsi = nullptr;
  }
  // Set only now: when adopting fails, the library calls back for a socket that nobody has heard of yet.
  if (wsi) {
    lws_set_opaque_user_data(wsi, &connection);
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);  // the deadlines are ours
  }
  return Socket(wsi);
}

}  // namespace polygate::transport
