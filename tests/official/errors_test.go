package official

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
)

// A message, whose lines CLIs break at spaces.
func saying(message string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(message), " ", `\s+`))
}

// Bad input is refused before anything is asked of anybody, and what a service refuses is told with its name.
func TestErrorsOfAPlan(t *testing.T) {
	world := startSimulator(t)
	domain := world.Tenants[0].Domain
	for _, one := range []struct{ what, config, message string }{
		{"a frequency", everything(domain, "frequency = 2"), "One of `0`, `1`, `3`, `6`, `12`, `24` is required, not `2`."},
		{
			"an audience", applicationAndConsent(`sign_in_audience = "Everybody"`),
			"One of `AzureADMyOrg`, `AzureADMultipleOrgs` is required, not `Everybody`.",
		},
		{
			"capitals", everything(strings.ToUpper(domain)), "A domain name in lower case is required: `" + domain + "`.",
		},
		{
			"two secrets", everything(domain, `client_secret = "literal"`),
			"Only one of `managed_client_secret`, `client_secret`, `client_secret_wo` can be set, but " +
				"`managed_client_secret`, `client_secret` are.",
		},
		{
			"an organization of others", everything("nobody.example"),
			"Unable to find the Proofpoint stack of `nobody.example`",
		},
	} {
		t.Run(one.what, func(t *testing.T) {
			resource.Test(t, resource.TestCase{
				ExternalProviders: built(t),
				Steps:             []resource.TestStep{{Config: one.config, PlanOnly: true, ExpectError: saying(one.message)}},
			})
		})
	}
	world.changedNothing()
}

// Who only plans can't apply, even if a service would let it.
func TestReadOnly(t *testing.T) {
	world := startSimulator(t)
	t.Setenv("PROOFPOINT_READ_ONLY", "true")
	resource.Test(t, resource.TestCase{
		ExternalProviders: built(t),
		Steps: []resource.TestStep{
			{
				Config: applicationAndConsent(), PlanOnly: true, ExpectNonEmptyPlan: true,
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPreRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(application, plancheck.ResourceActionCreate),
				}},
			},
			{Config: applicationAndConsent(), ExpectError: saying("nothing was sent")},
		},
	})
	world.changedNothing()
}

// A protected application outlives a mistake.
func TestDeletionProtection(t *testing.T) {
	startSimulator(t)
	protected := applicationAndConsent("deletion_protection = true")
	resource.Test(t, resource.TestCase{
		ExternalProviders: built(t),
		Steps: []resource.TestStep{
			{Config: protected},
			{Config: protected, Destroy: true, ExpectError: saying("deletion_protection")},
			{Config: applicationAndConsent("deletion_protection = false")},
		},
	})
}
