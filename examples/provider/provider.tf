terraform {
  required_version = ">= 1.8"

  required_providers {
    proofpoint = {
      source  = "azuresync/proofpoint"
      version = "~> 0.1"
    }
  }
}

# Everything here can come from the environment instead: ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET for Entra ID,
# PROOFPOINT_ESSENTIALS_USERNAME, _PASSWORD and _REGION for Proofpoint Essentials.
provider "proofpoint" {
  tenant_id = "00000000-0000-0000-0000-000000000000"
  region    = "us1"
}
