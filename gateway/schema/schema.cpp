#include "gateway/schema/schema.h"

#include <utility>

#include "gateway/schema/collector.h"
#include "gateway/schema/evaluation.h"
#include "gateway/schema/program.h"

namespace polygate::schema {

Schema::Schema(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

bool Schema::valid(json::View value) const {
  Silence silence;
  return Evaluation<Silence>(*program_, silence).run(*program_->root, value);
}

std::vector<Error> Schema::errors(json::View value, std::size_t at_most) const {
  Collector collector(at_most);
  Evaluation<Collector>(*program_, collector).run(*program_->root, value);
  return collector.take();
}

}  // namespace polygate::schema
