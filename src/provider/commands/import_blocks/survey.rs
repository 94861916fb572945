//! What is there of one organization, on both sides, and what of it is in doubt.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Desk;
use super::customers::Customers;
use super::held::{Held, Hidden, Kind, Taken, told};
use crate::lists::is_candidate;
use crate::provider_block::{Failure, Session};
use crate::resources::azure_admin_consent::{ConsentIdentity, ConsentModel};
use crate::resources::azure_application::{ApplicationIdentity, ApplicationModel, is_ours};
use crate::resources::azure_sync::{Adoption, AzureSync, SyncIdentity, SyncModel};
use crate::resources::organization::listed;
use clients::essentials::Shown;
use clients::graph::{Graph, Snapshot};
use clients::http::Call;
use framework::attr::{Attr, AttributeType as _};
use framework::context::Context;
use framework::diagnostic::Diagnostics;
use framework::model::{self, Model};
use framework::service::{
    ClientCapabilities, ImportTarget, ReadRequest, Service as _, StateResponse, UpgradeResponse,
};
use framework::value::Value;
use grammar::counted;

/// Looks at one organization. What fails is told in what is found of it.
pub(super) async fn look(desk: &Desk, customers: &Customers, domain: &str) -> Held {
    let mut held = Held::of(domain);
    let looked = async {
        let context = desk.context()?;
        let call = context.clients.call(&context);
        let mut survey = Survey { desk, context: &context, call: &call, held: &mut held };
        Box::pin(survey.organization(customers, domain)).await
    };
    if let Err(failure) = looked.await {
        let what =
            if held.resources.is_empty() { "the organization and all that it has" } else { "its sync" };
        held.leave_out(what, told(failure));
    }
    held
}

struct Survey<'a> {
    desk: &'a Desk,
    context: &'a Context<Session>,
    call: &'a Call,
    held: &'a mut Held,
}

/// An object as an import would read it.
struct Imported<M> {
    model: M,
    state: Value,
    remarks: Vec<String>,
}

