#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polygate::wire {

/// A header of a request or response, or a parameter of a query. A view: see who owns the text.
struct HttpField {
  std::string_view name;
  std::string_view value;

  friend bool operator==(const HttpField&, const HttpField&) = default;
};

/// Why a request is not served: the answer's status, its detail for people, and headers that the status calls for.
/// The connection is closed after it, because what follows on it cannot be trusted to start at a request.
struct HttpRefusal {
  int status = 0;
  std::string detail;
  std::vector<HttpField> headers = {};  ///< of constant text
};

/// One request, as HttpParser read it. Owns all of its text in one buffer: views live as long as it does and end when
/// it is moved or changed.
class HttpRequest {
 public:
  /// As sent: methods are case-sensitive.
  std::string_view method() const { return view(method_); }
  /// The request target as sent, such as "/a%20b?x=1"; "*" for OPTIONS.
  std::string_view target() const { return view(target_); }
  /// The path, percent-decoded once: valid UTF-8 without control bytes, backslashes and dot segments.
  std::string_view path() const { return view(path_); }
  /// What follows the first "?", as sent.
  std::string_view query() const { return view(query_); }
  /// 0 for HTTP/1.0, 1 for HTTP/1.1.
  int minor_version() const { return minor_version_; }

  std::size_t header_count() const { return headers_.size(); }
  /// A header in the order of arrival: the name in lower case, the value without the space around it.
  HttpField header(std::size_t i) const { return {view(headers_[i].name), view(headers_[i].value)}; }
  /// The first header of this name, which is given in lower case.
  std::optional<std::string_view> find(std::string_view name) const;
  /// How many headers have this name, which is given in lower case.
  std::size_t count(std::string_view name) const;
  /// Is `token` (lower case) in the comma separated list of all headers of this name? Whatever the case it was sent in.
  bool lists(std::string_view name, std::string_view token) const;

  std::size_t parameter_count() const { return parameters_.size(); }
  /// A query parameter in the order of arrival, decoded ("+" is a space): valid UTF-8 without NUL.
  HttpField parameter(std::size_t i) const { return {view(parameters_[i].name), view(parameters_[i].value)}; }
  /// The first query parameter of this name.
  std::optional<std::string_view> find_parameter(std::string_view name) const;

  /// May the connection carry another request? Never for HTTP/1.0.
  bool keep_alive() const { return keep_alive_; }
  /// The client waits for "100 Continue" before it sends the body.
  bool expects_continue() const { return expects_continue_; }
  bool chunked() const { return chunked_; }
  /// The declared length of the body; 0 when there is none or it is chunked.
  std::uint64_t content_length() const { return content_length_; }
  bool has_body() const { return chunked_ || content_length_ > 0; }

  std::string_view body() const { return body_; }
  std::string take_body() { return std::exchange(body_, {}); }

 private:
  friend class HttpParser;
  friend class HttpHead;

  /// A part of text_. Offsets, because the buffer moves while it grows.
  struct Slice {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
  };
  struct Field {
    Slice name;
    Slice value;
  };
  std::string_view view(Slice slice) const { return std::string_view(text_).substr(slice.at, slice.size); }

  std::string text_;  ///< the head as sent, header names made lower-case, then what was percent-decoded
  std::vector<Field> headers_;
  std::vector<Field> parameters_;
  std::string body_;
  std::uint64_t content_length_ = 0;
  Slice method_, target_, path_, query_;
  std::uint8_t minor_version_ = 1;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  bool chunked_ = false;
};

}  // namespace polygate::wire
