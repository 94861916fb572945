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

# Data sources that were read while the plan was made, in any module.
read(type) := [resource |
	walk(object.get(input, "prior_state", {}), [_, resource])
	resource.mode == "data"
	resource.type == type
]

# Provider blocks, in any module.
providers := [block |
	some block in object.get(input, ["configuration", "provider_config"], {})
	block.name == "proofpoint"
]