impl Survey<'_> {
    async fn organization(&mut self, customers: &Customers, domain: &str) -> Result<(), Failure> {
        let organization = self.context.clients.essentials()?.organization(self.call, domain).await?;
        let primary = if customers.knows(domain) {
            domain.to_owned()
        } else {
            organization.profile(self.call).await?.primary_domain.to_lowercase()
        };
        self.held.domain.clone_from(&primary);
        match &customers.children {
            Ok(children) => match children.get(&primary) {
                Some(customer) => {
                    self.held.name.clone_from(&customer.name);
                    let model = listed(customer, &customers.home);
                    let state = model.write();
                    let imported = Imported { state, remarks: Vec::new(), model };
                    let id = imported.model.id.text().to_owned();
                    self.take(Kind::Organization, id, imported);
                    if customer.kind.as_deref().is_some_and(|kind| kind != "organization") {
                        self.held.remarks.push(
                            "It is a partner itself: the organizations below it were not looked at. An administrator of it finds them."
                                .to_owned(),
                        );
                    }
                }
                None if primary == customers.home => {
                    self.held.remarks.push(
                        "It is the organization of the account that signs in, which only its own partner manages.".to_owned(),
                    );
                }
                None => self.held.leave_out(
                    Kind::Organization.noun(),
                    format!(
                        "It is not below `{}`, the organization of the account that signs in.",
                        customers.home
                    ),
                ),
            },
            Err(why) => self.held.leave_out(Kind::Organization.noun(), why.clone()),
        }
        if let Some(shown) = organization.settings(self.call).await? {
            return self.synchronized(&shown).await;
        }
        self.held.remarks.push("It has no sync with Microsoft Entra ID.".to_owned());
        Ok(())
    }

    /// What belongs to a sync: the tenant that it names decides where its application is looked for.
    async fn synchronized(&mut self, shown: &Shown) -> Result<(), Failure> {
        let named = shown.primary_domain.clone().unwrap_or_else(|| self.held.domain.clone());
        let graph = match self.context.clients.graph(self.call, Some(&named)).await {
            Ok(graph) => graph,
            Err(failure) => {
                let why = format!("The tenant of `{named}` can't be read. {}", told(failure));
                self.held.leave_out("its application, admin consent and sync", why);
                return Ok(());
            }
        };
        let Some(client_id) = shown.application_id.as_ref().map(|id| id.to_lowercase()) else {
            let why = "Proofpoint does not show which application it signs in as.";
            self.held.leave_out("its application, admin consent and sync", why);
            return Ok(());
        };
        let application = match graph.snapshot(self.call, &client_id).await {
            Ok(snapshot) => self.directory(&graph, &snapshot, &client_id).await?,
            Err(error) => {
                self.held.leave_out("its application and admin consent", told(Failure::from(error)));
                None
            }
        };
        Box::pin(self.sync(application)).await
    }

    /// What the tenant has: the application and what it was granted.
    async fn directory(
        &mut self,
        graph: &Graph,
        snapshot: &Snapshot,
        client_id: &str,
    ) -> Result<Option<ApplicationModel>, Failure> {
        let mut model = None;
        if let Some(application) = &snapshot.application {
            let identity = ApplicationIdentity {
                tenant_id: graph.tenant().as_str().into(),
                object_id: application.object_id.as_str().into(),
            };
            let imported = self.import::<ApplicationModel>(Kind::Application, identity.write()).await;
            if let Some(mut imported) = self.or_left_out(Kind::Application, imported) {
                if is_ours(application) {
                    imported.remarks.push(OF_ANOTHER_STATE.to_owned());
                }
                imported.remarks.extend(of_keys(snapshot, graph.clock().now()));
                if snapshot.service_principal.is_none() {
                    let missing = "It has no service principal in the tenant, which the next apply makes.";
                    imported.remarks.push(missing.to_owned());
                }
                let (id, found) = (imported.model.id.text().to_owned(), imported.model.clone());
                if self.take(Kind::Application, id, imported) {
                    model = Some(found);
                }
            }
        } else {
            let why = self.why_no_application(graph, snapshot, client_id).await;
            self.held.leave_out(Kind::Application.noun(), why);
        }
        if snapshot.service_principal.is_none() {
            let why =
                format!("There is no service principal of `{client_id}` in the tenant `{}`.", graph.tenant());
            self.held.leave_out(Kind::Consent.noun(), why);
            return Ok(model);
        }
        let identity =
            ConsentIdentity { tenant_id: graph.tenant().as_str().into(), client_id: client_id.into() };
        let imported = self.import::<ConsentModel>(Kind::Consent, identity.write()).await;
        let Some(mut imported) = self.or_left_out(Kind::Consent, imported) else { return Ok(model) };
        let granted = &imported.model;
        if granted.delegated_permissions.is_null() && granted.application_permissions.is_null() {
            let why = format!("Nothing of Microsoft Graph was granted to `{client_id}`.");
            self.held.leave_out(Kind::Consent.noun(), why);
            return Ok(model);
        }
        imported.remarks.extend(model.as_ref().and_then(|declared| of_consent(declared, granted)));
        let id = imported.model.id.text().to_owned();
        self.take(Kind::Consent, id, imported);
        Ok(model)
    }

    async fn why_no_application(&self, graph: &Graph, snapshot: &Snapshot, client_id: &str) -> String {
        let tenant = graph.tenant();
        if let Some(principal) = &snapshot.service_principal {
            let home = principal.app_owner_organization_id.as_deref().unwrap_or("another one");
            return format!(
                "The registration of `{client_id}`, which Proofpoint signs in as, is not in the tenant `{tenant}` but in `{home}`. \
                 Import it there."
            );
        }
        let like = match graph.applications().all(self.call).await {
            Ok(all) => {
                let like = all.iter().filter(|one| is_candidate(one));
                let like = like.map(|one| format!("`{}` (client id `{}`)", one.display_name, one.client_id));
                match like.collect::<Vec<_>>().as_slice() {
                    [] => "Nothing in it looks like the sync's application.".to_owned(),
                    like => format!("What looks like the sync's application in it: {}.", like.join(", ")),
                }
            }
            Err(error) => told(Failure::from(error)),
        };
        format!(
            "Proofpoint signs in as the application `{client_id}`, which the tenant `{tenant}` does not have. {like}"
        )
    }

    /// The sync itself. Its key is taken over where the next apply can do that.
    async fn sync(&mut self, application: Option<ApplicationModel>) -> Result<(), Failure> {
        let identity = SyncIdentity { organization: self.held.domain.as_str().into() };
        let imported = self.import::<SyncModel>(Kind::Sync, identity.write()).await;
        let Some(mut imported) = self.or_left_out(Kind::Sync, imported) else { return Ok(()) };
        let id = imported.model.id.text().to_owned();
        let Some(application) = application else {
            imported.remarks.push(KEY_STAYS.to_owned());
            self.take(Kind::Sync, id, imported);
            return Ok(());
        };
        let adoption = AzureSync::adoption(self.context, &imported.model, &application.id).await;
        let (managed, told_of_it) = match adoption {
            Ok(Adoption { managed, problems, remarks }) => {
                (managed, problems.into_iter().chain(remarks).map(told).collect())
            }
            Err(failure) => (None, vec![told(failure)]),
        };
        imported.remarks.extend(managed.is_none().then(|| KEY_STAYS.to_owned()));
        imported.remarks.extend(told_of_it);
        if self.take(Kind::Sync, id, imported)
            && let (Some(managed), Some(taken)) = (managed, self.held.resources.last_mut())
        {
            let mut config: SyncModel = model::read(&taken.config.0)?;
            config.managed_client_secret = managed.into();
            taken.config = Hidden(SyncModel::schema().complete(config.write()));
            taken.takes_key = true;
        }
        Ok(())
    }

    /// Takes over what an import read, with the configuration that leaves it as it is. False, with the reason noted, where that
    /// would be refused.
    fn take<M: Model>(&mut self, kind: Kind, id: String, imported: Imported<M>) -> bool {
        let provider = &self.desk.provider;
        let state = M::schema().complete(imported.state);
        let UpgradeResponse { value: config, mut diagnostics } =
            provider.generate_config(kind.type_name(), &state);
        if !diagnostics.has_errors() {
            let able = ClientCapabilities { write_only_attributes_allowed: true };
            diagnostics = provider.validate_resource(kind.type_name(), &config, able);
        }
        if diagnostics.has_errors() {
            self.held.leave_out(kind.noun(), told(diagnostics));
            return false;
        }
        let config = Hidden(config);
        self.held.resources.push(Taken { kind, id, config, takes_key: false, remarks: imported.remarks });
        true
    }

    /// Reads an object as an import by its identity does; `None` when it is not there.
    async fn import<M: Model>(
        &self,
        kind: Kind,
        identity: Value,
    ) -> Result<Option<Imported<M>>, Diagnostics> {
        let (provider, type_name) = (&self.desk.provider, kind.type_name());
        let StateResponse { state, private, identity, diagnostics } =
            provider.import(type_name, ImportTarget::Identity(identity));
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let type_name = type_name.to_owned();
        let request = ReadRequest { type_name, current: state, private, identity };
        let StateResponse { state, diagnostics, .. } = provider.read(request).await;
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        if state.is_null() {
            return Ok(None);
        }
        let remarks = diagnostics.into_iter().map(told).collect();
        Ok(Some(Imported { model: model::read(&state)?, state, remarks }))
    }

    fn or_left_out<M>(
        &mut self,
        kind: Kind,
        imported: Result<Option<Imported<M>>, Diagnostics>,
    ) -> Option<Imported<M>> {
        let why = match imported {
            Ok(Some(imported)) => return Some(imported),
            Ok(None) => "It is gone.".to_owned(),
            Err(refused) => told(refused),
        };
        self.held.leave_out(kind.noun(), why);
        None
    }
}

