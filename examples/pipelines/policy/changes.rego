# A plan as JSON, as `terraform show -json` and `tofu show -json` print it.
package changes

# What the plan makes, changes or keeps of one type.
of(type) := [change |
	some change in input.resource_changes
	change.mode == "managed"
	change.type == type
	change.change.after != null
]

destroyed := [change |
	some change in input.resource_changes
	change.mode == "managed"
	startswith(change.type, "proofpoint_")
	"delete" in change.change.actions
]

# What runs are told to do to people: by the resource, unless there is nothing left to do, and by the action, which a plan starts
# and no state keeps (Terraform 1.14 and later).
runs := array.concat(
	[{"address": run.address, "rows": rows(run.change.after), "unknown": object.get(run.change, ["after_unknown", "changes"], false)} |
		some run in of("proofpoint_azure_sync_run")
		run.change.actions != ["no-op"]
	],
	[{"address": run.address, "rows": rows(run.config_values), "unknown": object.get(run, ["config_unknown", "changes"], false)} |
		some run in object.get(input, "action_invocations", [])
		run.type == "proofpoint_azure_sync_run"
	],
)

# There are none in what is not known.
rows(arguments) := arguments.changes if is_object(arguments.changes)

rows(arguments) := {} if not is_object(object.get(arguments, "changes", null))

# The addresses that lose mail or their account by a run.
losers(run) := [address | some address, row in run.rows; regex.match(`^(delete|deactivate)\b`, row)]

# Whether anything of a value is not known yet: a row of many, too.
unknown(marks) if {
	some path
	walk(marks, [path, true])
}

# Data sources that were read while the plan was made, in any module.
read(type) := [resource |
	walk(object.get(input, "prior_state", {}), [_, resource])
	resource.mode == "data"
	resource.type == type
]

# Data sources that are read only while the plan is applied.
deferred(type) := [change |
	some change in input.resource_changes
	change.mode == "data"
	change.type == type
	"read" in change.change.actions
]

# Provider blocks, in any module, whatever a module calls the provider.
providers := [block |
	some block in object.get(input, ["configuration", "provider_config"], {})
	regex.match(`(^|/)proofpoint$`, object.get(block, "full_name", block.name))
]
