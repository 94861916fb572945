//! Commands with `-refresh=false`: what is planned and applied goes by the state alone.

use super::{Json, Messages, Plan, Quickstart, plan};

impl Quickstart {
    /// Plans one object without reading it.
    pub(crate) fn plan_unrefreshed(&self, kind: &'static str) -> Plan {
        let domain = self.simulator.tenant().domain.clone();
        self.runtime.block_on(plan(&self.plugin, kind, &domain, &self.objects, &self.changes))
    }

    /// Plans and applies one object without reading it; what was said by both.
    pub(crate) fn change_unrefreshed(&self, kind: &'static str) -> Messages {
        let mut planned = self.plan_unrefreshed(kind);
        let mut said = std::mem::take(&mut planned.messages);
        if !said.has_errors() {
            said.0.append(&mut self.apply(kind, planned).0);
        }
        said
    }

    /// Plans the destruction of an object.
    pub(crate) fn plan_destruction(&self, kind: &'static str) -> Plan {
        let prior = self.stored(kind);
        self.runtime
            .block_on(async { self.plugin.resource(kind).await.plan(prior.as_ref(), Json::Null).await })
    }
}
