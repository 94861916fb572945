//! What the simulator tells its starter: one JSON line when it serves, and the environment file.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::entra::machine;
use crate::private_file;
use crate::server::shared::Place;
use crate::state::World;

/// The line printed once the simulator answers.
pub(crate) fn line(world: &World, place: &Place) -> Value {
    let base = &place.base;
    let tenants: Vec<Value> = world
        .tenants
        .iter()
        .map(|tenant| {
            let essentials = world.organizations.credentials(&tenant.domain);
            let reader = world.organizations.reader(&tenant.domain);
            let partner = world.organizations.partner(&tenant.domain);
            json!({
                "tenant_id": tenant.id,
                "client_id": tenant.automation.client_id,
                "client_secret": tenant.automation.client_secret,
                "reader_client_id": tenant.reader.client_id,
                "reader_client_secret": tenant.reader.client_secret,
                "domain": tenant.domain,
                "essentials_username": essentials.username,
                "essentials_password": essentials.password,
                "essentials_reader_username": reader.username,
                "essentials_reader_password": reader.password,
                "partner_username": partner.username,
                "partner_password": partner.password,
            })
        })
        .collect();
    json!({
        "graph_endpoint": base,
        "authority_host": base,
        "essentials_endpoint": base,
        "ca_certificate": place.ca_certificate,
        "machine": machine::line(&world.machine, base),
        "control": format!("{base}/_control"),
        "face": format!("{}/", place.face()),
        "tenants": tenants,
    })
}

/// Writes `export NAME='value'` lines for the first tenant.
pub(crate) fn write_env_file(arguments: &Arguments, world: &World, place: &Place) -> Result<(), String> {
    let Some(path) = &arguments.env_file else { return Ok(()) };
    let Some(tenant) = world.tenants.first() else { return Ok(()) };
    let essentials = world.organizations.credentials(&tenant.domain);
    let mut pairs = vec![
        ("ARM_TENANT_ID", tenant.id.as_str()),
        ("ARM_CLIENT_ID", tenant.automation.client_id.as_str()),
        ("ARM_CLIENT_SECRET", tenant.automation.client_secret.as_str()),
        ("AZURE_AUTHORITY_HOST", place.base.as_str()),
        ("PROOFPOINT_GRAPH_ENDPOINT", place.base.as_str()),
        ("PROOFPOINT_ESSENTIALS_ENDPOINT", place.base.as_str()),
        ("PROOFPOINT_ESSENTIALS_USERNAME", essentials.username.as_str()),
        ("PROOFPOINT_ESSENTIALS_PASSWORD", essentials.password.as_str()),
    ];
    if let Some(ca) = &place.ca_certificate {
        pairs.push(("PROOFPOINT_CA_BUNDLE", ca.as_str()));
    }
    let mut text = String::new();
    for (name, value) in pairs {
        text.push_str("export ");
        text.push_str(name);
        text.push_str("='");
        text.push_str(&value.replace('\'', r"'\''"));
        text.push_str("'\n");
    }
    private_file::write(path, text.as_bytes())
        .map_err(|error| format!("{} can't be written: {error}", path.display()))
}

/// Prints one line on standard output; a closed pipe is not an error of the simulator.
pub(crate) fn print_line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Says on standard error what went wrong.
pub(crate) fn complain(problem: &str) {
    let _ = writeln!(std::io::stderr().lock(), "proofpoint-azure-simulator: {problem}");
}
