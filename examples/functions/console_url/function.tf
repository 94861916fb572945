output "console" {
  value = provider::proofpoint::console_url("eu1") # https://eu1.proofpointessentials.com
}
