# An ephemeral variable is in no plan and in no state (Terraform 1.10, OpenTofu 1.11). Fill it from your vault's command line:
# TF_VAR_proofpoint_password="$(az keyvault secret show --vault-name mail --name proofpoint --query value --output tsv)"
variable "proofpoint_password" {
  type      = string
  sensitive = true
  ephemeral = true
}

provider "proofpoint" {
  password = var.proofpoint_password
}
