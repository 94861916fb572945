package official

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"
)

const preview = "data.proofpoint_azure_sync_preview.this"

// Data sources are known in the first plan, and functions are pure.
func TestDataSourcesAndFunctions(t *testing.T) {
	world := startSimulator(t)
	domain := world.Tenants[0].Domain
	config := fmt.Sprintf(`
data "proofpoint_azure_sync_preview" "this" {
  domain = %q
}

output "adding" {
  value = data.proofpoint_azure_sync_preview.this.report.counts.adding
}

output "title" {
  value = split("\n", provider::proofpoint::report_markdown(data.proofpoint_azure_sync_preview.this.report))[0]
}

output "parsed" {
  value = provider::proofpoint::parse_id("/orgs/${data.proofpoint_azure_sync_preview.this.domain}/settings/azure")
}
`, domain)
	resource.Test(t, resource.TestCase{
		ExternalProviders: built(t),
		// Functions of providers began there.
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		Steps: []resource.TestStep{{
			Config: config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownOutputValue("adding", knownvalue.Int64Exact(3)),
				plancheck.ExpectKnownOutputValue("title", knownvalue.StringExact("### Entra ID sync of `"+domain+"`")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(preview, tfjsonpath.New("report").AtMapKey("adding"), knownvalue.MapSizeExact(3)),
				statecheck.ExpectKnownOutputValueAtPath("parsed", tfjsonpath.New("id"), knownvalue.StringExact(domain)),
			},
		}},
	})
	world.changedNothing()
}
