//! A framework for Terraform and OpenTofu providers, which names no vendor.
//!
//! A provider author meets [`model!`](crate::model!), the traits [`resource::Resource`], [`data_source::DataSource`],
//! [`function::Function`], [`ephemeral::EphemeralResource`], [`list::ListResource`], [`action::Action`] and
//! [`subcommand::Subcommand`], [`provider::Provider`], which registers them, and [`run`], which is a provider's whole `main`.
//! All but `run` comes with `use framework::prelude::*;`. A server meets [`service::Service`], which a provider implements: one method per remote
//! procedure.
//!
//! # A resource file
//!
//! `example.rs` beside this file is a complete one, and what the tests of the life cycle run. In short:
//!
//! ```ignore
//! model! {
//!     /// A shelf in the library.                         <- description of the resource
//!     pub struct Shelf {
//!         /// Number of the shelf.                        <- description of the attribute
//!         id: Attr<String> => computed().use_state_for_unknown(),
//!         /// What stands on it.
//!         label: Attr<String> => required().validate(length(1, 20)),
//!         /// Wood it is made of.
//!         wood: Attr<String> => optional().computed().default_value("oak").requires_replace(),
//!         /// How it is lit; a removed block goes back to its defaults.
//!         light: Attr<Light> => optional().computed().default_members(),
//!         timeouts: Attr<Timeouts> => timeouts(),
//!     }
//! }
//!
//! impl Resource for ShelfResource {
//!     type Model = Shelf;                 // configuration, plan and state
//!     type Identity = ShelfIdentity;      // or NoIdentity
//!     type Private = ShelfFacts;          // or ()
//!     type Clients = Library;             // what the provider's configuration made
//!     type Error = Diagnostics;           // or the author's own, which `?` makes of those of the layers below
//!     // or all five in a line, for one without identity and private facts: plain!(Shelf, Library);
//!
//!     fn describe(&self) -> ResourceDescription {
//!         // The type is called `PROVIDER_shelf`.
//!         ResourceDescription::new("shelf")
//!     }
//!
//!     async fn create(&self, ctx: &Context<Library>, planned: Planned<Self>, _: &mut Diagnostics)
//!         -> Settled<Self>
//!     {
//!         let mut shelf = planned.model;  // planned.config holds the write-only values
//!         shelf.id = ctx.clients.build(&shelf).await?.into();
//!         Ok(State::new(shelf))
//!     }
//!     // ... read, update, delete, import, identity; validate, plan, check where needed
//! }
//! ```
//!
//! A closed set of words is an enum, declared with [`words!`](crate::words!): the rule, the page and the conversion follow from
//! the type of the attribute. A resource is imported by the attribute that
//! [`imported_by`](resource::ResourceDescription::imported_by) names, or as its own
//! [`import`](resource::Resource::import) says.
//!
//! # How a plan comes about
//!
//! 1. Core calls [`Resource::validate`](resource::Resource::validate) with the configuration, in which anything may be unknown.
//!    The rules of the attributes have been applied before; what is certainly wrong is refused here.
//! 2. Core merges configuration and prior state into a proposal. The framework fills in defaults, makes write-only values
//!    null, and, if anything changes at all, makes unknown what the provider decides.
//! 3. The rules of the attributes follow: `use_state_for_unknown` brings the prior value back, `requires_replace` asks for
//!    another object, `same_if` keeps the prior spelling.
//! 4. [`Resource::plan`](resource::Resource::plan) adjusts what only the resource can know. It is synchronous, is given no
//!    clients, and must answer the same twice: core asks again while it applies and compares.
//! 5. [`Resource::check`](resource::Resource::check) may look at the remote side. It adds diagnostics and never values.
//! 6. [`Resource::create`](resource::Resource::create) or [`update`](resource::Resource::update) gets exactly that plan. What
//!    was known in it must be returned as it is.
//!
//! # What each method may do
//!
//! | method | other than compute | an error |
//! |---|---|---|
//! | `config_rules`, `validate`, `plan`, `plan_destroy`, `loaded`, `upgrades`, `moves`, `import`, `identity`, `generated` | nothing | refuses, where it can |
//! | `check` | read the remote side | refuses the plan |
//! | `read` | read the remote side | keeps the state |
//! | `create` | write | leaves no state: the next create finds what was made |
//! | `update` | write | keeps the prior state and private facts |
//! | `delete` | write | keeps the state |
//! | `read` of a data source, `list` of a list resource | read the remote side | there is no result |
//! | `open`, `renew`, `close` of an ephemeral resource | write | there is no result, or what was opened ends by itself |
//! | `invoke` of an action | write | is all that is told of it: nothing is kept |
//!
//! # How errors become diagnostics
//!
//! Operations fail with a type of the author's, [`Resource::Error`](resource::Resource::Error), so that `?` takes the errors
//! of the layers below; it becomes [`diagnostic::Diagnostics`] at the boundary, and a provider without layers uses that type
//! itself. [`Diagnostic::at`](diagnostic::Diagnostic::at) names the attribute, with the path that `model!` gives every field:
//! `Shelf::label()`. Warnings, and errors beside a result, go into the `diagnostics` that methods are given: an error there,
//! together with a state, keeps that state. A panic becomes a diagnostic too, and the process goes on.
//!
//! # What the framework does around it
//!
//! - What a model leaves alone in a plan keeps exactly the value that core proposed.
//! - `planned` is one struct with configuration, prior state and private facts in it, so that methods take few
//!   arguments; a [`resource::State`] holds no identity, because the framework asks
//!   [`Resource::identity`](resource::Resource::identity) for it wherever the protocol wants one.
//! - A failed create leaves no state, a failed update the prior state and private facts.
//! - Debug builds hold every plan and result against core's own rules (`plan::verify`).
//! - [`provider::Provider::check`] finds what core would refuse in a schema: call it in a unit test.
//!
//! # From resources to a provider
//!
//! - [`provider::Provider`] registers them, and [`run`] in `main` serves it; [`Program`] says what it is called.
//! - `tf-provider-docs` renders the pages from the schema and from `examples/`: a program of its own, of some lines.
//! - `tf-plugin-client` starts the built provider in a test and calls it as core does, or drives it in every CLI.
//!
//! `examples/another-provider` in this repository has all of them: a provider, its two programs, its pages and its tests.
//!
//! # Limits
//!
//! Elements of sets have no address, so they hold no defaults; an object that is optional and computed and holds
//! required attributes needs `use_state_for_unknown`, since core proposes to drop it whenever it is not configured.
//!
//! There are no tuples, and no objects without a schema. Users would have to know a tuple's parts by their position, and core
//! turns it into a list wherever a configuration handles it; a model has names, documentation and rules for them, and costs
//! four lines. What has no fixed shape is an `Attr<Value>`. Arguments and results of functions can be models too, which are
//! plain objects there.

pub mod action;
pub mod attr;
pub mod context;
pub mod data_source;
pub mod description;
pub mod diagnostic;
mod duration;
pub mod ephemeral;
#[cfg(test)]
pub(crate) mod example;
pub mod function;
pub mod hcl;
#[cfg(test)]
mod library_desk;
mod lifecycle;
pub mod list;
pub mod model;
pub mod or_other;
mod ordered;
pub mod path;
pub mod plan;
#[doc(hidden)]
pub mod plugin;
pub mod prelude;
mod private;
mod program;
#[doc(hidden)]
pub mod protocol;
pub mod provider;
pub mod resource;
pub mod schema;
#[doc(hidden)]
pub mod server;
#[doc(hidden)]
pub mod service;
pub mod set;
mod stdout;
pub mod subcommand;
pub mod timeouts;
pub mod validators;
pub mod value;
#[doc(hidden)]
pub mod words;

pub use program::{Program, run};
