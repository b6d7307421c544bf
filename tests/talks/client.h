#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/profile/profile.h"
#include "tests/talks/driver.h"
#include "tests/talks/line.h"
#include "tests/talks/packet.h"
#include "tests/talks/pattern.h"

namespace polygate::talks {

/// One connection of a talk: turns what is said into messages of its dialect, and what is heard back into events. With
/// Socket.IO, what is heard is kept apart by namespace. What is wrong is told as text; empty is fine.
class Client {
 public:
  /// `dialect` is that of the profile's endpoint which it is connected to.
  Client(Driver& driver, profile::ProfilePtr profile, const dialect::Dialect& dialect, std::string who)
      : driver_(&driver), profile_(std::move(profile)), dialect_(&dialect), who_(std::move(who)) {}

  bool is_socket_io() const { return dialect_->traits().namespaces; }

  /// Connects to a namespace of Socket.IO.
  std::string join(const Line& line, Names& names);
  /// Says a line, or keeps it for the next one, which goes out in the same write.
  void say(const Line& line);
  void end(End how);
  void disconnect(const Line& line);
  std::string hear(const Line& line, Names& names);
  std::string closed(int code);
  std::string disconnected(const std::string& name_space);
  std::string silent(const std::string& name_space);

 private:
  /// What a namespace heard: a packet, or a message without Socket.IO, or the end of the connection.
  struct Word {
    Heard heard;
    Packet packet;
  };

  bool is_engine() const { return dialect_->traits().engine_io && !is_socket_io(); }
  std::vector<Message> messages(const Line& line);
  void flush(End how);
  void sort(Heard heard);
  Word next(const std::string& name_space);
  std::string check(const Line& line, const Word& word, Names& names);
  std::string check_packet(const Line& line, const Word& word, Names& names);

  Driver* driver_;
  profile::ProfilePtr profile_;  ///< which keeps its dialect
  const dialect::Dialect* dialect_;
  std::string who_;
  std::vector<Message> pending_;
  Assembly assembly_;
  std::map<std::string, std::deque<Word>> heard_;  ///< by namespace
  std::optional<Heard> end_;
  std::uint64_t next_ack_ = 0;
  std::map<std::string, std::deque<std::uint64_t>> asked_;  ///< acknowledgements that we wait for, in order
  std::map<std::string, std::deque<std::uint64_t>> owed_;   ///< that we owe
};

}  // namespace polygate::talks
