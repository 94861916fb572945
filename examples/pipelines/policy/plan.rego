# Rules for a plan. Try them by hand: conftest test --policy policy plan.json report.json
package main

import data.changes
import data.limits

# Nobody loses anything in numbers: what a run will do, whether a resource keeps it or an action starts it.
deny contains message if {
	some run in changes.runs
	rows := changes.losers(run)
	count(rows) > limits.max_people
	message := sprintf(
		"%s: too many would lose mail, %d where %d may: %s",
		[run.address, count(rows), limits.max_people, concat(", ", sort(rows))],
	)
}

# The same for a sync that runs by itself: what the report says of its next run.
deny contains message if {
	some preview in changes.read("proofpoint_azure_sync_preview")
	removals := preview.values.report.counts.removals
	removals > limits.max_people
	message := sprintf(
		"%s: the next run would remove too many accounts, %d where %d may go: %s",
		[preview.address, removals, limits.max_people, preview.values.report.summary],
	)
}

# The limit is one of the whole plan: many runs that take few each take many.
deny contains message if {
	taken := {run.address: count(changes.losers(run)) | some run in changes.runs}
	message := too_many("too many would lose mail by all runs", [number | some number in taken])
}

deny contains message if {
	previews := changes.read("proofpoint_azure_sync_preview")
	domains := {object.get(preview.values, "domain", preview.address) | some preview in previews}
	message := too_many("the next runs would remove too many accounts", [number |
		some domain in domains
		number := max([preview.values.report.counts.removals |
			some preview in previews
			object.get(preview.values, "domain", preview.address) == domain
		])
	])
}

# Where one of them is too much alone, that has been said.
too_many(what, numbers) := sprintf("%s together, %d where %d may", [what, sum(numbers), limits.max_people]) if {
	sum(numbers) > limits.max_people
	max(numbers) <= limits.max_people
}

# What nobody can count yet is not approved unseen.
deny contains message if {
	some run in changes.runs
	changes.unknown(run.unknown)
	message := sprintf("%s: what it will do to people is not known yet: let `changes` be known in the plan", [run.address])
}

deny contains message if {
	some preview in changes.deferred("proofpoint_azure_sync_preview")
	message := sprintf("%s: what the next run would do is not known yet: let its arguments be known in the plan", [preview.address])
}

# A report that leaves out a sync which runs by itself says nothing of who loses what. See the variable `report` in main.tf.
deny contains message if {
	input.variables.report.value == true
	some sync in changes.of("proofpoint_azure_sync")
	sync.change.after.frequency != 0
	seen := {preview.values.domain | some preview in changes.read("proofpoint_azure_sync_preview")}
	not sync.change.after.domain in seen
	message := sprintf("%s: the report has no `proofpoint_azure_sync_preview` of %s", [sync.address, sync.change.after.domain])
}

# No object goes by accident.
deny contains message if {
	count(changes.destroyed) > limits.max_destroyed
	addresses := sort([change.address | some change in changes.destroyed])
	message := sprintf(
		"too much would be destroyed or replaced, %d where %d may: %s",
		[count(addresses), limits.max_destroyed, concat(", ", addresses)],
	)
}

# Nobody is given more than Proofpoint asks for.
deny contains message if {
	some type in ["proofpoint_azure_application", "proofpoint_azure_admin_consent"]
	some change in changes.of(type)
	some attribute in ["application_permissions", "delegated_permissions"]
	allowed := limits[attribute]
	some permission in object.get(change.change.after, attribute, [])
	permission != null # not known yet
	not permission in allowed
	message := sprintf("%s: `%s` is more than the sync needs (%s)", [change.address, permission, attribute])
}

deny contains message if {
	some type in ["proofpoint_azure_application", "proofpoint_azure_admin_consent"]
	some change in changes.of(type)
	some attribute in ["application_permissions", "delegated_permissions"]
	changes.unknown(object.get(change.change, ["after_unknown", attribute], false))
	message := sprintf("%s: `%s` is not known yet, so that nobody can approve of it", [change.address, attribute])
}

# Nobody sees the secret that Proofpoint signs in with.
deny contains message if {
	some sync in changes.of("proofpoint_azure_sync")
	object.get(sync.change.after, "managed_client_secret", null) == null
	not object.get(sync.change, ["after_unknown", "managed_client_secret"], false)
	message := sprintf("%s: its secret is not managed by the provider: use `managed_client_secret`", [sync.address])
}

deny contains message if {
	some secret in changes.of("proofpoint_azure_client_secret")
	message := sprintf("%s: its value is in the state for everybody who can read that", [secret.address])
}

# What the provider itself signs in with comes from outside of the configuration: an expression that refers to nothing is
# written there, whatever functions it is wrapped in.
deny contains message if {
	some block in changes.providers
	some argument in [
		"client_secret", "client_certificate", "client_certificate_password", "oidc_token", "oidc_request_token",
		"password",
	]
	expression := block.expressions[argument]
	object.get(expression, "constant_value", "") != null
	count(object.get(expression, "references", [])) == 0
	message := sprintf("provider \"proofpoint\": `%s` is written in the configuration", [argument])
}

# A job that only plans says so by PROOFPOINT_READ_ONLY, and an argument would go before it.
deny contains message if {
	some block in changes.providers
	block.expressions.read_only
	message := "provider \"proofpoint\": leave `read_only` to the environment of each job (PROOFPOINT_READ_ONLY)"
}
