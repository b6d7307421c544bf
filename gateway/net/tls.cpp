#include "gateway/net/tls.h"

#include <openssl/err.h>

#include <array>
#include <memory>

namespace polygate::net {
namespace {

std::string last_error() {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return reason ? reason : "unknown error";
}

}  // namespace

Result<void> check_tls(const TlsSettings& settings) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return Failure{Reason::internal, "cannot set up TLS: " + last_error()};
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context.get(), settings.certificate.c_str()) != 1) {
    return Failure{Reason::invalid, "certificate " + settings.certificate.string() + " cannot be used: " +
                                        last_error() + " (expected a PEM file, the server's certificate first)"};
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), settings.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Failure{Reason::invalid, "private key " + settings.key.string() + " cannot be used with certificate " +
                                        settings.certificate.string() + ": " + last_error()};
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return Failure{Reason::invalid, "private key " + settings.key.string() + " does not belong to certificate " +
                                        settings.certificate.string()};
  }
  return {};
}

}  // namespace polygate::net
