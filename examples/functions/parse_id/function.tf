output "object_id" {
  value = provider::proofpoint::parse_id("/applications/33333333-3333-3333-3333-333333333333").id
}
