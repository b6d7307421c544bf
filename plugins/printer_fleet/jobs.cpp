#include "plugins/printer_fleet/jobs.h"

#include <optional>
#include <string_view>

namespace printer_fleet {
namespace {

using polygate::Call;
using polygate::Json;
using polygate::Outcome;
using polygate::Settings;

constexpr std::size_t kMaxIdLength = 128;
/// A status that the agent sent before it got START still says "available"; this long it is not taken for an end.
constexpr polygate::Millis kStartGrace{10'000};

/// The text of a field; nothing when it is missing, empty, too long or no text.
std::optional<std::string> text(const Json& object, const char* field) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(field);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  const auto& value = found->get_ref<const std::string&>();
  if (value.empty() || value.size() > kMaxIdLength) return std::nullopt;
  return value;
}

Outcome accept(const Printer& printer) {
  Json result = {{"state", name(printer.state)}};
  if (!printer.file.empty()) result["print_file_uuid"] = printer.file;
  return Outcome::accept(std::move(result));
}

void request_came(Printer& printer, State wanted) {
  printer.before = printer.state;
  printer.state = wanted;
}

void job_ended(Printer& printer, State now) {
  printer = Printer{};
  printer.state = now;
}

/// What a request other than START needs and brings about.
struct Transition {
  std::string_view type;
  bool from_printing;
  bool from_paused;
  State to;
  std::string_view needs;
};

constexpr Transition kTransitions[] = {
    {"PAUSE", true, false, State::paused, "a job that is printing"},
    {"RESUME", false, true, State::printing, "a paused job"},
    {"CANCEL", true, true, State::idle, "a job that is printing or paused"},
};

}  // namespace

Jobs::Jobs(const Settings& settings) : clock_(*settings.clock) {
  const Json jobs = settings.values.value("jobs", Json::object());
  agent_role_ = jobs.value("agent_role", agent_role_);
  reported_printers_only_ = jobs.value("reported_printers_only", reported_printers_only_);
  Printers::Limits limits;
  limits.altogether = jobs.value("max_printers", limits.altogether);
  limits.per_agent = jobs.value("max_printers_per_agent", limits.per_agent);
  printers_.set_limits(limits);
}

Outcome Jobs::operator()(const Call& call) {
  const bool from_agent = call.role == agent_role_;
  std::optional<std::string> agent = text(call.with, "agent");
  if (!agent && from_agent && !call.user.empty()) agent = call.user;
  if (!agent && !from_agent) agent = text(call.data, "agent_uuid");
  if (!agent) {
    return Outcome::refuse(from_agent ? "an agent must be authenticated"
                                      : "data.agent_uuid must be text of 1 to 128 characters");
  }
  const std::optional<std::string> printer = text(call.data, "printer_uuid");
  if (!printer && from_agent && call.event == "print_job") return Outcome::accept();  // an answer in words only
  if (!printer) return Outcome::refuse("data.printer_uuid must be text of 1 to 128 characters");

  const PrinterId id{*agent, *printer};
  Outcome outcome = Outcome::refuse("printer_fleet.jobs knows print_job and printer_status, not " + call.event);
  if (call.event == "print_job") outcome = from_agent ? answer(id, call.data) : request(id, call.data);
  if (call.event == "printer_status") {
    outcome = from_agent ? status(id, call.data) : Outcome::refuse("printer_status comes from agents only");
  }
  printers_.settle(id);
  return outcome;
}

Outcome Jobs::request(const PrinterId& id, const Json& data) {
  const std::string type = text(data, "type").value_or("");
  if (type == "START") return start(id, data);
  for (const Transition& transition : kTransitions) {
    if (transition.type != type) continue;
    Printer* printer = printers_.find(id);
    const State state = printer == nullptr ? State::idle : printer->state;
    const bool possible =
        (state == State::printing && transition.from_printing) || (state == State::paused && transition.from_paused);
    if (!possible) {
      return Outcome::refuse(type + " needs " + std::string(transition.needs) + ", and the printer is " +
                             std::string(name(state)));
    }
    const std::optional<std::string> file = text(data, "print_file_uuid");
    if (file && !printer->file.empty() && *file != printer->file) {
      return Outcome::refuse("the printer's job is print file " + printer->file + ", not " + *file);
    }
    request_came(*printer, transition.to);
    return accept(*printer);
  }
  return Outcome::refuse("data.type must be START, PAUSE, RESUME or CANCEL");
}

Outcome Jobs::start(const PrinterId& id, const Json& data) {
  const std::optional<std::string> file = text(data, "print_file_uuid");
  if (!file) return Outcome::refuse("START needs data.print_file_uuid, text of 1 to 128 characters");
  Printer* printer = printers_.find(id);
  if (printer == nullptr && reported_printers_only_) {
    return Outcome::refuse("printer " + id.printer + " is not known: its agent has not reported it");
  }
  if (printer == nullptr) printer = printers_.find_or_add(id);
  if (printer == nullptr) return Outcome::fail("too_many_printers");
  if (printer->state == State::unavailable) return Outcome::refuse("the printer is unavailable");
  if (printer->has_job() && printer->file == *file) {
    return Outcome::refuse("print file " + *file + " was started on this printer already and is " +
                           std::string(name(printer->state)));
  }
  if (printer->has_job()) return Outcome::refuse("the printer is busy with another job");
  request_came(*printer, State::printing);
  printer->file = *file;
  printer->started = clock_.now();
  return accept(*printer);
}

Outcome Jobs::answer(const PrinterId& id, const Json& data) {
  const std::string status = text(data, "status").value_or("");
  if (status != "error" && status != "success") return Outcome::refuse("data.status must be success or error");
  Printer* printer = printers_.find(id);
  if (printer == nullptr || !printer->before) return Outcome::accept();  // an answer to nothing changes nothing
  if (status == "error") printer->state = *printer->before;
  printer->before.reset();
  printer->started.reset();
  if (!printer->has_job()) printer->file.clear();
  return accept(*printer);
}

Outcome Jobs::status(const PrinterId& id, const Json& data) {
  Printer* printer = printers_.find_or_add(id);
  if (printer == nullptr) return Outcome::accept();       // no room to follow it; its status is still worth sending on
  if (!data.contains("status")) return accept(*printer);  // an update of other fields
  const std::string status = text(data, "status").value_or("");
  if (status == "available") {
    if (!is_starting(*printer)) job_ended(*printer, State::idle);
    return accept(*printer);
  }
  if (status == "unavailable") {
    job_ended(*printer, State::unavailable);
    return accept(*printer);
  }
  if (status != "busy") return Outcome::refuse("data.status must be available, unavailable or busy");

  const auto job = data.find("job");
  const std::optional<std::string> file = job == data.end() ? std::nullopt : text(*job, "print_file_uuid");
  const bool same_job = !file || printer->file.empty() || printer->file == *file;
  printer->started.reset();
  if (printer->state != State::paused || !same_job) {  // the protocol has no word for a paused job: it stays paused
    printer->state = State::printing;
    printer->before.reset();
  }
  if (file) printer->file = *file;
  return accept(*printer);
}

bool Jobs::is_starting(const Printer& printer) const {
  return printer.started && clock_.now() - *printer.started < kStartGrace;
}

}  // namespace printer_fleet
