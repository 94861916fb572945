# Rules for the files of pipelines: whoever plans can only read. Try them by hand:
#
#   conftest test --policy policy --namespace jobs .github/workflows/*.yml .gitlab-ci.yml azure-pipelines.yml repos.yaml
package jobs

# Every job that runs a configuration, with what it runs and the variables that it gets, whichever forge's file it is.

# GitHub Actions
jobs contains {"name": name, "runs": runs, "read_only": read_only} if {
	some name, job in input.jobs
	runs := concat("\n", [step.run | some step in job.steps; step.run])
	read_only := object.get(job, ["env", "PROOFPOINT_READ_ONLY"], object.get(input, ["env", "PROOFPOINT_READ_ONLY"], ""))
}

# GitLab CI; a job has what it extends
jobs contains {"name": name, "runs": runs, "read_only": read_only} if {
	not input.jobs
	some name, job in input
	runs := concat("\n", job.script)
	parent := object.get(input, object.get(job, "extends", ""), {})
	read_only := object.get(job, ["variables", "PROOFPOINT_READ_ONLY"], object.get(parent, ["variables", "PROOFPOINT_READ_ONLY"], ""))
}

# Azure Pipelines
jobs contains {"name": job.job, "runs": runs, "read_only": read_only} if {
	some stage in input.stages
	some job in stage.jobs
	runs := concat("\n", [step.bash | some step in job.steps; step.bash])
	read_only := concat("", [variable.value | some variable in job.variables; variable.name == "PROOFPOINT_READ_ONLY"])
}

# Atlantis: its steps are in `plan`, `policy_check` and `apply` of a workflow
jobs contains {"name": sprintf("%s of %s", [stage, name]), "runs": runs, "read_only": read_only} if {
	some name, workflow in input.workflows
	some stage in ["plan", "apply"]
	steps := workflow[stage].steps
	runs := concat("\n", [step.run | some step in steps; step.run])
	read_only := concat("", [step.env.value | some step in steps; step.env.name == "PROOFPOINT_READ_ONLY"])
}

# tofu-controller: `disable` tells of drift only
jobs contains {"name": input.metadata.name, "runs": "tofu plan", "read_only": read_only} if {
	input.kind == "Terraform"
	input.spec.approvePlan == "disable"
	read_only := concat("", [variable.value | some variable in input.spec.runnerPodTemplate.spec.env; variable.name == "PROOFPOINT_READ_ONLY"])
}

plans(job) if regex.match(`(ci/(plan|nightly)\.sh|(tofu|terraform) plan)\b`, job.runs)

applies(job) if regex.match(`(tofu|terraform) apply\b`, job.runs)

# A file in which nothing was found has not been looked at.
deny contains message if {
	count(jobs) == 0
	object.get(input, "kind", "") != "Terraform"
	message := "no job was found: is it the file of a pipeline?"
}

deny contains message if {
	some job in jobs
	plans(job)
	job.read_only != "true"
	message := sprintf("%s plans, and nothing keeps it from changing something: set PROOFPOINT_READ_ONLY to \"true\"", [job.name])
}

# Else what is approved is not what is applied.
deny contains message if {
	some job in jobs
	plans(job)
	applies(job)
	message := sprintf("%s plans and applies: apply the saved plan in a job of its own, behind an approval", [job.name])
}

deny contains message if {
	some job in jobs
	applies(job)
	not regex.match(`(tofu|terraform) apply\b[^\n]*(tfplan|PLANFILE)`, job.runs)
	message := sprintf("%s applies what nobody has seen: give `apply` the saved plan", [job.name])
}
