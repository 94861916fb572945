package official

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

const (
	application = "proofpoint_azure_application.sync"
	consent     = "proofpoint_azure_admin_consent.sync"
	sync        = "proofpoint_azure_sync.this"
)

// The built provider out of a mirror, as a registry would deliver it, with checksums.
func built(t *testing.T) map[string]resource.ExternalProvider {
	t.Helper()
	return map[string]resource.ExternalProvider{
		"proofpoint": {Source: "azuresync/proofpoint", VersionConstraint: need(t, "PROVIDER_VERSION")},
	}
}

// Application and consent; `more` are arguments of the application.
func applicationAndConsent(more ...string) string {
	return fmt.Sprintf(`
resource "proofpoint_azure_application" "sync" {
  display_name = "Proofpoint Essentials Azure Sync"
  %s
}

resource "proofpoint_azure_admin_consent" "sync" {
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}
`, strings.Join(more, "\n  "))
}

// All of it; `more` are arguments of the sync.
func everything(domain string, more ...string) string {
	return applicationAndConsent() + fmt.Sprintf(`
resource "proofpoint_azure_sync" "this" {
  domain       = %q
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = "end_user"
  %s

  managed_client_secret = {
    application_id = proofpoint_azure_application.sync.id
  }

  depends_on = [proofpoint_azure_admin_consent.sync]
}
`, domain, strings.Join(more, "\n  "))
}
