#pragma once
#include <cstdint>

#include "gateway/plugin/handlers_enquiry.h"
#include "gateway/routing/ids.h"
#include "gateway/turns/services.h"

namespace polygate::turns {

/// Has what a handler asks answered by `worker`, on whose behalf it runs: the questions travel through its mailbox.
/// `services` outlives the handlers.
Enquiries enquiries_of(const Services& services, WorkerIndex worker, std::uint16_t profile);

}  // namespace polygate::turns
