package jobs

refused(file) := messages if {
	messages := deny with input as file
}

workflow(run, env) := {"jobs": {"one": {"env": env, "steps": [{"uses": "a/b"}, {"run": run}]}}}

azure_file(variables) := {"stages": [{"jobs": [{"job": "plan", "variables": variables, "steps": [{"bash": "ci/plan.sh"}]}]}]}

atlantis_file(steps) := {"workflows": {"w": {"plan": {"steps": steps}, "apply": {"steps": [{"run": "tofu apply \"$PLANFILE\""}]}}}}

flux_file(env) := {"kind": "Terraform", "metadata": {"name": "d"}, "spec": {"approvePlan": "disable", "runnerPodTemplate": {"spec": {"env": env}}}}

test_github if {
	count(refused(workflow("ci/plan.sh\ncat report.md", {"PROOFPOINT_READ_ONLY": "true"}))) == 0
	refused(workflow("ci/plan.sh", {})) == {"one plans, and nothing keeps it from changing something: set PROOFPOINT_READ_ONLY to \"true\""}
	count(refused(workflow("tofu plan -out=tfplan", {"PROOFPOINT_READ_ONLY": "false"}))) == 1
	count(refused(workflow("ci/nightly.sh", {}))) == 1
}

test_what_is_applied_was_seen if {
	count(refused(workflow("tofu apply -input=false tfplan", {}))) == 0
	count(refused(workflow("tofu apply -auto-approve", {}))) == 1
	some message in refused(workflow("ci/plan.sh\ntofu apply tfplan", {"PROOFPOINT_READ_ONLY": "true"}))
	startswith(message, "one plans and applies")
}

test_gitlab if {
	parent := {"variables": {"PROOFPOINT_READ_ONLY": "true"}}
	count(refused({".reader": parent, "review": {"extends": ".reader", "script": ["ci/plan.sh"]}})) == 0
	count(refused({".reader": {}, "review": {"extends": ".reader", "script": ["ci/plan.sh"]}})) == 1
	count(refused({"review": {"script": ["ci/plan.sh"]}})) == 1
}

test_azure_pipelines if {
	count(refused(azure_file([{"group": "g"}, {"name": "PROOFPOINT_READ_ONLY", "value": "true"}]))) == 0
	count(refused(azure_file([{"group": "g"}]))) == 1
}

test_atlantis if {
	variable := {"env": {"name": "PROOFPOINT_READ_ONLY", "value": "true"}}
	count(refused(atlantis_file([variable, {"run": "ci/plan.sh"}]))) == 0
	count(refused(atlantis_file([{"run": "ci/plan.sh"}]))) == 1
}

test_tofu_controller if {
	count(refused(flux_file([{"name": "PROOFPOINT_READ_ONLY", "value": "true"}]))) == 0
	count(refused(flux_file([]))) == 1
}

# What forges let one write otherwise is looked at as well.
test_github_has_steps_with_an_environment_of_their_own if {
	step := {"run": "ci/plan.sh", "env": {"PROOFPOINT_READ_ONLY": "false"}}
	count(refused({"jobs": {"one": {"env": {"PROOFPOINT_READ_ONLY": "true"}, "steps": [step]}}})) == 1
	count(refused(workflow("ci/plan.sh", {"PROOFPOINT_READ_ONLY": true}))) == 0
}

test_gitlab_takes_one_line_and_several_parents if {
	parent := {"variables": {"PROOFPOINT_READ_ONLY": "true"}}
	count(refused({"review": {"script": "tofu plan"}})) == 1
	count(refused({".a": {}, ".reader": parent, "review": {"extends": [".a", ".reader"], "script": ["ci/plan.sh"]}})) == 0
	count(refused({"stages": ["plan"], "variables": {"PROOFPOINT_READ_ONLY": "true"}, "review": {"script": ["ci/plan.sh"]}})) == 0
}

deployment(script) := {"deployment": "apply", "strategy": {"runOnce": {"deploy": {"steps": [{"bash": script}]}}}}

test_azure_pipelines_have_deployments_and_need_no_stages if {
	count(refused({"stages": [{"stage": "apply", "jobs": [deployment("tofu apply -auto-approve")]}]})) == 1
	count(refused({"stages": [{"stage": "apply", "jobs": [deployment("tofu apply tfplan")]}]})) == 0
	count(refused({"jobs": [{"job": "plan", "steps": [{"script": "tofu plan"}]}]})) == 1
	count(refused({"steps": [{"script": "tofu plan"}]})) == 1
	count(refused({"variables": {"PROOFPOINT_READ_ONLY": "true"}, "steps": [{"script": "tofu plan"}]})) == 0
}

test_what_is_destroyed_or_applied_besides_was_seen_too if {
	count(refused(workflow("tofu destroy -auto-approve", {}))) == 1
	count(refused(workflow("tofu -chdir=mail apply -auto-approve", {}))) == 1
	count(refused(workflow("tofu apply tfplan\ntofu apply -auto-approve", {}))) == 1
	count(refused(workflow("terraform -chdir=mail plan", {}))) == 1
}

test_a_file_without_jobs_was_not_looked_at if {
	refused({"version": 3}) == {"no job was found: is it the file of a pipeline?"}
}