/// What is said of an application that bears the provider's own tag.
const OF_ANOTHER_STATE: &str = "This provider made it or has taken it over before: if another state holds it, take it out of that \
                                one first (`removed`, or `state rm`).";

/// What is said where no key is taken over.
const KEY_STAYS: &str =
    "Proofpoint keeps the client secret that it has: without `managed_client_secret` nobody renews it.";

/// What is to be known of the secrets that were made by hand.
fn of_keys(snapshot: &Snapshot, now: Timestamp) -> Option<String> {
    let keys = &snapshot.application.as_ref()?.password_credentials;
    let ended = keys.iter().filter(|key| key.end_date_time.is_some_and(|end| end <= now)).count();
    match (keys.len(), ended) {
        (0, _) => Some("It has no client secret: Proofpoint can't sign in with it.".to_owned()),
        (1, 0) => None,
        (all, ended) if all == ended => Some(format!(
            "Its {} ended: Proofpoint can't sign in.",
            if all == 1 { "client secret has" } else { "client secrets have" }
        )),
        (all, _) => Some(format!(
            "It has {}, of which Proofpoint holds one. The provider removes none that it has not made.",
            counted(all, "client secret")
        )),
    }
}

/// What was declared and not granted.
fn of_consent(declared: &ApplicationModel, granted: &ConsentModel) -> Option<String> {
    let missing = |declared: &Attr<BTreeSet<String>>, granted: &Attr<BTreeSet<String>>| {
        let (declared, granted) = (declared.unwrap_or_default(), granted.unwrap_or_default());
        declared.difference(&granted).map(|name| format!("`{name}`")).collect::<Vec<_>>()
    };
    let delegated = missing(&declared.delegated_permissions, &granted.delegated_permissions);
    let application = missing(&declared.application_permissions, &granted.application_permissions);
    let kinds = [("delegated", delegated), ("application", application)];
    let told: Vec<String> = kinds
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(kind, names)| format!("the {kind} {}", names.join(", ")))
        .collect();
    (!told.is_empty()).then(|| {
        format!(
            "The application declares what was not granted: {}. Add it here to grant it.",
            told.join(" and ")
        )
    })
}
