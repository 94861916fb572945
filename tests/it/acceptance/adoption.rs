//! What people set up by hand is taken over: `import-blocks` writes the configuration, and its plan changes nothing but the
//! keys that it takes over.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::time::Instant;

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::{Stage, on_every_cli_with};
use crate::support::hand_built::{Customer, HandBuilt, Setup, hand_built};
use crate::support::printed::blocks;
use crate::support::secret_search::Places;
use crate::support::workspace::{Install, Outcome, provider};

pub(super) const ADOPT: &str = "docs/guides/adopt.md";
pub(super) const ORGANIZATION: &str = "proofpoint_organization";
const APPLICATION: &str = "proofpoint_azure_application";
const CONSENT: &str = "proofpoint_azure_admin_consent";
pub(super) const SYNC: &str = "proofpoint_azure_sync";

/// Plays `test` on every CLI in a world that people built.
pub(super) fn on_every_cli_with_customers(customers: usize, test: impl Fn(&mut Stage, &[Customer]) + Sync) {
    on_every_cli_installed(Install::Override, customers, test);
}

/// The same with another way to install the provider.
pub(super) fn on_every_cli_installed(
    install: Install,
    customers: usize,
    test: impl Fn(&mut Stage, &[Customer]) + Sync,
) {
    let HandBuilt { customers, document } = hand_built(customers);
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("state.json");
    fs::write(&file, document.to_string()).expect("the state document");
    let arguments = ["--data", file.to_str().expect("a path in UTF-8")];
    on_every_cli_with(&arguments, install, |stage| {
        let login = stage.simulator.line()["tenants"][0].clone();
        for (name, member) in [("USERNAME", "partner_username"), ("PASSWORD", "partner_password")] {
            let value = login[member].as_str().expect("a partner's login");
            stage.workspace.set(&format!("PROOFPOINT_ESSENTIALS_{name}"), value);
        }
        stage.workspace.write("provider.tf", "provider \"proofpoint\" {}\n");
        test(stage, &customers);
    });
}

/// Runs `import-blocks` in the environment of the provider.
pub(super) fn import_blocks(stage: &Stage, arguments: &str) -> Outcome {
    stage.workspace.run_steps(&[format!("'{}' import-blocks {arguments}", provider().display())])
}

pub(super) fn label(domain: &str) -> String {
    domain.replace('.', "_")
}

#[test]
fn one_customer_is_taken_over_and_then_nothing_is_left_to_do() {
    on_every_cli_with_customers(1, |stage, customers| {
        stage.simulator.forget_requests();
        let outcome = import_blocks(stage, "--output found.tf").succeeds();
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
        assert_eq!(outcome.stdout, "", "{outcome}");
        // Once by the import, and once by the look at what stands against a new key.
        let profile = format!("/api/v1/orgs/{}", customers[0].domain);
        let asked = stage.simulator.requests().into_iter().filter(|one| one.path == profile).count();
        assert_eq!(asked, 2, "{:#?}", stage.simulator.requests());
        stage.workspace.run(&["fmt", "-check", "-diff"]).succeeds();
        let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
        let label = label(&customers[0].domain);
        let changes = changes["resource_changes"].as_array().expect("changes").clone();
        assert_eq!(changes.len(), 4, "{plan}");
        for change in &changes {
            assert!(!change["change"]["importing"].is_null(), "{plan}");
            let key = change["address"] == json!(format!("{SYNC}.{label}"));
            let actions = if key { json!(["update"]) } else { json!(["no-op"]) };
            assert_eq!(change["change"]["actions"], actions, "{plan}");
        }
        plan.says("rotation_reason = \"adopted\"");
        stage.workspace.apply(&["plan.bin"]).succeeds();
        stage.workspace.assert_nothing_to_do();

        // Whoever looks again is told that a state may hold it already.
        let application = stage.workspace.attributes(&format!("{APPLICATION}.{label}"));
        let path = format!("applications/{}", application["object_id"].as_str().expect("an id"));
        let ours = json!({ "tags": ["terraform-provider-proofpoint"] });
        stage.simulator.graph_done(Method::PATCH, &path, Some(&ours));
        let again = import_blocks(stage, "").succeeds().stdout.replace("\n#", "");
        assert!(again.contains("if another state holds it"), "{again}");
    });
}

