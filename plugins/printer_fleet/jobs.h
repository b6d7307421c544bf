#pragma once
#include <string>

#include "gateway/plugin/plugin.h"
#include "plugins/printer_fleet/printers.h"

namespace printer_fleet {

/// Keeps the state of every printer's job, so that a user's request which makes no sense (RESUME without START, a START
/// sent twice) never reaches the printer. A serial handler: the one instance sees the events of all sessions in order.
///
/// `print_job` of users asks for START, PAUSE, RESUME or CANCEL; `printer_status` of agents says what the printer
/// really does, which always wins; `print_job` of an agent is its answer: an error takes back what the last request
/// changed. The agent is `with.agent` of the rule; else, for agents, the authenticated user (never what its data
/// claims); else `data.agent_uuid`. The result is `{state, print_file_uuid}`. Its settings, all optional:
///
///     jobs: {agent_role: agent, reported_printers_only: false, max_printers: 100000, max_printers_per_agent: 1000}
///
/// `reported_printers_only` refuses START for a printer of which the agent has not yet sent a printer_status.
class Jobs {
 public:
  explicit Jobs(const polygate::Settings& settings);
  polygate::Outcome operator()(const polygate::Call& call);

 private:
  polygate::Outcome request(const PrinterId& id, const polygate::Json& data);
  polygate::Outcome start(const PrinterId& id, const polygate::Json& data);
  polygate::Outcome answer(const PrinterId& id, const polygate::Json& data);
  polygate::Outcome status(const PrinterId& id, const polygate::Json& data);
  bool is_starting(const Printer& printer) const;

  const polygate::Clock& clock_;
  std::string agent_role_ = "agent";
  bool reported_printers_only_ = false;
  Printers printers_;
};

}  // namespace printer_fleet
