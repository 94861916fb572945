# `terraform test -test-directory=simulated`, with the environment of the simulator and nothing else: it applies and destroys.

run "what_was_reviewed_is_done" {
  assert {
    condition     = length(proofpoint_azure_sync_run.contoso.changes) == 5 && length(proofpoint_azure_sync_run.contoso.withheld) == 0
    error_message = "The run did not do what the preview showed."
  }
}

run "then_there_is_nothing_left" {
  command = plan

  assert {
    condition     = length(data.proofpoint_azure_sync_preview.contoso.changes) == 0
    error_message = "Something is left to do: ${data.proofpoint_azure_sync_preview.contoso.report.summary}"
  }
}