#[test]
fn where_a_policy_wants_secrets_to_end_early_the_key_lives_as_long_as_it_may() {
    on_every_cli_with_customers(1, |stage, _| {
        let policies = json!({ "defaultAppManagementPolicy": {
            "isEnabled": true,
            "applicationRestrictions": { "keyCredentials": [], "passwordCredentials": [{
                "restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P180D",
                "restrictForAppsCreatedAfterDateTime": "2020-01-01T00:00:00Z",
            }] },
        } });
        stage.simulator.control(Method::POST, "policies", Some(&policies));
        import_blocks(stage, "--output found.tf").succeeds();
        let text = fs::read_to_string(stage.workspace.path().join("found.tf")).expect("what was written");
        assert!(text.contains("lifetime       = \"max\""), "{text}");
        stage.workspace.run(&["fmt", "-check", "-diff"]).succeeds();
        stage.workspace.apply(&[]).succeeds();
        stage.workspace.assert_nothing_to_do();
    });
}

#[test]
fn with_a_secret_of_ones_own_none_is_minted() {
    on_every_cli_with_customers(1, |stage, customers| {
        if !stage.cli.writes_only() {
            return;
        }
        let found = import_blocks(stage, "").succeeds().stdout;
        let (before, rest) =
            found.split_once("  managed_client_secret = {").expect("a key that is taken over");
        let (_, after) = rest.split_once("\n  }\n").expect("its end");
        // The one that Proofpoint has; it comes from a vault in the life of others.
        let own = "  client_secret_wo         = \"made-by-hand-0\"\n  client_secret_wo_version = \"1\"\n";
        stage.workspace.write("found.tf", &format!("{before}{own}{after}"));
        stage.simulator.forget_requests();
        stage.workspace.apply(&[]).succeeds();
        stage.workspace.assert_nothing_to_do();
        let writes = stage.simulator.writes();
        assert!(writes.iter().all(|write| !write.path.ends_with("/addPassword")), "{writes:#?}");
        let state = stage.simulator.state();
        let settings = &state["organizations"][&customers[0].domain]["settings"];
        assert_eq!(settings["ad_key"], "made-by-hand-0");
    });
}

/// What becomes of a part of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// It is imported, and its plan is empty.
    Unchanged,
    /// It is imported, and its plan changes nothing but the key.
    TakesKey,
    /// It is left out, for a reason that says this.
    LeftOut(&'static str),
}

/// What has to come of each setup, written down before there was a tool: organization, application, consent and sync, and
/// what is said of them.
fn expected(setup: Setup) -> ([Fate; 4], &'static str) {
    use Fate::{LeftOut, TakesKey, Unchanged};
    let whole = [Unchanged, Unchanged, Unchanged, TakesKey];
    let keyless = [Unchanged, Unchanged, Unchanged, Unchanged];
    match setup {
        // Proofpoint knows which of two it signs in as; the other one is nobody's business.
        Setup::Plain | Setup::TwoOfOneName | Setup::CapitalsInRedirect | Setup::NoUniqueName => (whole, ""),
        // None is removed, since nobody knows which one Proofpoint holds.
        Setup::ForeignKeys => (whole, "3 client secrets"),
        // What is in effect is imported; with a new key the sync would fail, so that it keeps its own.
        Setup::HalfAConsent => (keyless, "was not granted: the application `Directory.Read.All`"),
        Setup::AnotherClientId => (
            [Unchanged, LeftOut("which the tenant"), LeftOut("There is no service principal"), Unchanged],
            "What looks like the sync's application in it: `Proofpoint Azure Sync`",
        ),
        // Proofpoint stops every run until the domain is there; a new key would not help.
        Setup::DomainMissing => (keyless, "`forgotten."),
        // That its address is on record does not say that it runs.
        Setup::ActiveDirectory => (whole, "`ldaps://dc1."),
        // A new key is the cure.
        Setup::ExpiredSecret => (whole, "client secret has ended"),
        Setup::BlockedPolicy => (keyless, "policy"),
        // Whom somebody has exempted stays exempt: the configuration has them all, and the plan of it changes none.
        Setup::Exemptions => (whole, "exemptions = [\"boss@"),
    }
}

