//! What needs no directory: what is planned, shown and imported, and what marks on a principal say.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;

const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const CLIENT: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const PRINCIPAL: &str = "cccccccc-0000-4000-8000-000000000003";

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn model(delegated: Attr<BTreeSet<String>>, application: Attr<BTreeSet<String>>) -> ConsentModel {
    ConsentModel {
        client_id: CLIENT.into(),
        delegated_permissions: delegated,
        application_permissions: application,
        ..ConsentModel::default()
    }
}

/// A principal with these tags.
fn principal(tags: &[&str]) -> ServicePrincipal {
    serde_json::from_value(json!({ "id": PRINCIPAL, "appId": CLIENT, "tags": tags })).unwrap()
}

fn planned(prior: Option<ConsentModel>, proposed: ConsentModel) -> (ConsentModel, usize) {
    let mut planning = Planning::new(prior, proposed.clone(), proposed, Given::default());
    let mut diagnostics = Diagnostics::new();
    AzureAdminConsent.plan(&mut planning, &mut diagnostics);
    (planning.planned, diagnostics.iter().count())
}

#[test]
fn a_consent_to_nothing_is_refused_as_soon_as_that_is_known() {
    let (none, empty) = (Attr::Null, Attr::Known(BTreeSet::new()));
    let some = Attr::Known(names(&["User.Read"]));
    for (delegated, application, invalid, refused) in [
        (&none, &none, 1, 1),
        // A mocked provider's application has empty sets.
        (&empty, &none, 0, 1),
        (&none, &empty, 0, 1),
        (&empty, &empty, 0, 1),
        (&some, &none, 0, 0),
        (&empty, &some, 0, 0),
        (&Attr::Unknown, &none, 0, 0),
    ] {
        let model = model(delegated.clone(), application.clone());
        let mut diagnostics = Diagnostics::new();
        AzureAdminConsent.validate(&model, &mut diagnostics);
        assert_eq!(diagnostics.iter().count(), invalid, "{model:?}");
        assert_eq!(planned(None, model.clone()).1, refused, "{model:?}");
    }
}

#[test]
fn a_principal_that_is_gone_is_looked_up_anew_and_no_other() {
    let proposed = model(names(&["User.Read"]).into(), Attr::Null);
    let with =
        |principal: Attr<String>| ConsentModel { service_principal_object_id: principal, ..proposed.clone() };
    let (gone, there) = (with(Attr::Null), with(PRINCIPAL.into()));
    assert!(planned(Some(gone.clone()), gone).0.service_principal_object_id.is_unknown());
    assert_eq!(planned(Some(there.clone()), there.clone()).0, there);
}

#[test]
fn the_state_shows_what_it_knows_of_or_all_of_it_where_that_matters() {
    let effective = || names(&["A", "B"]);
    let known = Attr::Known(names(&["A", "C"]));
    assert_eq!(shown(&known, effective(), false), names(&["A"]).into());
    assert_eq!(shown(&known, effective(), true), effective().into());
    assert_eq!(shown(&known, BTreeSet::new(), false), BTreeSet::new().into());
    assert_eq!(shown(&Attr::Null, effective(), false), Attr::Null);
    assert_eq!(shown(&Attr::Null, effective(), true), effective().into());
    assert_eq!(shown(&Attr::Null, BTreeSet::new(), true), Attr::Null);
    assert_eq!(shown(&known, BTreeSet::new(), true), BTreeSet::new().into());
}

#[test]
fn names_of_both_kinds_are_taken_from_names_of_the_same_kind() {
    let named = |delegated: &[&str], application: &[&str]| Names {
        delegated: names(delegated),
        application: names(application),
    };
    let of = Names::of(&model(names(&["A", "B"]).into(), names(&["C", "D"]).into()));
    assert_eq!((&of.delegated, &of.application), (&names(&["A", "B"]), &names(&["C", "D"])));
    let left = of.without(&named(&["A", "C"], &["D", "B"]));
    assert_eq!((&left.delegated, &left.application), (&names(&["B"]), &names(&["C"])));
    assert!(of.without(&of).is_empty());
    assert!(!named(&["A"], &[]).is_empty());
    assert!(!named(&[], &["A"]).is_empty());
}

#[test]
fn marks_tell_whose_a_consent_is_and_what_was_given() {
    let marked = principal(&[
        "HideApp",
        "terraform-provider-proofpoint:consent:one",
        "terraform-provider-proofpoint:gave:delegated:User.Read",
        "terraform-provider-proofpoint:gave:application:Directory.Read.All",
        "terraform-provider-proofpoint:application:another",
    ]);
    assert_eq!(marks::owner(&marked), Some("one"));
    let given = marks::given(&marked);
    assert_eq!(given.delegated, names(&["User.Read"]));
    assert_eq!(given.application, names(&["Directory.Read.All"]));
    let others = principal(&["HideApp"]);
    assert_eq!(marks::owner(&others), None);
    assert!(marks::given(&others).is_empty());
}

#[test]
fn only_one_that_is_told_to_verifies() {
    let with = |mode: Attr<Mode>| ConsentModel { mode, ..ConsentModel::default() };
    assert!(verifies(&with(Mode::Verify.into())));
    for mode in [Mode::Grant.into(), Attr::Null, Attr::Unknown] {
        assert!(!verifies(&with(mode)));
    }
}

#[test]
fn an_import_says_which_consent_and_nothing_of_what_it_gives() {
    let imported = |by| match AzureAdminConsent.import(by) {
        Ok(state) => {
            assert_eq!(state.private, Given::default());
            state.model
        }
        Err(failure) => panic!("{failure:?}"),
    };
    assert_eq!(
        imported(ImportBy::Id(CLIENT.to_owned())),
        ConsentModel { client_id: CLIENT.into(), ..ConsentModel::default() }
    );
    let id = format!("/tenants/{TENANT}/servicePrincipals/{PRINCIPAL}/adminConsent");
    assert_eq!(
        imported(ImportBy::Id(id)),
        ConsentModel {
            tenant_id: TENANT.into(),
            service_principal_object_id: PRINCIPAL.into(),
            ..ConsentModel::default()
        }
    );
    let identity = ConsentIdentity { tenant_id: TENANT.into(), client_id: CLIENT.into() };
    let by_identity = imported(ImportBy::Identity(identity.clone()));
    assert_eq!(
        by_identity,
        ConsentModel { tenant_id: TENANT.into(), client_id: CLIENT.into(), ..ConsentModel::default() }
    );
    assert_eq!(AzureAdminConsent.identity(&by_identity), Some(identity));
    for part in [
        ConsentModel { tenant_id: Attr::Unknown, ..by_identity.clone() },
        ConsentModel { client_id: Attr::Unknown, ..by_identity.clone() },
    ] {
        assert_eq!(AzureAdminConsent.identity(&part), None);
    }
    assert!(AzureAdminConsent.import(ImportBy::Id("/applications/x".to_owned())).is_err());
}
