#pragma once
#include <grp.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/store/temporary_folder.h"

namespace polygate {

/// A PostgreSQL server of the test's own: its data and its one Unix socket are in a temporary folder, and it ends with
/// the test. Run by root it is of the user `postgres`, for the server refuses to be root's.
class PostgresServer {
 public:
  PostgresServer() {
    if (::geteuid() == 0) {
      const passwd* user = ::getpwnam("postgres");
      if (user == nullptr) throw std::runtime_error("there is no user postgres: is the package postgresql installed?");
      user_ = user->pw_uid;
      group_ = user->pw_gid;
      if (::chown(folder_.path().c_str(), user_, group_) != 0) throw std::runtime_error("chown");
    }
    const pid_t made = spawn(
        {program("initdb"), "-D", data(), "-U", "polygate", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"});
    if (end_of(made) != 0) throw std::runtime_error("initdb failed");
    start();
  }
  ~PostgresServer() {
    if (server_ > 0) ::kill(server_, SIGQUIT);
    if (server_ > 0) end_of(server_);
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  std::string connection() const { return "host=" + folder_.path().string() + " user=polygate dbname=postgres"; }

  std::string uri() const {
    std::string socket = folder_.path().string();
    for (auto slash = socket.find('/'); slash != std::string::npos; slash = socket.find('/')) {
      socket.replace(slash, 1, "%2F");
    }
    return "postgresql://polygate@" + socket + "/postgres";
  }

  /// Starts it and waits until it answers. After a kill its own processes may hold it up for a moment.
  void start() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    server_ = spawn(command());
    while (PQping(connection().c_str()) != PQPING_OK) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the server does not answer");
      if (::waitpid(server_, nullptr, WNOHANG) == server_) server_ = spawn(command());
      std::this_thread::yield();
    }
  }
  void kill_9() {
    ::kill(server_, SIGKILL);
    end_of(server_);
    server_ = 0;
  }

  /// Runs statements that are none of the store's dialect.
  void run(const std::string& sql) const {
    PGconn* connected = PQconnectdb(connection().c_str());
    PGresult* result = PQexec(connected, sql.c_str());
    EXPECT_TRUE(PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK)
        << PQerrorMessage(connected);
    PQclear(result);
    PQfinish(connected);
  }

  /// The one for all tests that leave it alone.
  static PostgresServer& shared() {
    static PostgresServer server;
    return server;
  }

 private:
  std::string data() const { return folder_ / "data"; }
  std::vector<std::string> command() const {
    return {program("postgres"),
            "-D",
            data(),
            "-k",
            folder_.path(),
            "-c",
            "listen_addresses=",
            "-c",
            "deadlock_timeout=10ms",
            "-c",
            "log_min_messages=panic",
            "-c",
            "logging_collector=off"};
  }

  /// The newest one that is installed.
  static std::string program(const std::string& name) {
    std::string found = name;
    for (const char* version : {"13", "14", "15", "16", "17"}) {
      const std::string path = "/usr/lib/postgresql/" + std::string(version) + "/bin/" + name;
      if (std::filesystem::exists(path)) found = path;
    }
    return found;
  }

  pid_t spawn(const std::vector<std::string>& words) const {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (user_ != 0 && (::setgroups(0, nullptr) != 0 || ::setgid(group_) != 0 || ::setuid(user_) != 0)) ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::chdir("/") != 0 || ::freopen("/dev/null", "w", stdout) == nullptr ||
        ::freopen("/dev/null", "w", stderr) == nullptr) {
      ::_exit(126);
    }
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }

  static int end_of(pid_t child) {
    int status = -1;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  TemporaryFolder folder_;
  uid_t user_ = 0;
  gid_t group_ = 0;
  pid_t server_ = 0;
};

}  // namespace polygate
