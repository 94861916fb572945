# `terraform test -test-directory=simulated`, with the environment of the simulator and nothing else: it applies and destroys.

run "a_first_sync" {
  assert {
    condition     = proofpoint_azure_sync.this.rotation_reason == "created" && proofpoint_azure_sync.this.key_id != ""
    error_message = "The sync has no secret of its own."
  }
  assert {
    condition     = length(output.sync_report.adding) == 3
    error_message = "The report does not name those who are new in the directory."
  }
}

# What was applied stays as it is: the plan knows the secret's id, which it would not if it were to change.
run "the_same_again" {
  command = plan

  assert {
    condition     = proofpoint_azure_sync.this.rotation_reason == "created" && proofpoint_azure_sync.this.key_id != ""
    error_message = "A plan without changes replaces the secret."
  }
}
