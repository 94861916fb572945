# Rules for the files of pipelines: whoever plans can only read. Try them by hand:
#
#   conftest test --policy policy --namespace jobs .github/workflows/*.yml .gitlab-ci.yml azure-pipelines.yml repos.yaml
package jobs

# Every job that runs a configuration, with what it runs and the variables that it gets, whichever forge's file it is.

# GitHub Actions; a step that runs a configuration may have a word of its own
jobs contains {"name": name, "runs": runs, "read_only": read_only} if {
	some name, job in input.jobs
	is_object(input.jobs)
	runs := concat("\n", [step.run | some step in job.steps; step.run])
	given := object.get(job, ["env", "PROOFPOINT_READ_ONLY"], object.get(input, ["env", "PROOFPOINT_READ_ONLY"], ""))
	others := [step.env.PROOFPOINT_READ_ONLY | some step in job.steps; step.env.PROOFPOINT_READ_ONLY != given]
	read_only := said(array.concat([given], others))
}

# GitLab CI; a job has what it extends, and what the file gives every job
jobs contains {"name": name, "runs": runs, "read_only": read_only} if {
	not input.jobs
	not input.stages[0].stage
	some name, job in input
	runs := concat("\n", lines(job.script))
	layers := array.concat([job], [input[parent] | some parent in array.reverse(lines(object.get(job, "extends", []))); input[parent]])
	given := [layer.variables.PROOFPOINT_READ_ONLY | some layer in array.concat(layers, [input])]
	read_only := said(array.slice(given, 0, 1))
}

# Azure Pipelines: jobs stand in stages, in one nameless stage, or are one nameless job
jobs contains {"name": name, "runs": runs, "read_only": read_only} if {
	some job in azure_jobs
	name := object.get(job, "job", object.get(job, "deployment", "the only job"))
	steps := [step | walk(job, [_, step]); step[["bash", "script", "pwsh", "powershell"][_]]]
	runs := concat("\n", [step[kind] | some step in steps; some kind in ["bash", "script", "pwsh", "powershell"]])
	given := [variable.value | some variable in job.variables; variable.name == "PROOFPOINT_READ_ONLY"]
	listed := [job.variables.PROOFPOINT_READ_ONLY | is_object(job.variables)]
	others := [step.env.PROOFPOINT_READ_ONLY | some step in steps]
	read_only := said(array.concat(array.concat(given, listed), others))
}

azure_jobs := [job | some stage in input.stages; some job in stage.jobs] if input.stages

azure_jobs := [job | some job in input.jobs] if {
	not input.stages
	is_array(input.jobs)
}

azure_jobs := [input] if {
	not input.stages
	not input.jobs
	input.steps
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

# One text or several, as forges let one write it.
lines(text) := [text] if is_string(text)

lines(list) := list if is_array(list)

# The one value that everything in a job agrees on, as the text that it becomes in an environment.
said(values) := text if {
	texts := {sprintf("%v", [value]) | some value in values}
	count(texts) == 1
	some text in texts
}

said(values) := "" if count({sprintf("%v", [value]) | some value in values}) != 1

# What is between the program and its command is an option of the program, as `-chdir=mail`.
plans(job) if regex.match(`(ci/(plan|nightly)\.sh|\b(tofu|terraform)( +-[^ \n]+)* +plan)\b`, job.runs)

applies(job) if regex.match(`\b(tofu|terraform)( +-[^ \n]+)* +(apply|destroy)\b`, job.runs)

# Each line that applies something, on its own: one of them is not vouched for by another.
unseen(job) := [line |
	some line in split(job.runs, "\n")
	regex.match(`\b(tofu|terraform)( +-[^ ]+)* +(apply|destroy)\b`, line)
	not regex.match(`\b(tofu|terraform)( +-[^ ]+)* +apply\b.*(tfplan|PLANFILE)`, line)
]

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
	count(unseen(job)) > 0
	message := sprintf("%s applies what nobody has seen: give `apply` the saved plan", [job.name])
}
