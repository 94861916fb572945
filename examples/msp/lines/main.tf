# The lines of `tenants.yaml`, once nothing is wrong with them.
variable "text" {
  description = "What `tenants.yaml` says."
  type        = string
}

locals {
  # Without what some editors write before the first line, and the `---` that may be there.
  text = replace(trimprefix(var.text, "\uFEFF"), "/^((?:[ \\t]*(?:#[^\\n]*)?\\r?\\n)*)---(\\s|$)/", "$1$2")
  # Nobody, where the last line was taken out.
  tenants_yaml = yamldecode("---\n${local.text}")
  customers    = try(merge(local.tenants_yaml, {}), {})
  # A domain for each line, in lower case.
  lines = [for key in flatten(regexall("(?m)^[\"']?([^\\s\"':#]+)[\"']?\\s*:", local.text)) : lower(key)]
  # Written in another way, YAML would take a domain twice and say nothing.
  strange  = [for line in split("\n", local.text) : trimspace(line) if !can(regex("^(\\s|#|[]}]|$|[\"']?[\\pL\\pN_][^\\s\"':#\\\\]*[\"']?\\s*:(\\s|$))", line))]
  is_plain = !can(regex("\r[^\r\n]|[\\x{85}\\x{2028}\\x{2029}]", local.text))

  needed   = ["name", "tenant_id", "licences", "admin"]
  optional = ["default_role", "destination", "exemptions", "frequency", "max_removals", "on_destroy", "remove_deleted"]
  # The lines of each tenant, which can be only one.
  tenants = { for domain, line in local.customers : try(lower(line.tenant_id), "") => domain... }
  wrong = concat(
    can(merge(local.tenants_yaml, {})) ? [] : ["it has no line that begins with a domain and a colon"],
    [for line in local.strange : "`${line}` does not begin with a domain and a colon"],
    local.is_plain ? [] : ["its lines end in another way than lines of text do"],
    flatten([for domain, line in local.customers : concat(
      [for field in local.needed : "${domain} has no `${field}`" if try(line[field], null) == null],
      [for field in try(keys(line), []) : "${domain} has `${field}`, which is not a field of a line" if !contains(concat(local.needed, local.optional), field)],
    )]),
    [for id, domains in local.tenants : "the `tenant_id` of ${domains[0]} is not the id of a tenant" if id != "" && !can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))],
    [for id, domains in local.tenants : "${join(" and ", domains)} have one `tenant_id`" if id != "" && length(domains) > 1],
  )
}

# Of two lines for one domain YAML takes the last one and says nothing.
output "customers" {
  value = local.customers

  precondition {
    condition     = length(local.lines) == length(distinct(local.lines))
    error_message = "tenants.yaml has two lines for ${join(", ", distinct([for line in local.lines : line if length([for other in local.lines : other if other == line]) > 1]))}."
  }
  precondition {
    condition     = length(local.wrong) == 0
    error_message = "tenants.yaml: ${join("; ", local.wrong)}. A line needs ${join(", ", local.needed)}, and may have ${join(", ", local.optional)}."
  }
}
