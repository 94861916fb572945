package official

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

const renamed = "proofpoint_azure_application.renamed"

func moved(from string) string {
	return fmt.Sprintf("moved {\n  from = %s\n  to   = %s\n}\n", from, renamed)
}

// A rename with a `moved` block changes nothing.
func TestARename(t *testing.T) {
	startSimulator(t)
	before := applicationAndConsent()
	after := strings.ReplaceAll(before, `"proofpoint_azure_application" "sync"`, `"proofpoint_azure_application" "renamed"`)
	after = strings.ReplaceAll(after, application, renamed)
	same := statecheck.CompareValue(compare.ValuesSame())
	resource.Test(t, resource.TestCase{
		ExternalProviders: built(t),
		Steps: []resource.TestStep{
			{
				Config:            before,
				ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(application, tfjsonpath.New("client_id"))},
			},
			{
				Config: after + moved(application),
				ConfigPlanChecks: actions(
					plancheck.ExpectResourceAction(renamed, plancheck.ResourceActionNoop),
					plancheck.ExpectResourceAction(consent, plancheck.ResourceActionNoop),
				),
				ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(renamed, tfjsonpath.New("client_id"))},
			},
		},
	})
}
