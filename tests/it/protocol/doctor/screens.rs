//! What a person reads.

use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::Value as Json;

use super::*;

/// What differs from run to run, by names: ids, and where the simulator listens.
fn plain(text: &str, simulator: &Simulator) -> String {
    let text = text.replace(&provider().display().to_string(), "terraform-provider-proofpoint");
    let text = text.replace(simulator.ready().essentials_endpoint.trim_end_matches('/'), "<address>");
    let text = match text.split_once("permissions held: `") {
        Some((before, rest)) => {
            let (list, after) = rest.split_once("`\n").expect("the end of the list");
            assert!(list.contains("`Directory.ReadWrite.All`"), "{list}");
            format!("{before}permissions held: <permissions>\n{after}")
        }
        None => text,
    };
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_hexdigit()) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let word =
            rest.find(|letter: char| !letter.is_ascii_hexdigit() && letter != '-').unwrap_or(rest.len());
        plain.push_str(if uuid::Uuid::try_parse(&rest[..word]).is_ok() { "<id>" } else { &rest[..word] });
        rest = &rest[word..];
    }
    plain.push_str(rest);
    // Ids have a width, which decides where lines end.
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn shows(seen: &Seen, simulator: &Simulator, code: i32, screen: &str) {
    assert_eq!(plain(&seen.stdout, simulator), plain(screen, simulator));
    assert_eq!(seen.code, Some(code));
    assert_eq!(seen.stderr.lines().count(), 13, "a line of progress for each step: {}", seen.stderr);
    assert!(seen.stdout.lines().all(|line| line.chars().count() <= 110), "{}", seen.stdout);
    assert!(!seen.stdout.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn a_healthy_account_is_told_of_line_by_line_and_nothing_is_changed() {
    let simulator = Simulator::within(&["--users", "5"]);
    let seen = look(&simulator, &simulator.environment(), &["CONTOSO.com"]);
    shows(
        &seen,
        &simulator,
        0,
        "\
terraform-provider-proofpoint 0.1.0 looks at contoso.com. It changes nothing.

ok     Entra credential       client secret
ok     Entra sign-in          tenant `Contoso` (<id>) as the application <id>
ok     Entra permissions      11 permissions held: <permissions>
ok     Proofpoint credential  `admin@contoso.com` at <address>
ok     Proofpoint sign-in     `admin@contoso.com`, organization_admin of `contoso.com`
ok     Clocks                 Microsoft agrees, Proofpoint agrees
ok     Organization           `contoso.com` on <address>, 25 licences
ok     Domains                at Proofpoint `contoso.com`; verified in the tenant `contoso.com`, `contoso.onmicrosoft.com`
ok     Directory sync         Entra follows no Active Directory; Proofpoint has none on record
ok     Policies               client secrets are not limited
ok     Applications           none that looks like the sync's
ok     Sync                   none is configured yet
ok     Next run               1 to add, 0 to update, 0 to delete, 0 unmatched
                              Licences: 4 of 25 in use now, 5 after the run.
                              Users that version 1 of the sync treats otherwise: svc1@contoso.com. The title of
                              the Azure page in Proofpoint's console shows which version the stack runs.

Healthy: nothing stands in the way.

Next:

  terraform plan
",
    );
}

#[test]
fn a_wrong_password_is_named_and_the_other_side_is_looked_at_all_the_same() {
    let simulator = Simulator::within(&["--users", "5"]);
    let mut environment = simulator.environment();
    environment.insert("PROOFPOINT_ESSENTIALS_PASSWORD".to_owned(), "not-the-password".to_owned());
    let seen = look(&simulator, &environment, &["contoso.com"]);
    assert!(!seen.stdout.contains("not-the-password") && !seen.stderr.contains("not-the-password"));
    shows(
        &seen,
        &simulator,
        4,
        "\
terraform-provider-proofpoint 0.1.0 looks at contoso.com. It changes nothing.

ok     Entra credential       client secret
ok     Entra sign-in          tenant `Contoso` (<id>) as the application <id>
ok     Entra permissions      11 permissions held: <permissions>
ok     Proofpoint credential  `admin@contoso.com` at <address>
ERROR  Proofpoint sign-in     refused
                              Proofpoint Essentials refused the sign-in.
                              Unable to read the Proofpoint account: Proofpoint Essentials refused the user name or
                              password: it takes an administrator's address and local Proofpoint password, not the
                              Microsoft one. Its answer: invalid credentials (`admin@contoso.com`) (request id
                              <id>). Check `username` and `password` (or `PROOFPOINT_ESSENTIALS_USERNAME` and
                              `PROOFPOINT_ESSENTIALS_PASSWORD`).
ok     Clocks                 Microsoft agrees, Proofpoint agrees
-      Organization           not looked at: nobody is signed in to Proofpoint
ok     Domains                Proofpoint's are not known; verified in the tenant `contoso.com`,
                              `contoso.onmicrosoft.com`
ok     Directory sync         Entra follows no Active Directory
ok     Policies               client secrets are not limited
ok     Applications           none that looks like the sync's
-      Sync                   not looked at: the organization can't be read
-      Next run               not looked at: the organization can't be read

Proofpoint can't be talked to: see the errors.

Next:

  export PROOFPOINT_ESSENTIALS_PASSWORD=...
  terraform-provider-proofpoint doctor contoso.com
",
    );
}

#[test]
fn with_one_side_configured_that_side_is_looked_at_and_the_other_ones_variables_are_named() {
    let simulator = Simulator::within(&["--users", "5"]);
    let mut environment = simulator.environment();
    for name in ["ARM_CLIENT_SECRET", "PROOFPOINT_ESSENTIALS_PASSWORD"] {
        environment.remove(name);
    }
    let seen = look(&simulator, &environment, &["contoso.com"]);
    shows(
        &seen,
        &simulator,
        5,
        "\
terraform-provider-proofpoint 0.1.0 looks at contoso.com. It changes nothing.

warn   Entra credential       Azure CLI login
                              Passed over: `ARM_CLIENT_ID` is set, and nothing that proves it: `ARM_CLIENT_SECRET`,
                              `ARM_CLIENT_CERTIFICATE` or `ARM_USE_OIDC`.
ERROR  Entra sign-in          no login
                              Unable to sign in to Entra.
                              Unable to sign in to tenant `<id>`: the Azure CLI gave no token for tenant `<id>`:
                              az not found on PATH. It is asked because nothing else to sign in with is complete.
                              Passed over: `ARM_CLIENT_ID` is set, and nothing that proves it: `client_secret`,
                              `client_certificate` or `use_oidc`. Or run `az login`.
-      Entra permissions      not looked at: nobody is signed in to Entra
ERROR  Proofpoint credential  none
                              The environment does not say how to sign in to Proofpoint Essentials.
                              To sign in to Proofpoint Essentials, set `password` (or
                              `PROOFPOINT_ESSENTIALS_PASSWORD`) as well.
-      Proofpoint sign-in     not tried: nothing to sign in with
-      Clocks                 not compared: nobody has answered
-      Organization           not looked at: nobody is signed in to Proofpoint
-      Domains                not looked at: the organization can't be read
-      Directory sync         not looked at: neither side can be read
-      Policies               not looked at: nobody is signed in to Entra
-      Applications           not looked at: nobody is signed in to Entra
-      Sync                   not looked at: the organization can't be read
-      Next run               not looked at: nobody is signed in to Entra

Neither side is configured: see the errors.

Next:

  export ARM_CLIENT_SECRET=...
  export PROOFPOINT_ESSENTIALS_PASSWORD=...
  terraform-provider-proofpoint doctor contoso.com
",
    );
    assert!(simulator.requests().is_empty(), "{:?}", simulator.requests());
}

#[test]
fn with_proofpoint_alone_the_organization_is_looked_at() {
    let simulator = Simulator::within(&["--users", "5"]);
    let environment =
        simulator.environment().into_iter().filter(|(name, _)| !name.starts_with("ARM_")).collect();
    let seen = look(&simulator, &environment, &["contoso.com"]);
    assert_eq!(seen.code, Some(5), "{}", seen.stdout);
    for told in [
        "ok     Organization           `contoso.com` on ",
        "ok     Domains                at Proofpoint `contoso.com`; the tenant's are not known",
        "ok     Sync                   none is configured yet",
        "export ARM_TENANT_ID=contoso.com\n  export ARM_CLIENT_ID=...\n  export ARM_CLIENT_SECRET=...\n",
    ] {
        assert!(seen.stdout.contains(told), "{told}:\n{}", seen.stdout);
    }
}

#[test]
fn what_proofpoint_holds_and_whom_a_run_would_cost_their_mail_is_told_by_name() {
    let simulator = Simulator::within(&["--users", "5"]);
    let settings = simulator.tenant().sync_settings(&json!({ "sync_frequency": 6 }));
    simulator.essentials_done(Method::PUT, "orgs/contoso.com/settings/azure", Some(&settings));
    let accounts = simulator.essentials_done(Method::GET, "orgs/contoso.com/users", None);
    let accounts = accounts["users"].as_array().expect("accounts").clone();
    let users = simulator.graph_done(Method::GET, "users", None);
    let has_account = |user: &&Json| accounts.iter().any(|one| one["primary_email"] == user["mail"]);
    let leaver = users["value"].as_array().expect("users").iter().find(has_account).expect("somebody");
    simulator.graph_done(Method::DELETE, &format!("users/{}", leaver["id"].as_str().expect("an id")), None);
    let seen = look(&simulator, &simulator.environment(), &["contoso.com"]);
    let told = plain(&seen.stdout, &simulator);
    let mail = leaver["mail"].as_str().expect("an address");
    for words in [
        "Sync runs every 6 hours, no good run yet; signs in as <id>, ",
        "users, distribution groups, removes users",
        "A run would take something from 1 account.",
        &format!("Deleting (1): {mail} "),
        "mail to these addresses is refused",
    ] {
        assert!(told.contains(words), "`{words}`:\n{}", seen.stdout);
    }
}
