#include "gateway/net/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/unit/server/test_client.h"
#include "tests/unit/server/test_server.h"

namespace polygate::server {
namespace {

namespace fs = std::filesystem;

/// A folder with self-signed certificates, made anew for each test.
class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "polygate-tls-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    make("good");
  }
  void TearDown() override { fs::remove_all(folder); }

  net::TlsSettings make(const std::string& name) const {
    const net::TlsSettings files{folder / (name + ".crt"), folder / (name + ".key")};
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
    X509_set_pubkey(certificate, key);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                               0);
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* file = std::fopen(files.certificate.c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(files.key.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return files;
  }
  net::TlsSettings good() const { return {folder / "good.crt", folder / "good.key"}; }
  std::vector<ListenerSettings> listeners() const {
    return {{"plain", "127.0.0.1", 0, {}, {}}, {"tls", "127.0.0.1", 0, good(), {}}};
  }

  fs::path folder;
};

TEST_F(TlsTest, CarriesSessionsBesidePlainOnes) {
  TestServer server({words({endpoint("/words/:id")})}, {}, listeners());
  ASSERT_TRUE(server.started()) << server.started().failure().message;
  TestClient plain(server.port("plain"));
  TestClient secret(server.port("tls"));
  ASSERT_TRUE(secret.start_tls());
  EXPECT_EQ(secret.tls_version(), "TLSv1.3");
  for (TestClient* client : {&plain, &secret}) {
    ASSERT_EQ(client->upgrade("/words/7").status, 101);
    const std::string message = "say " + std::string(300'000, 'x');
    client->send(message);
    EXPECT_TRUE(client->receive().payload == message);
    client->send("bye");
    EXPECT_EQ(client->receive().payload, "bye bye");
    EXPECT_EQ(client->receive().code, 4000);
    EXPECT_TRUE(client->receive().ended());
  }
}

TEST_F(TlsTest, ManyMessagesInOneGoComeBackInOrder) {
  TestServer server({words({endpoint("/words/:id")})}, {}, listeners());
  TestClient client(server.port("tls"));
  ASSERT_TRUE(client.start_tls());
  ASSERT_EQ(client.upgrade("/words/7").status, 101);
  std::string frames;
  for (int i = 0; i < 3'000; ++i) {
    wire::append_masked_frame(frames, wire::Opcode::text, "say " + std::to_string(i), {1, 2, 3, 4});
  }
  client.write(frames);
  for (int i = 0; i < 3'000; ++i) ASSERT_EQ(client.receive().payload, "say " + std::to_string(i));
}

TEST_F(TlsTest, AnOfferOfHttp2IsNotTakenUp) {
  TestServer server({words({endpoint("/words/:id")})}, {}, listeners());
  TestClient client(server.port("tls"));
  ASSERT_TRUE(client.start_tls(TLS1_3_VERSION, std::string_view("\x02h2\x08http/1.1", 12)));
  EXPECT_EQ(client.upgrade("/words/7").status, 101);
}

TEST_F(TlsTest, T17_OldVersionsAreRefusedAndTls12IsNot) {
  TestServer server({words({endpoint("/words/:id")})}, {}, listeners());
  EXPECT_FALSE(TestClient(server.port("tls")).start_tls(TLS1_VERSION));
  EXPECT_FALSE(TestClient(server.port("tls")).start_tls(TLS1_1_VERSION));
  TestClient client(server.port("tls"));
  ASSERT_TRUE(client.start_tls(TLS1_2_VERSION));
  EXPECT_EQ(client.upgrade("/words/7").status, 101);
}

TEST_F(TlsTest, T01_AHelloThatNeverComesIsCut) {
  Settings settings;
  settings.handshake_within = Millis(200);
  TestServer server({words({endpoint("/words/:id")})}, settings, listeners());
  TestClient silent(server.port("tls"));
  TestClient half(server.port("tls"));
  half.write(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_EQ(silent.rest(), "");
  EXPECT_EQ(half.rest(), "");
}

TEST_F(TlsTest, PlainHttpOnATlsListenerIsCut) {
  TestServer server({words({endpoint("/words/:id")})}, {}, listeners());
  TestClient client(server.port("tls"));
  EXPECT_NE(client.upgrade("/words/7").status, 101);
}

TEST_F(TlsTest, FilesThatCannotServeAreNamed) {
  const auto other = make("other");
  EXPECT_TRUE(net::check_tls(good()));
  const auto mixed = net::check_tls({good().certificate, other.key});
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.failure().message, testing::HasSubstr("other.key"));
  const auto missing = net::check_tls({folder / "none.crt", good().key});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.failure().message, testing::HasSubstr("none.crt"));
  std::ofstream(folder / "junk.crt") << "junk";
  EXPECT_FALSE(net::check_tls({folder / "junk.crt", good().key}));

  TestServer server({}, {}, {{"tls", "127.0.0.1", 0, net::TlsSettings{folder / "none.crt", good().key}, {}}});
  ASSERT_FALSE(server.started());
  EXPECT_THAT(server.started().failure().message, testing::HasSubstr("listener `tls`"));
}

}  // namespace
}  // namespace polygate::server
