# The life of an application as hashicorp/azuread lives it; `azuread.py` beside this folder runs it on the simulator.

terraform {
  required_providers {
    azuread = {
      source = "hashicorp/azuread"
    }
  }
}

provider "azuread" {}

variable "owner" {
  description = "Object id of a user who owns the registration."
  type        = string
}

variable "certificate" {
  description = "A certificate that is still valid for a while, in PEM."
  type        = string
}

variable "changed" {
  description = "Whether everything that can be changed has been."
  type        = bool
  default     = false
}

data "azuread_client_config" "me" {}

data "azuread_application_published_app_ids" "well_known" {}

data "azuread_service_principal" "graph" {
  client_id = data.azuread_application_published_app_ids.well_known.result["MicrosoftGraph"]
}

data "azuread_users" "owners" {
  object_ids = [var.owner]
}

data "azuread_users" "all" {
  return_all = true
}

data "azuread_user" "owner" {
  object_id = var.owner
}

resource "azuread_application" "whole" {
  display_name     = var.changed ? "Peer, renamed" : "Peer"
  description      = "Made by a peer"
  notes            = var.changed ? "Changed" : null
  sign_in_audience = var.changed ? "AzureADMultipleOrgs" : "AzureADMyOrg"
  tags             = var.changed ? ["peer", "changed"] : ["peer"]
  owners           = var.changed ? [data.azuread_client_config.me.object_id, var.owner] : [data.azuread_client_config.me.object_id]

  required_resource_access {
    resource_app_id = data.azuread_service_principal.graph.client_id

    resource_access {
      id   = data.azuread_service_principal.graph.app_role_ids["User.Read.All"]
      type = "Role"
    }

    resource_access {
      id   = data.azuread_service_principal.graph.oauth2_permission_scope_ids["User.Read"]
      type = "Scope"
    }
  }

  web {
    redirect_uris = var.changed ? ["https://peer.example/signed-in", "https://peer.example/other"] : ["https://peer.example/signed-in"]
  }
}

resource "azuread_application_password" "whole" {
  application_id = azuread_application.whole.id
  display_name   = "First"
  rotate_when_changed = {
    changed = var.changed
  }
}

resource "azuread_application_certificate" "whole" {
  application_id = azuread_application.whole.id
  type           = "AsymmetricX509Cert"
  value          = var.certificate
}

resource "azuread_application_federated_identity_credential" "whole" {
  application_id = azuread_application.whole.id
  display_name   = "pipeline"
  description    = var.changed ? "Changed" : "Deploys"
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = "https://token.actions.githubusercontent.com"
  subject        = "repo:peer/peer:environment:prod"
}

resource "azuread_service_principal" "whole" {
  client_id = azuread_application.whole.client_id
  owners    = [data.azuread_client_config.me.object_id]
  notes     = var.changed ? "Changed" : null
}

resource "azuread_app_role_assignment" "whole" {
  app_role_id         = data.azuread_service_principal.graph.app_role_ids["User.Read.All"]
  principal_object_id = azuread_service_principal.whole.object_id
  resource_object_id  = data.azuread_service_principal.graph.object_id
}

resource "azuread_service_principal_delegated_permission_grant" "whole" {
  service_principal_object_id          = azuread_service_principal.whole.object_id
  resource_service_principal_object_id = data.azuread_service_principal.graph.object_id
  claim_values                         = var.changed ? ["User.Read", "openid"] : ["User.Read"]
}

resource "azuread_application_registration" "parts" {
  display_name     = "Peer in parts"
  description      = var.changed ? "Changed" : "A registration, its parts elsewhere"
  sign_in_audience = "AzureADMyOrg"
}

resource "azuread_application_api_access" "parts" {
  application_id = azuread_application_registration.parts.id
  api_client_id  = data.azuread_service_principal.graph.client_id
  role_ids       = [data.azuread_service_principal.graph.app_role_ids[var.changed ? "Group.Read.All" : "User.Read.All"]]
  scope_ids      = [data.azuread_service_principal.graph.oauth2_permission_scope_ids["User.Read"]]
}

resource "azuread_application_owner" "parts" {
  application_id  = azuread_application_registration.parts.id
  owner_object_id = one(data.azuread_users.owners.object_ids)
}

resource "azuread_application_redirect_uris" "parts" {
  application_id = azuread_application_registration.parts.id
  type           = "Web"
  redirect_uris  = var.changed ? ["https://parts.example/other"] : ["https://parts.example/signed-in"]
}

resource "azuread_application_redirect_uris" "public" {
  application_id = azuread_application_registration.parts.id
  type           = "PublicClient"
  redirect_uris  = ["https://login.microsoftonline.com/common/oauth2/nativeclient", "urn:ietf:wg:oauth:2.0:oob"]
}

resource "azuread_application_identifier_uri" "parts" {
  application_id = azuread_application_registration.parts.id
  identifier_uri = "api://${azuread_application_registration.parts.client_id}"
}

resource "azuread_application_app_role" "parts" {
  application_id       = azuread_application_registration.parts.id
  role_id              = "6f0cbd1f-6b0f-4e0e-8d8e-2f1a5ac0d4a1"
  allowed_member_types = ["Application"]
  description          = var.changed ? "Reads all" : "Reads"
  display_name         = "Reader"
  value                = "Reader"
}

resource "azuread_application_permission_scope" "parts" {
  application_id             = azuread_application_registration.parts.id
  scope_id                   = "0c2cf1d4-8f6e-4a52-9f16-0a4f2c6ad0b7"
  value                      = "read"
  admin_consent_description  = "Reads"
  admin_consent_display_name = "Read"
}

resource "azuread_application_fallback_public_client" "parts" {
  application_id = azuread_application_registration.parts.id
  enabled        = true
}

resource "azuread_application_optional_claims" "parts" {
  application_id = azuread_application_registration.parts.id

  access_token {
    name = "verified_primary_email"
  }
}

resource "azuread_service_principal_password" "whole" {
  service_principal_id = azuread_service_principal.whole.id
}

data "azuread_application" "whole" {
  client_id  = azuread_application.whole.client_id
  depends_on = [azuread_application_password.whole]
}

data "azuread_service_principal" "whole" {
  object_id = azuread_service_principal.whole.object_id
}

output "read" {
  value = {
    application = data.azuread_application.whole.object_id == azuread_application.whole.object_id
    principal   = data.azuread_service_principal.whole.client_id == azuread_application.whole.client_id
    tenant      = data.azuread_client_config.me.tenant_id
    caller      = data.azuread_client_config.me.client_id
    owner       = data.azuread_user.owner.object_id == var.owner
    people      = length(data.azuread_users.all.object_ids)
  }
}

output "registration" {
  value = azuread_application_registration.parts.id
}
