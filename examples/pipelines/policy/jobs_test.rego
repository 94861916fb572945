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

test_a_file_without_jobs_was_not_looked_at if {
	refused({"version": 3}) == {"no job was found: is it the file of a pipeline?"}
}
