#pragma once
#include <openssl/ssl.h>

#include "gateway/base/result.h"
#include "gateway/net/settings.h"

namespace polygate::net {

/// TLS 1.2 and 1.3 only, without renegotiation: what the library's own defaults leave open.
inline constexpr long kTlsOptions =
    static_cast<long>(SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION |
                      SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
/// Forward secrecy and authenticated encryption only (TLS 1.2; 1.3 has no others).
inline constexpr char kTlsCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

/// Can the files serve: readable, PEM, and does the key belong to the certificate? The failure names the file.
Result<void> check_tls(const TlsSettings& settings);

}  // namespace polygate::net