/// What a plan may change of a sync whose key is taken over.
const OF_THE_KEY: [&str; 7] = [
    "managed_client_secret",
    "key_id",
    "key_hint",
    "key_end_date",
    "superseded_key_ids",
    "rotation_reason",
    "secret_expiry",
];

/// What a plan does to an object; `None` where the plan does not have it.
fn fate(plan: &Json, address: &str) -> Option<Fate> {
    let all = plan["resource_changes"].as_array().expect("changes");
    let change = &all.iter().find(|change| change["address"] == address)?["change"];
    assert!(!change["importing"].is_null(), "{address} is not imported: {change:#}");
    if change["actions"] == json!(["no-op"]) {
        return Some(Fate::Unchanged);
    }
    assert_eq!(change["actions"], json!(["update"]), "{address}: {change:#}");
    let members = |part: &str| change[part].as_object().cloned().unwrap_or_default();
    let (before, after) = (members("before"), members("after"));
    let changed =
        after.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name.clone());
    let changed: BTreeSet<String> = changed.chain(members("after_unknown").keys().cloned()).collect();
    let beyond: Vec<&String> = changed.iter().filter(|name| !OF_THE_KEY.contains(&name.as_str())).collect();
    // A plan lists the parts of a value that is known, each as one that is not unknown.
    let parts = |name: &str| change["after_unknown"][name].to_string().replace("false", "");
    let beyond: Vec<_> = beyond
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name) || parts(name).contains("true"))
        .collect();
    assert!(beyond.is_empty(), "{address} changes {beyond:?}: {change:#}");
    assert_eq!(after["rotation_reason"], "adopted", "{address}");
    Some(Fate::TakesKey)
}

/// What was written of a customer: what stands between its name and that of the next.
fn section<'a>(text: &'a str, domain: &str, customers: &[Customer]) -> &'a str {
    let head = |domain: &str| format!("\n# {domain}: ");
    let (_, from) = text.split_once(&head(domain)).unwrap_or_else(|| panic!("nothing of {domain}"));
    let next = customers.iter().filter_map(|customer| from.find(&head(&customer.domain))).min();
    next.map_or(from, |next| &from[..next])
}

/// How many customers: 30, each mess once, unless `TEST_ADOPTED` says otherwise.
#[expect(clippy::disallowed_methods, reason = "a knob for developers")]
fn number_of_customers() -> usize {
    let number = env::var("TEST_ADOPTED").ok();
    number.map_or(30, |text| text.parse().expect("TEST_ADOPTED is a number"))
}

