#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/app/config_source.h"
#include "gateway/app/run_command.h"

namespace polygate::app::test {

/// A TCP connection to a port of this host.
class Client {
 public:
  explicit Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  void send(const std::string& text) const { static_cast<void>(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL)); }
  /// Until `end` was read, or the other side closed.
  std::string read_until(const std::string& end) const {
    std::string text;
    char byte = 0;
    while (text.find(end) == std::string::npos && ::recv(fd_, &byte, 1, 0) == 1) text += byte;
    return text;
  }
  std::string get(const std::string& path) const {
    send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return read_until("\r\n\r\n") + read_until("the other side closes");
  }
  /// Becomes a session; what is answered.
  std::string open(const std::string& path) const {
    send("GET " + path +
         " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    return read_until("\r\n\r\n");
  }

 private:
  int fd_;
  bool connected_ = false;
};

/// `polygate run` in a process of its own, so that signals may be sent to it. Killed at the latest at this object's
/// end.
class Served {
 public:
  Served(const std::string& config, std::vector<std::string> settings,
         const std::map<std::string, std::string>& environment = {}) {
    int out[2];
    int err[2];
    if (::pipe(out) != 0 || ::pipe(err) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(out[0]);
      ::close(err[0]);
      ::dup2(err[1], 2);  // logs go there too
      _exit(serve(config, std::move(settings), environment, out[1]));
    }
    ::close(out[1]);
    ::close(err[1]);
    out_ = ::fdopen(out[0], "r");
    err_ = ::fdopen(err[0], "r");
  }
  ~Served() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      wait();
    }
    std::fclose(out_);
    std::fclose(err_);
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  /// What it says until it is ready or ends.
  std::string start() {
    std::string text;
    while (text.find("ready") == std::string::npos) {
      const int byte = std::fgetc(out_);
      if (byte == EOF) break;
      text += static_cast<char>(byte);
    }
    return text;
  }
  /// All that it said on standard error; call it after wait().
  std::string errors() {
    std::string text;
    for (int byte = std::fgetc(err_); byte != EOF; byte = std::fgetc(err_)) text += static_cast<char>(byte);
    return text;
  }
  void signal(int number) const { ::kill(pid_, number); }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static int serve(const std::string& config, std::vector<std::string> settings,
                   const std::map<std::string, std::string>& environment, int out_fd) {
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + '=' + value);
    std::vector<const char*> block;
    for (const std::string& variable : variables) block.push_back(variable.c_str());
    block.push_back(nullptr);
    RunArguments arguments;
    arguments.config.file = config;
    arguments.config.settings = std::move(settings);
    arguments.config.environment = block.data();
    std::ofstream out("/dev/fd/" + std::to_string(out_fd));
    std::ofstream err("/dev/fd/2");
    return run_command(arguments, out, err);
  }

  pid_t pid_ = -1;
  std::FILE* out_ = nullptr;
  std::FILE* err_ = nullptr;
  bool ended_ = false;
};

/// The port in a line such as "listening on ws://127.0.0.1:8080 (main)".
inline int port_after(const std::string& text, const std::string& before) {
  const std::size_t at = text.find(before + "127.0.0.1:");
  return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + before.size() + 10);
}

}  // namespace polygate::app::test
