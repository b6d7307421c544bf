#include "gateway/schema/uri.h"

#include <algorithm>

#include "gateway/base/ascii.h"
#include "gateway/schema/formats.h"

namespace polygate::schema::uri {
namespace {

bool is_escape(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
}

/// Only unreserved characters, sub-delims, escapes and those in `more` (RFC 3986, appendix A).
bool made_of(std::string_view text, std::string_view more, bool international) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (!is_escape(text, i)) return false;
      i += 2;
      continue;
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
      if (!international) return false;
      continue;
    }
    if (is_alnum(c)) continue;
    if (std::string_view("-._~!$&'()*+,;=").find(c) == std::string_view::npos && more.find(c) == std::string_view::npos)
      return false;
  }
  return true;
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; });
}

bool is_authority(std::string_view text, bool international) {
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    if (!made_of(text.substr(0, at), ":", international)) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    const std::string_view address = text.substr(1, close - 1);
    const bool future = address.starts_with('v') && made_of(address, ":", false) && address.size() > 3;
    if (!future && !matches(Format::ipv6, address)) return false;
    port = text.substr(close + 1);
    if (!port.empty() && port[0] != ':') return false;
    if (!port.empty()) port.remove_prefix(1);
  } else {
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
    if (!made_of(text.substr(0, colon), "", international)) return false;
  }
  return std::all_of(port.begin(), port.end(), is_digit);
}

/// RFC 3986, section 5.2.4.
std::string without_dots(std::string_view in) {
  std::string out;
  while (!in.empty()) {
    if (in.starts_with("../")) {
      in.remove_prefix(3);
    } else if (in.starts_with("./") || in.starts_with("/./")) {
      in.remove_prefix(2);
    } else if (in == "/." || in == "/..") {
      if (in == "/..") out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
      out += '/';
      break;
    } else if (in.starts_with("/../")) {
      in.remove_prefix(3);
      out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    } else if (in == "." || in == "..") {
      break;
    } else {
      const std::size_t end = in.find('/', 1);
      out += in.substr(0, end);
      in.remove_prefix(end == std::string_view::npos ? in.size() : end);
    }
  }
  return out;
}

}  // namespace

Parts split(std::string_view text) {
  Parts parts;
  if (const auto hash = text.find('#'); hash != std::string_view::npos) {
    parts.has_fragment = true;
    parts.fragment = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  if (const auto mark = text.find('?'); mark != std::string_view::npos) {
    parts.has_query = true;
    parts.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  if (const auto colon = text.find(':'); colon != std::string_view::npos && is_scheme(text.substr(0, colon))) {
    parts.has_scheme = true;
    parts.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with("//")) {
    const auto end = text.find('/', 2);
    parts.has_authority = true;
    parts.authority = text.substr(2, end == std::string_view::npos ? end : end - 2);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end);
  }
  parts.path = text;
  return parts;
}

std::string resolve(std::string_view base_text, std::string_view reference) {
  const Parts base = split(base_text);
  Parts target = split(reference);
  std::string path;
  if (target.has_scheme || target.has_authority) {
    path = without_dots(target.path);
  } else if (target.path.empty()) {
    path = base.path;
    if (!target.has_query) {
      target.has_query = base.has_query;
      target.query = base.query;
    }
  } else if (target.path.starts_with('/')) {
    path = without_dots(target.path);
  } else {
    const auto slash = base.path.rfind('/');
    std::string merged(slash == std::string_view::npos ? std::string_view() : base.path.substr(0, slash + 1));
    if (base.has_authority && base.path.empty()) merged = "/";
    path = without_dots(merged.append(target.path));
  }
  const Parts& from = target.has_scheme || target.has_authority ? target : base;
  std::string out;
  const std::string_view scheme = target.has_scheme ? target.scheme : base.scheme;
  if (!scheme.empty()) out.append(scheme) += ':';
  if (from.has_authority) out.append("//").append(from.authority);
  out += path;
  if (target.has_query) (out += '?').append(target.query);
  if (target.has_fragment) (out += '#').append(target.fragment);
  return out;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && is_escape(text, i)) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_reference(std::string_view text, bool international) {
  const Parts parts = split(text);
  if (parts.has_authority && !is_authority(parts.authority, international)) return false;
  if (!made_of(parts.path, ":@/", international)) return false;
  if (!parts.has_scheme && !parts.has_authority) {
    // A colon in the first segment would make it a (bad) scheme: RFC 3986, section 4.2.
    if (parts.path.substr(0, parts.path.find('/')).find(':') != std::string_view::npos) return false;
  }
  return made_of(parts.query, ":@/?", international) && made_of(parts.fragment, ":@/?", international);
}

bool is_absolute(std::string_view text, bool international) {
  return split(text).has_scheme && is_reference(text, international);
}

}  // namespace polygate::schema::uri
