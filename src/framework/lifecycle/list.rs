//! `ValidateListResourceConfig` and `ListResource`.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{MakeContext, validate};
use crate::diagnostic::Diagnostics;
use crate::list::{Finds, ListResource, Query};
use crate::model::{self, Model};
use crate::plan::with_defaults;
use crate::resource::Resource;
use crate::schema::Schema;
use crate::service::{ListEvent, ListRequest};
use crate::timeouts::{DefaultTimeouts, Operation};
use crate::validators::ConfigRule;
use crate::value::Value;

/// A list with its types erased.
#[async_trait]
pub(crate) trait ErasedList<C>: Send + Sync {
    fn schema(&self) -> &Arc<Schema>;
    fn config_rules(&self) -> Vec<ConfigRule>;
    fn validate(&self, config: &Value) -> Diagnostics;
    async fn list(&self, context: MakeContext<'_, C>, request: ListRequest, finds: mpsc::Sender<ListEvent>);
}

/// A list and its schema.
pub(crate) struct Listing<L> {
    list: L,
    schema: Arc<Schema>,
    timeouts: DefaultTimeouts,
}

impl<L: ListResource> Listing<L> {
    pub(crate) fn new(list: L) -> Self {
        let timeouts = DefaultTimeouts::same(list.describe().timeout);
        Self { list, schema: Arc::new(L::Config::schema()), timeouts }
    }

    async fn search(
        &self,
        context: MakeContext<'_, <L::Resource as Resource>::Clients>,
        request: ListRequest,
        finds: mpsc::Sender<ListEvent>,
    ) -> Result<(), Diagnostics> {
        let context = context(&self.timeouts, Operation::Read, &Value::Null)?;
        let config = model::read(&with_defaults(&self.schema, request.config))?;
        let query = Query { config, objects: request.include_objects, limit: request.limit };
        let mut finds = Finds::new(finds, request.limit, request.include_objects);
        self.list.list(&context, query, &mut finds).await.map_err(Into::into)
    }
}

#[async_trait]
impl<L: ListResource> ErasedList<<L::Resource as Resource>::Clients> for Listing<L> {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn config_rules(&self) -> Vec<ConfigRule> {
        self.list.config_rules()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let rules = self.list.config_rules();
        validate::whole(&self.schema, config, None, &rules, |config, found| {
            self.list.validate(config, found);
        })
    }

    async fn list(
        &self,
        context: MakeContext<'_, <L::Resource as Resource>::Clients>,
        request: ListRequest,
        finds: mpsc::Sender<ListEvent>,
    ) {
        if let Err(diagnostics) = self.search(context, request, finds.clone()).await {
            // Nobody listens any more.
            let _ = finds.send(ListEvent { diagnostics, ..ListEvent::default() }).await;
        }
    }
}