#[test]
#[expect(clippy::print_stderr, reason = "the time it took")]
fn a_fleet_that_people_set_up_by_hand_is_taken_over_by_one_command() {
    on_every_cli_with_customers(number_of_customers(), |stage, customers| {
        stage.simulator.forget_requests();
        let start = Instant::now();
        let outcome = import_blocks(stage, "> found.tf");
        let command = start.elapsed();
        assert_eq!(outcome.code, Some(2), "{outcome}");
        let progress = format!("{} of {}: ", customers.len() + 1, customers.len() + 1);
        assert!(outcome.stderr.contains(&progress), "{outcome}");
        let text = fs::read_to_string(stage.workspace.path().join("found.tf")).expect("what was written");
        stage.workspace.run(&["fmt", "-check", "-diff"]).succeeds();
        let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
        let whole = start.elapsed();
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
        assert!(
            changes["resource_changes"].as_array().is_some_and(|all| all.len() <= customers.len() * 4),
            "{plan}"
        );

        let mut wrong = Vec::new();
        for Customer { domain, setup } in customers {
            let (fates, said) = expected(*setup);
            let section = section(&text, domain, customers);
            let words = section.replace("\n#", "").split_whitespace().collect::<Vec<_>>().join(" ");
            for (kind, wanted) in [ORGANIZATION, APPLICATION, CONSENT, SYNC].iter().zip(fates) {
                let came = fate(&changes, &format!("{kind}.{}", label(domain)));
                let fits = match wanted {
                    Fate::LeftOut(why) => came.is_none() && words.contains(why),
                    wanted => came == Some(wanted),
                };
                if !fits {
                    wrong.push(format!("{domain} ({setup:?}): {kind}: {came:?}, not {wanted:?}:\n{section}"));
                }
            }
            if !words.contains(said) {
                wrong.push(format!("{domain} ({setup:?}) lacks `{said}`:\n{section}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let printed = [text, outcome.stdout, outcome.stderr, plan.stdout];
        Places::of(&stage.workspace, &printed).hold_none_of(&stage.simulator.secrets());
        assert!(whole.as_secs() < 300, "{whole:?}");
        eprintln!("{}: {} customers, command {command:?}, with plan {whole:?}", stage.cli, customers.len());
    });
}

#[test]
fn the_guides_commands_adopt_what_is_there() {
    let steps: Vec<String> = ["You set it up by hand: adopt it", "What comes of it"]
        .iter()
        .flat_map(|heading| blocks(ADOPT, heading, "shell"))
        .flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>())
        .map(|line| line.replacen("terraform ", "tofu ", 1))
        .collect();
    let requirement = blocks(ADOPT, "", "hcl").swap_remove(0);
    assert!(steps.len() > 4 && steps.iter().any(|step| step.contains("import-blocks")), "{steps:?}");
    on_every_cli_installed(Install::Mirror, 3, |stage, customers| {
        stage.workspace.remove("versions.tf");
        stage.workspace.write("main.tf", &requirement);
        let outcome = stage.workspace.run_steps(&steps).succeeds();
        assert!(outcome.stderr.contains("12 resources of 3 organizations"), "{outcome}");
        let state = stage.simulator.state();
        for Customer { domain, .. } in customers {
            let settings = &state["organizations"][domain]["settings"];
            let key = settings["ad_key"].as_str().expect("a key");
            assert!(!key.starts_with("made-by-hand"), "{domain} keeps its old key");
        }
    });
}

#[test]
fn one_bad_tenant_stops_none_of_the_others_and_the_exit_code_says_that_something_is_missing() {
    on_every_cli_with_customers(3, |stage, customers| {
        let [shut, foreign, whole] = [0, 1, 2].map(|number| customers[number].domain.as_str());
        stage.simulator.set_faults(&json!([
            { "method": "GET", "path": format!("/api/v1/orgs/{shut}/settings/azure"), "status": 403 },
            { "method": "POST", "path": format!("/{foreign}/oauth2/v2.0/token"), "status": 401 },
        ]));
        let names = format!(
            "# our customers\n{shut}\n\n{}\n{whole} # the good one\nnobody.example\n",
            foreign.to_uppercase()
        );
        stage.workspace.write("domains", &names);
        let outcome = import_blocks(stage, "--domains domains --output=found.tf");
        assert_eq!(outcome.code, Some(2), "{outcome}");
        assert!(outcome.stderr.contains("6 resources of 4 organizations"), "{outcome}");
        let text = fs::read_to_string(stage.workspace.path().join("found.tf")).expect("what was written");
        let has =
            |kind: &str, domain: &str| text.contains(&format!("\nresource \"{kind}\" \"{}\"", label(domain)));
        for kind in [ORGANIZATION, APPLICATION, CONSENT, SYNC] {
            assert!(has(kind, whole), "{kind} of {whole} is missing:\n{text}");
            let of_partner = kind == ORGANIZATION;
            assert_eq!((has(kind, shut), has(kind, foreign)), (of_partner, of_partner), "{kind}:\n{text}");
        }
        for left in
            ["its sync", "its application, admin consent and sync", "the organization and all that it has"]
        {
            assert!(text.contains(&format!("# Left out: {left}. ")), "{left}:\n{text}");
        }
        stage.workspace.run(&["fmt", "-check", "-diff"]).succeeds();
        stage.simulator.set_faults(&json!([]));
        stage.workspace.plan_into("plan.bin", &[]);

        // Nothing is overwritten, and what was not understood does nothing.
        stage.simulator.forget_requests();
        for (arguments, told) in [
            ("--output found.tf", "`found.tf` is there already"),
            ("--output nowhere/found.tf", "A file in a directory that is there"),
            ("--domains .", "`.` can't be read"),
            ("--domains nowhere", "`nowhere` can't be read"),
            ("--frobnicate", "`--frobnicate` is not an option"),
            ("--domains versions.tf", "Line 1 of `versions.tf` is not a domain"),
        ] {
            let refused = import_blocks(stage, arguments).fails();
            assert!(refused.stderr.contains(told) && refused.stdout.is_empty(), "{arguments}: {refused}");
        }
        assert!(stage.simulator.requests().is_empty(), "{:?}", stage.simulator.requests());
    });
}

#[test]
fn the_program_lists_what_it_can_do() {
    on_every_cli_with_customers(1, |stage, _| {
        let help = |words: &str| {
            stage.workspace.run_steps(&[format!("'{}' {words}", provider().display())]).succeeds().stdout
        };
        assert!(help("--help").contains("\n  import-blocks  Write import blocks"), "{}", help("--help"));
        let own = help("import-blocks --help");
        assert!(
            own.starts_with("Usage: terraform-provider-proofpoint import-blocks [--domains FILE]"),
            "{own}"
        );
        assert!(own.contains("Exit codes:"), "{own}");
    });
}

#[test]
fn without_a_login_the_program_says_what_is_missing() {
    on_every_cli_with_customers(1, |stage, _| {
        stage.workspace.set("PROOFPOINT_ESSENTIALS_PASSWORD", "");
        let refused = import_blocks(stage, "").fails();
        assert!(
            refused.stderr.contains("PROOFPOINT_ESSENTIALS_PASSWORD") && refused.stdout.is_empty(),
            "{refused}"
        );
    });
}

/// A resource's arguments in a configuration, without those that are null and without blanks.
fn arguments<'a>(text: &'a str, kind: &str) -> BTreeSet<String> {
    let (_, from) =
        text.split_once(&format!("\nresource \"{kind}\" ")).unwrap_or_else(|| panic!("no {kind}: {text}"));
    let (body, _) = from.split_once("\n}").expect("its end");
    let lines =
        body.lines().skip(1).map(|line: &'a str| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines
        .filter(|line| !line.is_empty() && !line.contains("= null") && !line.starts_with("provider ="))
        .collect()
}

#[test]
fn a_query_and_the_program_write_the_same_configuration() {
    on_every_cli_with_customers(1, |stage, _| {
        if !stage.cli.queries() {
            return;
        }
        let ours = import_blocks(stage, "").succeeds().stdout;
        let list = |kind: &str| {
            format!(
                "list \"{kind}\" \"all\" {{\n  provider         = proofpoint\n  include_resource = true\n}}\n"
            )
        };
        let lists = [ORGANIZATION, APPLICATION, SYNC].map(list).concat();
        stage.workspace.write("search.tfquery.hcl", &lists);
        stage.workspace.run(&["query", "-no-color", "-generate-config-out=queried.tf"]).succeeds();
        let queried =
            fs::read_to_string(stage.workspace.path().join("queried.tf")).expect("what was queried");
        for kind in [ORGANIZATION, APPLICATION, SYNC] {
            let (ours, theirs) = (arguments(&ours, kind), arguments(&queried, kind));
            // What the program adds: a key of its own, and references in place of values.
            let references =
                |line: &String| line.contains("proofpoint_") || line.starts_with("managed_client_secret");
            let ours: BTreeSet<_> = ours.into_iter().filter(|line| !references(line)).collect();
            assert!(ours.is_subset(&theirs), "{kind}:\n{ours:#?}\n{theirs:#?}");
            let beyond: Vec<_> = theirs.difference(&ours).filter(|line| line.as_str() != "}").collect();
            let referred = if kind == SYNC { 2 } else { 0 };
            assert_eq!(beyond.len(), referred, "{kind}: {beyond:?}");
        }
    });
}

#[test]
fn the_guides_query_is_followed_as_it_stands() {
    let heading = "With Terraform 1.14 and later";
    let lists = blocks(ADOPT, heading, "terraform").swap_remove(0);
    let steps: Vec<String> =
        blocks(ADOPT, heading, "shell").iter().map(|step| step.replacen("terraform ", "tofu ", 1)).collect();
    on_every_cli_installed(Install::Override, 2, |stage, customers| {
        if !stage.cli.queries() {
            return;
        }
        stage.workspace.write("search.tfquery.hcl", &lists);
        stage.workspace.run_steps(&steps).succeeds();
        let queried = stage.workspace.read("queried.tf");
        for Customer { domain, .. } in customers {
            assert!(queried.contains(&format!("primary_domain = \"{domain}\"")), "{queried}");
        }
    });
}
