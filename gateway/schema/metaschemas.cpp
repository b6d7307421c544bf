#include "gateway/schema/metaschemas.h"

namespace polygate::schema {
namespace {

constexpr Metaschema kMetaschemas[] = {
    {
        kDraft7,
#include "gateway/schema/metaschema/draft-07.json.inc"
    },
    {
        kDraft2020,
#include "gateway/schema/metaschema/2020-12.json.inc"
    },
    {
        "https://json-schema.org/draft/2020-12/meta/core",
#include "gateway/schema/metaschema/2020-12-core.json.inc"
    },
    {
        "https://json-schema.org/draft/2020-12/meta/applicator",
#include "gateway/schema/metaschema/2020-12-applicator.json.inc"
    },
    {
        "https://json-schema.org/draft/2020-12/meta/unevaluated",
#include "gateway/schema/metaschema/2020-12-unevaluated.json.inc"
    },
    {
        "https://json-schema.org/draft/2020-12/meta/validation",
#include "gateway/schema/metaschema/2020-12-validation.json.inc"
    },
    {
        "https://json-schema.org/draft/2020-12/meta/meta-data",
#include "gateway/schema/metaschema/2020-12-meta-data.json.inc"
    },
    {
        "https://json-schema.org/draft/2020-12/meta/format-annotation",
#include "gateway/schema/metaschema/2020-12-format-annotation.json.inc"
    },
    {
        "https://json-schema.org/draft/2020-12/meta/format-assertion",
#include "gateway/schema/metaschema/2020-12-format-assertion.json.inc"
    },
    {
        "https://json-schema.org/draft/2020-12/meta/content",
#include "gateway/schema/metaschema/2020-12-content.json.inc"
    },
};

}  // namespace

std::span<const Metaschema> metaschemas() {
  return kMetaschemas;
}

}  // namespace polygate::schema
