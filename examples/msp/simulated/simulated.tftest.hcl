# `terraform test -test-directory=simulated`, with the environment of a simulator and nothing else. It needs one with the tenants of
# tenants.yaml, and signs in as their partner:
#
#   proofpoint-azure-simulator --env-file env --customer contoso.com=11111111-1111-1111-1111-111111111111 \
#     --customer adatum.com=22222222-2222-2222-2222-222222222222

# The whole of a new customer is known before anything is made, down to whom the first run adds.
run "a_line_onboards_a_customer" {
  command = plan

  # Whether they work is known when they are there.
  expect_failures = [check.every_sync_works]

  assert {
    condition     = toset(keys(data.proofpoint_azure_fleet_health.customers.tenants)) == toset(keys(yamldecode(file("tenants.yaml"))))
    error_message = "Nobody looks after a line of tenants.yaml."
  }
}
