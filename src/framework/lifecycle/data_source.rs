//! `ValidateDataResourceConfig` and `ReadDataSource`.

use std::sync::Arc;

use async_trait::async_trait;

use super::{MakeContext, about, validate};
use crate::data_source::DataSource;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{self, Model};
use crate::plan::with_defaults;
use crate::schema::Schema;
use crate::timeouts::{DefaultTimeouts, Operation};
use crate::validators::ConfigRule;
use crate::value::Value;

/// A data source with its types erased.
#[async_trait]
pub(crate) trait ErasedDataSource<C>: Send + Sync {
    fn schema(&self) -> &Arc<Schema>;
    fn timeouts(&self) -> DefaultTimeouts;
    fn config_rules(&self) -> Vec<ConfigRule>;
    fn validate(&self, config: &Value) -> Diagnostics;
    async fn read(
        &self,
        context: MakeContext<'_, C>,
        config: Value,
        diagnostics: &mut Diagnostics,
    ) -> Result<Value, Diagnostics>;
}

/// A data source and its schema.
pub(crate) struct Source<D> {
    reader: D,
    schema: Arc<Schema>,
    timeouts: DefaultTimeouts,
}

impl<D: DataSource> Source<D> {
    pub(crate) fn new(reader: D) -> Self {
        let timeouts = reader.describe().timeouts;
        Self { reader, schema: Arc::new(D::Model::schema()), timeouts }
    }

    async fn result(
        &self,
        context: MakeContext<'_, D::Clients>,
        config: &Value,
        arguments: D::Model,
        diagnostics: &mut Diagnostics,
    ) -> Result<Value, Diagnostics> {
        let context = context(&self.timeouts, Operation::Read, config)?;
        let result = self.reader.read(&context, arguments, diagnostics).await.map_err(Into::into)?;
        if diagnostics.has_errors() {
            return Err(Diagnostics::new());
        }
        Ok(result_of(&self.schema, &result, "read")?)
    }
}

#[async_trait]
impl<D: DataSource> ErasedDataSource<D::Clients> for Source<D> {
    fn config_rules(&self) -> Vec<ConfigRule> {
        self.reader.config_rules()
    }

    fn timeouts(&self) -> DefaultTimeouts {
        self.timeouts
    }

    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let rules = self.reader.config_rules();
        validate::whole(&self.schema, config, None, &rules, |config, found| {
            self.reader.validate(config, found);
        })
    }

    async fn read(
        &self,
        context: MakeContext<'_, D::Clients>,
        config: Value,
        diagnostics: &mut Diagnostics,
    ) -> Result<Value, Diagnostics> {
        let arguments: D::Model = model::read(&with_defaults(&self.schema, config.clone()))?;
        let subject = self.reader.subject(&arguments);
        let read = self.result(context, &config, arguments, diagnostics).await;
        *diagnostics = about(std::mem::take(diagnostics), subject.as_deref());
        read.map_err(|errors| about(errors, subject.as_deref()))
    }
}

/// The value of arguments and results, all of which are known by now.
pub(super) fn result_of<M: Model>(schema: &Schema, result: &M, operation: &str) -> Result<Value, Diagnostic> {
    let value = schema.complete(result.write());
    match value.first_unknown() {
        Some(path) => {
            let detail = format!("`{path}` is unknown after the {operation}. This is a bug in the provider.");
            Err(Diagnostic::error("Unknown value left over", detail).at(path))
        }
        None => Ok(value),
    }
}
