//! The command that comes next: whatever was refused is set anew, and nothing else; a domain or tenant that is another one is
//! looked at.

use pretty_assertions::assert_eq;

use super::findings::document;
use super::*;

/// What comes next, with these variables in place of those of the same name; an empty one is not set.
#[track_caller]
fn next(simulator: &Simulator, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut environment = simulator.environment();
    environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let seen = look(simulator, &environment, &[arguments, &["--json"]].concat());
    let document: serde_json::Value =
        serde_json::from_str(&seen.stdout).unwrap_or_else(|_| panic!("{seen:?}"));
    document["next"].as_str().expect("a command").to_owned()
}

#[test]
fn whatever_was_refused_is_set_anew_and_nothing_else() {
    let simulator = Simulator::within(&["--users", "2"]);
    let nobody = "11111111-2222-3333-4444-555555555555";
    for (variables, lines) in [
        (&[("ARM_TENANT_ID", nobody)][..], &["ARM_TENANT_ID=contoso.com"][..]),
        (&[("ARM_CLIENT_ID", nobody)], &["ARM_CLIENT_ID=..."]),
        (&[("ARM_CLIENT_SECRET", "no")], &["ARM_CLIENT_SECRET=..."]),
        // By the name that is set.
        (&[("ARM_CLIENT_SECRET", ""), ("AZURE_CLIENT_SECRET", "no")], &["AZURE_CLIENT_SECRET=..."]),
        (&[("PROOFPOINT_ESSENTIALS_PASSWORD", "no")], &["PROOFPOINT_ESSENTIALS_PASSWORD=..."]),
        (
            &[("ARM_CLIENT_SECRET", "no"), ("PROOFPOINT_ESSENTIALS_PASSWORD", "no")],
            &["ARM_CLIENT_SECRET=...", "PROOFPOINT_ESSENTIALS_PASSWORD=..."],
        ),
        // What makes no sense as it stands.
        (&[("ARM_TENANT_ID", "x")], &["ARM_TENANT_ID=contoso.com"]),
        (&[("ARM_USE_OIDC", "yess")], &["ARM_USE_OIDC=..."]),
        (
            &[("PROOFPOINT_ESSENTIALS_ENDPOINT", ""), ("PROOFPOINT_ESSENTIALS_REGION", "us9")],
            &["PROOFPOINT_ESSENTIALS_REGION=us1"],
        ),
        (
            &[("PROOFPOINT_ESSENTIALS_ENDPOINT", "https://ann:hush@contoso.com")],
            &["PROOFPOINT_ESSENTIALS_ENDPOINT=..."],
        ),
        // What is missing, of the way that was begun.
        (&[("ARM_CLIENT_ID", "")], &["ARM_CLIENT_ID=..."]),
        (&[("ARM_CLIENT_SECRET", "")], &["ARM_CLIENT_SECRET=..."]),
        (
            &[("PROOFPOINT_ESSENTIALS_ENDPOINT", ""), ("PROOFPOINT_ESSENTIALS_USERNAME", "")],
            &["PROOFPOINT_ESSENTIALS_REGION=us1", "PROOFPOINT_ESSENTIALS_USERNAME=admin@contoso.com"],
        ),
    ] {
        let mut wanted: Vec<String> = lines.iter().map(|line| format!("export {line}")).collect();
        wanted.push(again("contoso.com"));
        assert_eq!(next(&simulator, variables, &["contoso.com"]), wanted.join("\n"), "{variables:?}");
    }
}

#[test]
fn another_domain_or_tenant_is_looked_at_where_the_one_that_was_named_is_not_the_right_one() {
    let simulator = Simulator::within(&["--users", "2"]);
    let tenant = simulator.line()["tenants"][0].clone();
    let text = |name: &str| tenant[name].as_str().expect(name).to_owned();
    let (name, password) = (text("partner_username"), text("partner_password"));
    let partner = [
        ("PROOFPOINT_ESSENTIALS_USERNAME", name.as_str()),
        ("PROOFPOINT_ESSENTIALS_PASSWORD", password.as_str()),
    ];
    // Whoever administers one organization means that one.
    assert_eq!(next(&simulator, &[], &["contoso.cmo"]), again("contoso.com"));
    // A partner may mean anybody.
    assert_eq!(next(&simulator, &partner, &["contoso.cmo"]), again("contoso.cmo"));
    // An organization whose tenant is another one.
    assert_eq!(
        next(&simulator, &partner, &["partner.example"]),
        again("partner.example --tenant partner.example")
    );
    assert_eq!(
        next(&simulator, &[], &["contoso.com", "--tenant", "fabrikam.example"]),
        again("contoso.com --tenant ...")
    );
    // What was found out is kept.
    let found = format!("export ARM_TENANT_ID={}\nterraform plan", text("tenant_id"));
    assert_eq!(next(&simulator, &[("ARM_TENANT_ID", "")], &["contoso.com"]), found);
}

#[test]
fn an_authority_that_nobody_knows_is_named_by_its_file() {
    let simulator = Simulator::start(&["--users", "2"]);
    let directory = tempfile::tempdir().expect("a directory");
    let file = crate::support::authority::write_into(directory.path());
    let file = file.to_str().expect("UTF-8");
    let lines = format!("export PROOFPOINT_CA_BUNDLE=...\n{}", again("contoso.com"));
    assert_eq!(next(&simulator, &[("PROOFPOINT_CA_BUNDLE", file)], &["contoso.com"]), lines);
    assert_eq!(next(&simulator, &[("PROOFPOINT_CA_BUNDLE", "/nowhere/ca.pem")], &["contoso.com"]), lines);
}

#[test]
fn what_comes_next_is_what_a_shell_can_take() {
    let simulator = Simulator::within(&["--users", "2"]);
    let told = document(&simulator, &simulator.environment(), &["--tenant", "CONTOSO.com"]);
    assert_eq!(told["next"], "terraform plan");
    for (arguments, refused) in [
        (&["contoso.com;reboot"][..], "`contoso.com;reboot` is not a domain"),
        (&["$(reboot).com"], "`$(reboot).com` is not a domain"),
        (&["../../v1.0/users"], "`../../v1.0/users` is not a domain"),
        (&[".."], "`..` is not a domain"),
        (&["bücher.example"], "in its `xn--` form"),
        (&["contoso.com", "--tenant", "x y;z"], "`x y;z` will not do for `--tenant`"),
        (&["contoso.com", "--tenant", ""], "`` will not do for `--tenant`"),
    ] {
        simulator.forget_requests();
        let seen = doctor(&simulator.environment(), arguments);
        assert_eq!((seen.code, seen.stdout.as_str()), (Some(1), ""), "{seen:?}");
        assert!(seen.stderr.contains(refused), "{refused}: {}", seen.stderr);
        assert!(simulator.requests().is_empty(), "{arguments:?}");
    }
}
