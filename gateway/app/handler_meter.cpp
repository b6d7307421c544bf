#include "gateway/app/handler_meter.h"

#include <algorithm>

namespace polygate::app {

void HandlerMeter::know(const std::string& handler) {
  cells_.try_emplace(handler, std::make_unique<Cell>());
}

void HandlerMeter::count(const HandlerReport& report) {
  const auto found = cells_.find(report.handler);
  if (found == cells_.end()) return;
  Cell& cell = *found->second;
  const double seconds = static_cast<double>(report.took.count()) / 1000;
  cell.buckets[bucket_of(kBounds, seconds)].fetch_add(1, std::memory_order_relaxed);
  cell.millis.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(report.took.count(), 0)),
                        std::memory_order_relaxed);
  if (report.slow) cell.slow.fetch_add(1, std::memory_order_relaxed);
  if (report.slow_write) cell.slow_writes.fetch_add(1, std::memory_order_relaxed);
  if (!report.fault.empty()) cell.faults.fetch_add(1, std::memory_order_relaxed);
}

std::vector<HandlerMeter::Counts> HandlerMeter::read() const {
  std::vector<Counts> all;
  for (const auto& [handler, cell] : cells_) {
    Counts counts;
    counts.handler = handler;
    for (std::size_t i = 0; i < cell->buckets.size(); ++i) {
      counts.seconds.counts[i] = cell->buckets[i].load(std::memory_order_relaxed);
    }
    counts.seconds.sum = static_cast<double>(cell->millis.load(std::memory_order_relaxed)) / 1000;
    counts.slow = cell->slow.load(std::memory_order_relaxed);
    counts.slow_writes = cell->slow_writes.load(std::memory_order_relaxed);
    counts.faults = cell->faults.load(std::memory_order_relaxed);
    all.push_back(std::move(counts));
  }
  return all;
}

}  // namespace polygate::app
