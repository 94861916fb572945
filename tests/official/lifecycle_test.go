package official

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

const name = "Proofpoint Essentials Azure Sync"

var id = regexp.MustCompile("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

func empty() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

func actions(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             checks,
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

// Made, planned again without changes, changed, met by a change of somebody else's, and taken away without a trace.
func TestALifeFromCreationToDestruction(t *testing.T) {
	world := startSimulator(t)
	domain := world.Tenants[0].Domain
	key := statecheck.CompareValue(compare.ValuesDiffer())
	resource.Test(t, resource.TestCase{
		ExternalProviders: built(t),
		CheckDestroy: func(*terraform.State) error {
			if settings := world.settings(); settings != nil {
				return fmt.Errorf("the sync is still there: %v", settings)
			}
			if slices.Contains(world.applications(), name) {
				return errors.New("the application is still there")
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: everything(domain),
				ConfigPlanChecks: actions(
					plancheck.ExpectResourceAction(application, plancheck.ResourceActionCreate),
					plancheck.ExpectResourceAction(consent, plancheck.ResourceActionCreate),
					plancheck.ExpectResourceAction(sync, plancheck.ResourceActionCreate),
					plancheck.ExpectUnknownValue(sync, tfjsonpath.New("key_id")),
					plancheck.ExpectKnownValue(sync, tfjsonpath.New("frequency"), knownvalue.Int64Exact(1)),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(application, tfjsonpath.New("client_id"), knownvalue.StringRegexp(id)),
					statecheck.ExpectKnownValue(application, tfjsonpath.New("application_permissions"),
						knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("Directory.Read.All")})),
					statecheck.ExpectKnownValue(sync, tfjsonpath.New("organization"), knownvalue.StringExact(domain)),
					statecheck.ExpectKnownValue(sync, tfjsonpath.New("rotation_reason"), knownvalue.StringExact("created")),
					statecheck.ExpectKnownValue(sync, tfjsonpath.New("users").AtMapKey("remove_deleted"), knownvalue.Bool(false)),
					// Neither state nor plan holds the secret: what is there is an id.
					statecheck.ExpectKnownValue(sync, tfjsonpath.New("client_secret"), knownvalue.Null()),
					statecheck.ExpectKnownValue(sync, tfjsonpath.New("key_id"), knownvalue.StringRegexp(id)),
					key.AddStateValue(sync, tfjsonpath.New("key_id")),
				},
			},
			{Config: everything(domain), ConfigPlanChecks: empty()},
			{RefreshState: true},
			{
				Config: everything(domain, "frequency = 24", `exemptions = ["scanner@`+domain+`"]`),
				ConfigPlanChecks: actions(
					plancheck.ExpectResourceAction(application, plancheck.ResourceActionNoop),
					plancheck.ExpectResourceAction(sync, plancheck.ResourceActionUpdate),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(sync, tfjsonpath.New("frequency"), knownvalue.Int64Exact(24)),
					statecheck.ExpectKnownValue(sync, tfjsonpath.New("exemptions"),
						knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("scanner@" + domain)})),
					// Proofpoint never shows the secret, so that every write brings a new one.
					key.AddStateValue(sync, tfjsonpath.New("key_id")),
				},
			},
			{
				// Somebody renames the application in the portal. What is seen of an object that was written just now may be
				// from before it, so that a refresh would look again for minutes.
				PreConfig: func() {
					world.pass("1h")
					path := fmt.Sprintf("applications(uniqueName='%s')", "proofpoint-essentials-azure-sync")
					world.byHand("PATCH", path, map[string]any{"displayName": "By hand"})
				},
				Config:           everything(domain, "frequency = 24", `exemptions = ["scanner@`+domain+`"]`),
				ConfigPlanChecks: actions(plancheck.ExpectResourceAction(application, plancheck.ResourceActionUpdate)),
			},
			{
				// Taken out of the configuration: the sync alone goes.
				Config: applicationAndConsent(),
				ConfigPlanChecks: actions(
					plancheck.ExpectResourceAction(sync, plancheck.ResourceActionDestroy),
					plancheck.ExpectResourceAction(consent, plancheck.ResourceActionNoop),
				),
			},
		},
	})
}

// Another unique name is another application, and what hangs on it follows.
func TestAReplacement(t *testing.T) {
	startSimulator(t)
	resource.Test(t, resource.TestCase{
		ExternalProviders: built(t),
		Steps: []resource.TestStep{
			{Config: applicationAndConsent()},
			{
				Config: applicationAndConsent(`unique_name = "another"`),
				ConfigPlanChecks: actions(
					plancheck.ExpectResourceAction(application, plancheck.ResourceActionReplace),
					plancheck.ExpectUnknownValue(application, tfjsonpath.New("client_id")),
					plancheck.ExpectResourceAction(consent, plancheck.ResourceActionReplace),
				),
			},
		},
	})
}
