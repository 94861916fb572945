//! States of `hashicorp/azuread` that a `moved` block leads here.

use super::AzureApplication;
use super::model::ApplicationModel;
use framework::attr::Attr;
use framework::diagnostic::Diagnostic;
use framework::resource::{MoveFrom, MoveSource, State};
use framework::value::Value;

/// From where a `moved` block may lead here: both of azuread's resources for a registration.
pub(super) fn moves() -> Vec<MoveFrom<AzureApplication>> {
    let from = |resource| MoveFrom { provider: "hashicorp/azuread", resource, convert: from_azuread };
    ["azuread_application", "azuread_application_registration"].map(from).into()
}

/// What azuread knows of a registration. The read that follows fills in the rest: permissions, which are ids there, and the
/// principal, which is a resource of its own there.
fn from_azuread(source: MoveSource) -> Result<State<AzureApplication>, Diagnostic> {
    let state = source.state;
    let text = |name: &str| state.member(name).as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    // Before version 3 the id was the bare object id.
    let id = text("id").map(|id| id.trim_start_matches("/applications/").to_owned());
    let Some(object_id) = text("object_id").or(id).map(|id| id.to_ascii_lowercase()) else {
        return Err(Diagnostic::error(
            "The state to move is incomplete",
            "It names no `object_id`. Refresh it with `hashicorp/azuread` first.",
        ));
    };
    let texts = |value: &Value| -> Attr<_> {
        let elements = value.as_elements().unwrap_or_default().iter();
        elements.filter_map(|element| element.as_str().map(str::to_owned)).collect()
    };
    let web = state.member("web").as_elements().and_then(<[Value]>::first);
    let tags = state.member("tags").as_elements().is_some_and(|tags| !tags.is_empty());
    Ok(State::new(ApplicationModel {
        id: format!("/applications/{object_id}").into(),
        object_id: object_id.into(),
        // Called otherwise before version 3.
        client_id: text("client_id").or_else(|| text("application_id")).into(),
        display_name: text("display_name").into(),
        redirect_uris: web.map_or(Attr::Null, |web| texts(web.member("redirect_uris"))),
        sign_in_audience: text("sign_in_audience").into(),
        notes: text("notes").into(),
        tags: if tags { texts(state.member("tags")) } else { Attr::Null },
        publisher_domain: text("publisher_domain").into(),
        deletion_protection: false.into(),
        ..ApplicationModel::default()
    }))
}
