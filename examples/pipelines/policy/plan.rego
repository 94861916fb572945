# Rules for a plan. Try them by hand: conftest test --policy policy plan.json report.json
package main

import data.changes
import data.limits

# Nobody loses anything in numbers: what `proofpoint_azure_sync_run` will do.
deny contains message if {
	some run in changes.of("proofpoint_azure_sync_run")
	run.change.actions != ["no-op"]
	rows := [address | some address, row in run.change.after.changes; regex.match(`^(delete|deactivate)\b`, row)]
	count(rows) > limits.max_removals
	message := sprintf(
		"%s: too many would lose mail, %d where %d may: %s",
		[run.address, count(rows), limits.max_removals, concat(", ", sort(rows))],
	)
}

# The same for a sync that runs by itself: what the report says of its next run.
deny contains message if {
	some preview in changes.read("proofpoint_azure_sync_preview")
	removals := preview.values.report.counts.removals
	removals > limits.max_removals
	message := sprintf(
		"%s: the next run would remove too many accounts, %d where %d may go: %s",
		[preview.address, removals, limits.max_removals, preview.values.report.summary],
	)
}

# What nobody can count yet is not approved unseen.
deny contains message if {
	some run in changes.of("proofpoint_azure_sync_run")
	object.get(run.change, ["after_unknown", "changes"], false) == true
	message := sprintf("%s: what it will do to people is not known yet: let `changes` be known in the plan", [run.address])
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
	not permission in allowed
	message := sprintf("%s: `%s` is more than the sync needs (%s)", [change.address, permission, attribute])
}

deny contains message if {
	some type in ["proofpoint_azure_application", "proofpoint_azure_admin_consent"]
	some change in changes.of(type)
	some attribute in ["application_permissions", "delegated_permissions"]
	object.get(change.change, ["after_unknown", attribute], false) == true
	message := sprintf("%s: %s is not known yet, so that nobody can approve of it", [change.address, attribute])
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

# What the provider itself signs in with comes from outside of the configuration.
deny contains message if {
	some block in changes.providers
	some argument in ["client_secret", "client_certificate", "client_certificate_password", "oidc_token", "password"]
	block.expressions[argument].constant_value
	message := sprintf("provider \"proofpoint\": `%s` is written in the configuration", [argument])
}

# A job that only plans says so by PROOFPOINT_READ_ONLY, and an argument would go before it.
deny contains message if {
	some block in changes.providers
	block.expressions.read_only
	message := "provider \"proofpoint\": leave `read_only` to the environment of each job (PROOFPOINT_READ_ONLY)"
}
