//! What a file with a resource, a data source or a function begins with: `use framework::prelude::*;`.

pub use crate::action::{Action, Progress};
pub use crate::attr::{Attr, Secret};
pub use crate::context::Context;
pub use crate::data_source::{DataSource, DataSourceDescription};
pub use crate::description::Description;
pub use crate::diagnostic::{Diagnostic, Diagnostics};
pub use crate::ephemeral::{EphemeralResource, Opened, Renewed};
pub use crate::function::{Function, FunctionDescription, FunctionError, Variadic};
pub use crate::list::{Find, Finds, ListResource, Query};
pub use crate::or_other::OrOther;
pub use crate::path::Path;
pub use crate::provider::Provider;
pub use crate::resource::{
    Found, ImportBy, NoIdentity, Planned, Planning, Resource, ResourceDescription, Settled, State,
};
pub use crate::set::Set;
pub use crate::subcommand::{Completion, Invocation, Running, Subcommand, Terminal};
pub use crate::timeouts::{DefaultTimeouts, ReadTimeouts, Timeouts};
pub use crate::validators::*;
pub use crate::value::{Type, Value};
pub use crate::{Program, model, plain, words};
