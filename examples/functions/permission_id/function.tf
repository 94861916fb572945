output "directory_read_all" {
  value = provider::proofpoint::permission_id("Directory.Read.All", "application")
}
