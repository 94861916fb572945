//! `ValidateActionConfig`, `PlanAction` and `InvokeAction`.

use std::sync::Arc;

use async_trait::async_trait;

use super::{MakeContext, validate};
use crate::action::{Action, Progress};
use crate::diagnostic::Diagnostics;
use crate::model::{self, Model};
use crate::plan::with_defaults;
use crate::schema::Schema;
use crate::timeouts::{DefaultTimeouts, Operation};
use crate::validators::ConfigRule;
use crate::value::Value;

/// An action with its types erased.
#[async_trait]
pub(crate) trait ErasedAction<C>: Send + Sync {
    fn schema(&self) -> &Arc<Schema>;
    fn config_rules(&self) -> Vec<ConfigRule>;
    fn validate(&self, config: &Value) -> Diagnostics;
    async fn plan(&self, context: MakeContext<'_, C>, config: Value) -> Diagnostics;
    async fn invoke(&self, context: MakeContext<'_, C>, config: Value, progress: &Progress) -> Diagnostics;
}

/// An action and its schema.
pub(crate) struct OnDemand<A> {
    action: A,
    schema: Arc<Schema>,
    timeouts: DefaultTimeouts,
}

impl<A: Action> OnDemand<A> {
    pub(crate) fn new(action: A) -> Self {
        let timeouts = DefaultTimeouts::same(action.describe().timeout);
        Self { action, schema: Arc::new(A::Model::schema()), timeouts }
    }

    async fn try_invoke(
        &self,
        context: MakeContext<'_, A::Clients>,
        config: Value,
        progress: &Progress,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let context = context(&self.timeouts, Operation::Update, &Value::Null)?;
        let config = model::read(&with_defaults(&self.schema, config))?;
        self.action.invoke(&context, config, progress, diagnostics).await.map_err(Into::into)
    }
}

#[async_trait]
impl<A: Action> ErasedAction<A::Clients> for OnDemand<A> {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn config_rules(&self) -> Vec<ConfigRule> {
        self.action.config_rules()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let rules = self.action.config_rules();
        validate::whole(&self.schema, config, None, &rules, |config, found| {
            self.action.validate(config, found);
        })
    }

    async fn plan(&self, context: MakeContext<'_, A::Clients>, config: Value) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        // A plan needs no configured provider; its checks do. What they would find is found when the action runs.
        let Ok(context) = context(&self.timeouts, Operation::Read, &Value::Null) else { return diagnostics };
        match model::read(&with_defaults(&self.schema, config)) {
            Ok(config) => self.action.check(&context, &config, &mut diagnostics).await,
            Err(error) => diagnostics.push(error),
        }
        diagnostics
    }

    async fn invoke(
        &self,
        context: MakeContext<'_, A::Clients>,
        config: Value,
        progress: &Progress,
    ) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if let Err(errors) = self.try_invoke(context, config, progress, &mut diagnostics).await {
            diagnostics.append(errors);
        }
        diagnostics
    }
}
