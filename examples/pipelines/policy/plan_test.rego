package main

change(type, after) := {"resource_changes": [{
	"address": sprintf("%s.this", [type]),
	"mode": "managed",
	"type": type,
	"change": {"actions": ["create"], "after": after, "after_unknown": {}},
}]}

rows(count) := {sprintf("p%d@contoso.com", [n]): "delete end_user: its user was deleted in Entra" | some n in numbers.range(1, count)}

denied(plan) := messages if {
	messages := deny with input as plan
}

test_as_many_may_go_as_the_limit_says if {
	count(denied(change("proofpoint_azure_sync_run", {"changes": rows(5)}))) == 0
}

test_one_more_may_not if {
	some message in denied(change("proofpoint_azure_sync_run", {"changes": rows(6)}))
	startswith(message, "proofpoint_azure_sync_run.this: too many would lose mail, 6 where 5 may: p1@contoso.com")
}

test_who_turns_inactive_counts if {
	rows_of_both := object.union(rows(5), {"q@contoso.com": "deactivate end_user: its sign-in is blocked"})
	count(denied(change("proofpoint_azure_sync_run", {"changes": rows_of_both}))) == 1
}

test_additions_do_not_count if {
	additions := {sprintf("p%d@contoso.com", [n]): "add end_user: new user in Entra" | some n in numbers.range(1, 50)}
	count(denied(change("proofpoint_azure_sync_run", {"changes": additions}))) == 0
}

test_a_run_that_is_done_is_no_change if {
	plan := json.patch(
		change("proofpoint_azure_sync_run", {"changes": rows(9)}),
		[{"op": "replace", "path": "resource_changes/0/change/actions", "value": ["no-op"]}],
	)
	count(denied(plan)) == 0
}

action(values, unknown) := {"resource_changes": [], "action_invocations": [{
	"address": "action.proofpoint_azure_sync_run.this",
	"type": "proofpoint_azure_sync_run",
	"config_values": values,
	"config_unknown": unknown,
}]}

test_an_action_is_held_to_the_limit_as_well if {
	count(denied(action({"changes": rows(5)}, {"changes": {}}))) == 0
	some message in denied(action({"changes": rows(6)}, {"changes": {}}))
	startswith(message, "action.proofpoint_azure_sync_run.this: too many would lose mail, 6 where 5 may: p1@contoso.com")
}

test_the_limit_is_one_of_the_whole_plan if {
	both := [run | some name in ["a", "b"]; run := json.patch(
		change("proofpoint_azure_sync_run", {"changes": rows(3)}).resource_changes[0],
		[{"op": "replace", "path": "address", "value": name}],
	)]
	denied({"resource_changes": both}) == {"too many would lose mail by all runs together, 6 where 5 may"}
	few := {"action_invocations": action({"changes": rows(2)}, {}).action_invocations, "resource_changes": [both[0]]}
	count(denied(few)) == 0
	resources := [preview |
		some domain in ["a.example", "b.example", "b.example"]
		preview := object.union(
			report(3).prior_state.values.root_module.child_modules[0].resources[0],
			{"values": {"domain": domain}},
		)
	]
	denied({"prior_state": {"resources": resources}}) == {"the next runs would remove too many accounts together, 6 where 5 may"}
}

test_rows_that_nobody_knows_are_refused if {
	count(denied(action({"changes": {}}, {"changes": {"p1@contoso.com": true}}))) == 1
	count(denied(action({"changes": null}, {"changes": true}))) == 1
	plan := json.patch(
		change("proofpoint_azure_sync_run", {"changes": {}}),
		[{"op": "add", "path": "resource_changes/0/change/after_unknown/changes", "value": {"p1@contoso.com": true}}],
	)
	count(denied(plan)) == 1
}

test_a_report_that_comes_too_late_is_refused if {
	some message in denied({"resource_changes": [{
		"address": "data.proofpoint_azure_sync_preview.this",
		"mode": "data",
		"type": "proofpoint_azure_sync_preview",
		"change": {"actions": ["read"], "after": {}, "after_unknown": {"report": true}},
	}]})
	contains(message, "what the next run would do is not known yet")
}

test_a_report_leaves_no_sync_out if {
	sync := {"domain": "contoso.com", "frequency": 6, "managed_client_secret": {}}
	asked := object.union(change("proofpoint_azure_sync", sync), {"variables": {"report": {"value": true}}})
	denied(asked) == {"proofpoint_azure_sync.this: the report has no `proofpoint_azure_sync_preview` of contoso.com"}
	preview := {"mode": "data", "type": "proofpoint_azure_sync_preview", "values": {"domain": "contoso.com"}}
	count(denied(object.union(asked, {"prior_state": {"resources": [preview]}}))) == 0
	count(denied(object.union(asked, {"variables": {"report": {"value": false}}}))) == 0
	count(denied(json.patch(asked, [{"op": "replace", "path": "resource_changes/0/change/after/frequency", "value": 0}]))) == 0
}

