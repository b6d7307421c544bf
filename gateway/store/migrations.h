#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/store/store.h"

namespace polygate {

/// What is wrong with such a list, or nothing: names are "0001 what it does", their numbers grow, and each text is of
/// statements of the dialect.
std::string fault_in(const std::vector<Migration>& migrations);

/// Brings the store up to the plugin's list: those that have not run yet run now, in order, in one transaction and
/// under a lock that other processes respect; all or none. A hash of each is kept in the table `polygate_migrations`.
/// Fails with a sentence for the operator in its details when one that ran is not in the list, has another text by now,
/// or stands behind one that has not run. Blocks.
Result<void> migrate(Store& store, std::string_view plugin, const std::vector<Migration>& migrations);

}  // namespace polygate
