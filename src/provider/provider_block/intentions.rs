//! What the parts of one configuration say about the same organization, kept while the process lives: for warnings, never
//! for values.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sync_report::{Section, Switches, SyncVersion};

/// What a sync is about to be, or is.
#[derive(Debug, Clone)]
pub(crate) struct SyncIntention {
    /// Its switches.
    pub switches: Switches,
    /// The addresses that it leaves alone; `None` where the configuration does not manage them.
    pub exemptions: Option<BTreeSet<String>>,
    /// The version that is assumed; `None` where nobody says.
    pub version: Option<SyncVersion>,
    /// Hours between automatic runs; 0 for none.
    pub frequency: i64,
}

/// What a preview was made with, and what it showed.
#[derive(Debug)]
pub(crate) struct PreviewIntention {
    /// The switches that it went by.
    pub switches: Switches,
    /// Those of them that the configuration names; the others were the organization's own.
    pub named: BTreeSet<&'static str>,
    /// The addresses that the configuration names.
    pub exemptions: Option<BTreeSet<String>>,
    /// The version that is assumed.
    pub version: SyncVersion,
    /// The rows that a run may enact.
    pub changes: BTreeMap<String, String>,
    /// The rows that a run leaves, each with the reason.
    pub left: BTreeMap<String, String>,
    /// The accounts of which nothing proves that they should go or stay.
    pub unmatched: Section,
}

/// An organization that is about to be made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Newcomer {
    /// Its licences.
    pub licences: Option<u64>,
    /// Its domains, the primary one and those that the same plan adds.
    pub domains: BTreeSet<String>,
}

/// What was said so far, by the domain that names the organization, or by client id.
#[derive(Debug, Default)]
pub(crate) struct Intentions {
    syncs: Said<SyncIntention>,
    previews: Said<PreviewIntention>,
    consents: Said<BTreeSet<String>>,
    /// By primary domain.
    newcomers: Mutex<BTreeMap<String, Newcomer>>,
    /// Ids of objects that a state has.
    held: Mutex<BTreeSet<String>>,
    /// Ids of objects that a plan has said are taken over.
    taken_over: Mutex<BTreeSet<String>>,
}

type Said<T> = Mutex<HashMap<String, Arc<T>>>;

impl Intentions {
    /// Keeps what a sync is planned to be.
    pub(crate) fn keep_sync(&self, domain: &str, sync: SyncIntention) {
        keep(&self.syncs, domain, sync);
    }

    /// What the sync of an organization is planned to be, if it is in this configuration.
    pub(crate) fn sync(&self, domain: &str) -> Option<Arc<SyncIntention>> {
        get(&self.syncs, domain)
    }

    /// Keeps which application permissions a consent is planned to give.
    pub(crate) fn keep_consent(&self, client_id: &str, application_permissions: BTreeSet<String>) {
        keep(&self.consents, client_id, application_permissions);
    }

    /// The application permissions that this plan gives an application, if its consent was planned before.
    pub(crate) fn consent(&self, client_id: &str) -> Arc<BTreeSet<String>> {
        get(&self.consents, client_id).unwrap_or_default()
    }

    /// Keeps that a state of this configuration has an object.
    pub(crate) fn keep_held(&self, id: &str) {
        locked(&self.held).insert(id.to_owned());
    }

    /// Whether a state of this configuration has an object, as far as this process was told: the same plan may replace it.
    pub(crate) fn is_held(&self, id: &str) -> bool {
        locked(&self.held).contains(id)
    }

    /// Keeps that a plan has said what taking over an object means. An apply plans once more before it creates: what that has
    /// said need not be said again.
    pub(crate) fn keep_taken_over(&self, id: &str) {
        locked(&self.taken_over).insert(id.to_owned());
    }

    /// Whether it was said.
    pub(crate) fn is_taken_over(&self, id: &str) -> bool {
        locked(&self.taken_over).contains(id)
    }

    /// Keeps that an organization is about to be made: what depends on it can't ask for it yet.
    pub(crate) fn keep_newcomer(&self, primary_domain: &str, licences: Option<u64>) {
        let primary_domain = primary_domain.to_lowercase();
        let newcomer = Newcomer { licences, domains: BTreeSet::from([primary_domain.clone()]) };
        self.newcomers().insert(primary_domain, newcomer);
    }

    /// Keeps that a domain is about to be added to an organization, if that is about to be made.
    pub(crate) fn keep_domain(&self, organization: &str, domain: &str) {
        if let Some(newcomer) = self.newcomers().get_mut(&organization.to_lowercase()) {
            newcomer.domains.insert(domain.to_lowercase());
        }
    }

    /// The organization is made.
    pub(crate) fn forget_newcomer(&self, primary_domain: &str) {
        self.newcomers().remove(&primary_domain.to_lowercase());
    }

    /// The organization of this domain, if it is about to be made.
    pub(crate) fn newcomer(&self, domain: &str) -> Option<Newcomer> {
        let domain = domain.to_lowercase();
        self.newcomers().values().find(|newcomer| newcomer.domains.contains(&domain)).cloned()
    }

    fn newcomers(&self) -> MutexGuard<'_, BTreeMap<String, Newcomer>> {
        self.newcomers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what a preview showed.
    pub(crate) fn keep_preview(&self, domain: &str, preview: PreviewIntention) {
        keep(&self.previews, domain, preview);
    }

    /// What the preview of an organization showed, if it was read by this process.
    pub(crate) fn preview(&self, domain: &str) -> Option<Arc<PreviewIntention>> {
        get(&self.previews, domain)
    }
}

fn locked(ids: &Mutex<BTreeSet<String>>) -> MutexGuard<'_, BTreeSet<String>> {
    ids.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep<T>(said: &Said<T>, about: &str, value: T) {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    said.insert(about.to_lowercase(), Arc::new(value));
}

fn get<T>(said: &Said<T>, about: &str) -> Option<Arc<T>> {
    said.lock().unwrap_or_else(PoisonError::into_inner).get(&about.to_lowercase()).cloned()
}
