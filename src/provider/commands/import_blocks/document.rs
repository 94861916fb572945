//! What was found, as a configuration.

use std::fmt::Write as _;

use super::held::{Held, Kind, Taken};
use super::labels::Labels;
use crate::PROGRAM;
use crate::resources::azure_admin_consent::ConsentModel;
use crate::resources::azure_application::ApplicationModel;
use crate::resources::azure_sync::{ManagedClientSecret, SyncModel};
use crate::resources::organization::OrganizationModel;
use framework::hcl::{BlockBody, quoted};
use framework::model::Model as _;
use framework::path::Path;
use framework::schema::Schema;

/// The whole file: organizations in their order, each with its import blocks.
pub(super) fn write(found: &[Held]) -> String {
    let mut head = BlockBody::new();
    let takes_keys = found.iter().flat_map(|held| &held.resources).any(|taken| taken.takes_key);
    let changes = if takes_keys { "nothing but keys" } else { "nothing" };
    head.comment(&format!(
        "Written by `terraform-provider-{} import-blocks`. Plan it: the plan imports, and changes {changes}.",
        PROGRAM.name
    ));
    if takes_keys {
        head.comment(
            "\nWith `managed_client_secret` the first apply gives Proofpoint a key of the provider's own, which nobody sees and \
             which is renewed in time. To go on with a secret of your own, write `client_secret_wo` and \
             `client_secret_wo_version` in its place; without any of them the sync keeps the key that it has.",
        );
    }
    head.comment("\nAfter the apply the `import` blocks can go.");
    let mut text = head.to_string();
    let mut labels = Labels::default();
    for held in found {
        let _ = write!(text, "\n{}", organization(held, &labels.of(&held.domain)));
    }
    text
}

fn organization(held: &Held, label: &str) -> BlockBody {
    let mut body = BlockBody::new();
    body.comment(&match held.name.as_str() {
        "" => held.domain.clone(),
        name => format!("{}: {name}", held.domain),
    });
    for remark in &held.remarks {
        body.comment(remark);
    }
    for left in &held.left_out {
        body.comment(&format!("Left out: {}. {}", left.what, left.why));
    }
    for taken in &held.resources {
        let mut import = BlockBody::new();
        import.set("to", format!("{}.{label}", taken.kind.type_name()));
        import.set("id", quoted(&taken.id));
        body.block("import", &[], import);
        for remark in &taken.remarks {
            body.comment(remark);
        }
        body.block("resource", &[taken.kind.type_name(), label], resource(held, taken, label));
    }
    body
}

fn resource(held: &Held, taken: &Taken, label: &str) -> BlockBody {
    let mut body = BlockBody::of(&schema(taken.kind), &taken.config.0, &references(held, taken, label));
    if taken.kind == Kind::Sync && held.resource(Kind::Consent).is_some() {
        body.set("depends_on", format!("[{}.{label}]", Kind::Consent.type_name()));
    }
    body
}

fn schema(kind: Kind) -> Schema {
    match kind {
        Kind::Organization => OrganizationModel::schema(),
        Kind::Application => ApplicationModel::schema(),
        Kind::Consent => ConsentModel::schema(),
        Kind::Sync => SyncModel::schema(),
    }
}

/// What one resource takes from another of the same organization, in place of a value.
fn references(held: &Held, taken: &Taken, label: &str) -> Vec<(Path, String)> {
    let of =
        |kind: Kind, path: Path| held.resource(kind).map(|_| format!("{}.{label}.{path}", kind.type_name()));
    let client_id = || of(Kind::Application, ApplicationModel::client_id());
    let given = match taken.kind {
        Kind::Organization | Kind::Application => Vec::new(),
        Kind::Consent => vec![(ConsentModel::client_id(), client_id())],
        Kind::Sync => {
            let key = SyncModel::managed_client_secret().join(ManagedClientSecret::application_id());
            let application = of(Kind::Application, ApplicationModel::id()).filter(|_| taken.takes_key);
            vec![
                (SyncModel::domain(), of(Kind::Organization, OrganizationModel::primary_domain())),
                (SyncModel::client_id(), client_id()),
                (key, application),
            ]
        }
    };
    given.into_iter().filter_map(|(path, reference)| Some((path, reference?))).collect()
}
