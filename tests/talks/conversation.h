#pragma once
#include <map>
#include <string>

#include "gateway/http/router.h"
#include "tests/talks/client.h"
#include "tests/talks/talk.h"

namespace polygate::talks {

/// Goes through one talk line by line; stops at the first thing that is not as written.
class Conversation {
 public:
  Conversation(const Talk& talk, Driver& driver);

  /// Nothing, or what went wrong.
  std::string run();

 private:
  std::string take(const Line& line);
  std::string connect(const Line& line);
  std::string mint(const Line& line);
  /// Puts in what stands for the names.
  Result<std::string> fill(std::string text) const;

  const Talk& talk_;
  Driver& driver_;
  profile::ProfilePtr profile_;
  http::Router router_;  ///< of it alone
  Names names_;
  std::map<std::string, Client> clients_;
};

}  // namespace polygate::talks
