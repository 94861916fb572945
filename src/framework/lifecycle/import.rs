//! `ImportResourceState`.

use super::Managed;
use crate::diagnostic::Diagnostics;
use crate::model;
use crate::private::Private;
use crate::resource::{ImportBy, Resource, State};
use crate::service::{ImportTarget, StateResponse};
use crate::value::Value;

impl<R: Resource> Managed<R> {
    pub(super) fn imported(&self, target: ImportTarget) -> StateResponse {
        self.import_state(target)
            .unwrap_or_else(|diagnostics| StateResponse { diagnostics, ..StateResponse::default() })
    }

    fn import_state(&self, target: ImportTarget) -> Result<StateResponse, Diagnostics> {
        let (by, given) = match target {
            ImportTarget::Id(id) => (ImportBy::Id(id), None),
            ImportTarget::Identity(identity) => {
                (ImportBy::Identity(model::read::<R::Identity>(&identity)?), Some(identity))
            }
        };
        let state = self.resource.import(by).map_err(Into::into)?;
        self.stub(&state, given, "import")
    }

    /// A state that the read which follows fills in.
    pub(super) fn stub(
        &self,
        state: &State<R>,
        given: Option<Value>,
        operation: &str,
    ) -> Result<StateResponse, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let value = self.settle(&Value::Null, &state.model, &state.model);
        let value = Self::known(value, operation, &mut diagnostics);
        let private = Private::<R::Private>::read(&[])?.write(&state.private)?;
        let identity = self.identity_of(&state.model).or(given);
        Ok(StateResponse { state: value, private, identity, diagnostics })
    }
}
