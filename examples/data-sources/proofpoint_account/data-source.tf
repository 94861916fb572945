data "proofpoint_account" "me" {}

output "signed_in_as" {
  value = data.proofpoint_account.me
}
