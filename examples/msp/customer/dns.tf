# Stands for the TXT record that shows Proofpoint whose domain it is. Put the resource of your DNS provider here, and let
# `published` come from it, so that the verification waits for the record.
resource "terraform_data" "record" {
  input = {
    name  = proofpoint_domain.this.txt_name
    value = proofpoint_domain.this.txt_value
  }
}

locals {
  published = terraform_data.record.output.value
}