test_what_nobody_can_count_is_refused if {
	plan := json.patch(
		change("proofpoint_azure_sync_run", {}),
		[{"op": "add", "path": "resource_changes/0/change/after_unknown/changes", "value": true}],
	)
	some message in denied(plan)
	contains(message, "not known yet")
}

report(removals) := {"prior_state": {"values": {"root_module": {"child_modules": [{"resources": [{
	"address": "module.customer.data.proofpoint_azure_sync_preview.this",
	"mode": "data",
	"type": "proofpoint_azure_sync_preview",
	"values": {"report": {"counts": {"removals": removals}, "summary": "so many"}},
}]}]}}}}

test_the_report_is_held_to_the_limit_in_any_module if {
	count(denied(report(5))) == 0
	some message in denied(report(6))
	contains(message, "would remove too many accounts, 6 where 5 may go: so many")
}

test_nothing_is_destroyed if {
	plan := {"resource_changes": [
		{"address": "proofpoint_azure_sync.a", "mode": "managed", "type": "proofpoint_azure_sync", "change": {"actions": ["delete"], "after": null}},
		{"address": "random_id.b", "mode": "managed", "type": "random_id", "change": {"actions": ["delete"], "after": null}},
	]}
	denied(plan) == {"too much would be destroyed or replaced, 1 where 0 may: proofpoint_azure_sync.a"}
}

test_a_replacement_destroys if {
	plan := json.patch(
		change("proofpoint_azure_application", {}),
		[{"op": "replace", "path": "resource_changes/0/change/actions", "value": ["delete", "create"]}],
	)
	count(denied(plan)) == 1
}

test_the_defaults_are_allowed if {
	after := {
		"application_permissions": ["Directory.Read.All"],
		"delegated_permissions": ["Directory.Read.All", "Group.Read.All", "User.ReadBasic.All"],
	}
	count(denied(change("proofpoint_azure_application", after))) == 0
	count(denied(change("proofpoint_azure_admin_consent", after))) == 0
}

test_more_is_not if {
	some type in ["proofpoint_azure_application", "proofpoint_azure_admin_consent"]
	denied(change(type, {"application_permissions": ["Directory.Read.All", "Mail.Read"]})) == {sprintf(
		"%s.this: `Mail.Read` is more than the sync needs (application_permissions)",
		[type],
	)}
	count(denied(change(type, {"delegated_permissions": ["Directory.ReadWrite.All"]}))) == 1
}

test_permissions_that_nobody_knows_are_refused if {
	plan := json.patch(
		change("proofpoint_azure_admin_consent", {}),
		[{"op": "add", "path": "resource_changes/0/change/after_unknown/application_permissions", "value": true}],
	)
	count(denied(plan)) == 1
	one_of_two := json.patch(
		change("proofpoint_azure_admin_consent", {"application_permissions": ["Directory.Read.All", null]}),
		[{"op": "add", "path": "resource_changes/0/change/after_unknown/application_permissions", "value": [false, true]}],
	)
	denied(one_of_two) == {"proofpoint_azure_admin_consent.this: `application_permissions` is not known yet, so that nobody can approve of it"}
}

test_a_managed_secret_is_allowed if {
	count(denied(change("proofpoint_azure_sync", {"managed_client_secret": {"application_id": "/applications/1"}}))) == 0
	plan := json.patch(
		change("proofpoint_azure_sync", {}),
		[{"op": "add", "path": "resource_changes/0/change/after_unknown/managed_client_secret", "value": {"application_id": true}}],
	)
	count(denied(plan)) == 0
}

test_another_secret_is_not if {
	count(denied(change("proofpoint_azure_sync", {"client_secret": "literal"}))) == 1
	count(denied(change("proofpoint_azure_sync", {"client_secret_wo_version": "1"}))) == 1
	count(denied(change("proofpoint_azure_client_secret", {"display_name": "terraform"}))) == 1
}

provider(expressions) := {"configuration": {"provider_config": {"module.customer:proofpoint": {
	"name": "proofpoint",
	"expressions": expressions,
}}}}

test_no_password_is_written if {
	count(denied(provider({"password": {"references": ["var.password"]}}))) == 0
	denied(provider({"password": {"constant_value": "literal"}})) == {"provider \"proofpoint\": `password` is written in the configuration"}

	# `join("", ["lit", "eral"])`
	count(denied(provider({"password": {}}))) == 1
	count(denied(provider({"password": {"constant_value": null}}))) == 0
	count(denied(provider({"oidc_request_token": {"constant_value": "literal"}}))) == 1
}

test_the_provider_is_known_by_any_name if {
	block := {"name": "mail", "full_name": "registry.opentofu.org/azuresync/proofpoint", "expressions": {"read_only": {}}}
	count(denied({"configuration": {"provider_config": {"mail": block}}})) == 1
	another := {"name": "mail", "full_name": "registry.opentofu.org/example/mail", "expressions": {"read_only": {}}}
	count(denied({"configuration": {"provider_config": {"mail": another}}})) == 0
}

test_read_only_is_left_to_the_job if {
	count(denied(provider({"read_only": {"constant_value": false}}))) == 1
	count(denied(provider({"read_only": {"constant_value": true}}))) == 1
}
