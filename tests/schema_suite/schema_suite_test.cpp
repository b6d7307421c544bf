// Runs the official JSON-Schema-Test-Suite for drafts 2020-12 and 7 and prints how many of its tests pass. All required
// ones must. The folder is tests/schema_suite/official, or what the environment says in POLYGATE_SCHEMA_SUITE; every
// failure is printed when POLYGATE_SCHEMA_SUITE_VERBOSE is set.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "gateway/schema/library.h"

namespace polygate::schema {
namespace {

namespace fs = std::filesystem;

constexpr json::Limits kSuiteLimits = {std::size_t{16} << 20, 128, 1'000'000};

struct Count {
  std::size_t passed = 0;
  std::size_t total = 0;
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> json_files(const fs::path& folder, bool deep) {
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(folder), end; at != end; ++at) {
    if (at->is_directory() && !deep) at.disable_recursion_pending();
    if (at->path().extension() == ".json") files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Suite : public ::testing::Test {
 protected:
  Suite() {
    const char* chosen = std::getenv("POLYGATE_SCHEMA_SUITE");
    folder_ = chosen != nullptr ? chosen : POLYGATE_SCHEMA_SUITE;
    verbose_ = std::getenv("POLYGATE_SCHEMA_SUITE_VERBOSE") != nullptr;
  }

  void SetUp() override {
    ASSERT_TRUE(fs::is_directory(folder_ / "tests" / "draft2020-12"))
        << "the official test suite is not in " << folder_ << ": run scripts/test, or tests/schema_suite/fetch";
    for (const fs::path& file : json_files(folder_ / "remotes", true)) {
      remotes_["http://localhost:1234/" + file.lexically_relative(folder_ / "remotes").generic_string()] = read(file);
    }
  }

  void run_draft(const std::string& name, Draft draft) {
    const fs::path tests = folder_ / "tests" / name;
    Options options{draft, false, Options::Unknown::ignore};
    const Count required = run_files(json_files(tests, false), options, true);
    const Count optional = run_files(json_files(tests / "optional", false), options, verbose_);
    options.assert_format = true;
    const Count format = run_files(json_files(tests / "optional" / "format", false), options, verbose_);
    const auto show = [](const Count& count) {
      return std::to_string(count.passed) + '/' + std::to_string(count.total);
    };
    std::cout << name << ": required " << show(required) << ", optional " << show(optional) << ", format "
              << show(format) << '\n';
    EXPECT_GT(required.total, 0u);
    EXPECT_EQ(required.passed, required.total) << "every required test of " << name << " must pass";
  }

 private:
  Count run_files(const std::vector<fs::path>& files, const Options& options, bool print) {
    Count count;
    for (const fs::path& file : files) {
      const std::string text = read(file);
      json::Document document;
      if (const auto parsed = document.parse(text, kSuiteLimits); !parsed) {
        // A number that we refuse as JSON: each test of the file counts as failed.
        for (const Json& group : Json::parse(text)) count.total += group.at("tests").size();
        if (print) std::cout << file.filename() << ": " << parsed.failure().message << '\n';
        continue;
      }
      for (const json::View group : json::array(document.root())) run_group(file, group, options, print, count);
    }
    return count;
  }

  void run_group(const fs::path& file, json::View group, const Options& options, bool print, Count& count) {
    Library library(folder_ / "nothing-is-read-from-here", options);
    for (const auto& [uri, text] : remotes_) library.offer(uri, text);
    std::string schema_text;
    json::append(schema_text, *json::find(group, "schema"));
    Diagnostics diagnostics;
    const auto schema = library.compile_text("schema.json", schema_text, diagnostics);
    for (const json::View test : json::array(*json::find(group, "tests"))) {
      ++count.total;
      const json::View data = *json::find(test, "data");
      const bool expected = json::find(test, "valid")->get_bool().value_unsafe();
      const bool agrees = schema == nullptr || schema->valid(data) == schema->errors(data).empty();
      EXPECT_TRUE(agrees) << file << ": valid() and errors() disagree";
      if (schema != nullptr && schema->valid(data) == expected) {
        ++count.passed;
      } else if (print) {
        std::cout << file.filename().string() << ": " << json::string(*json::find(group, "description")) << ": "
                  << json::string(*json::find(test, "description")) << ": expected " << (expected ? "valid" : "invalid")
                  << '\n'
                  << diagnostics.text();
        if (schema != nullptr && expected) {
          for (const Error& error : schema->errors(data)) {
            std::cout << "  " << error.instance << ' ' << error.schema << ": " << error.message << '\n';
          }
        }
      }
    }
  }

  fs::path folder_;
  bool verbose_ = false;
  std::map<std::string, std::string> remotes_;
};

TEST_F(Suite, Draft2020PassesAllRequiredTests) {
  run_draft("draft2020-12", Draft::draft2020);
}

TEST_F(Suite, Draft7PassesAllRequiredTests) {
  run_draft("draft7", Draft::draft7);
}

}  // namespace
}  // namespace polygate::schema
