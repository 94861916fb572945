//! How long each operation has: as long as its `timeouts` block says, else as long as the resource declares, which is what its
//! page tells.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::attr::{Attr, AttributeType as _};
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::plain;
use crate::provider::Provider;
use crate::resource::{Planned, Resource, ResourceDescription, State};
use crate::service::{ApplyRequest, ConfigureRequest, PlanRequest, ReadRequest, Service as _};
use crate::timeouts::{DefaultTimeouts, Timeouts};
use crate::value::Value;

crate::model! {
    /// A kettle.
    struct Kettle {
        /// What is in it.
        litres: Attr<i64> => optional(),
        timeouts: Attr<Timeouts> => timeouts(),
    }
}

crate::model! {
    /// The kitchen.
    struct KitchenProvider {}
}

/// The operations that were asked for, each with the time that it had.
#[derive(Default)]
struct Kitchen(Mutex<Vec<(&'static str, Duration)>>);

fn note(ctx: &Context<Kitchen>, operation: &'static str) {
    let had = ctx.deadline.duration_since(Instant::now());
    ctx.clients.0.lock().unwrap_or_else(PoisonError::into_inner).push((operation, had));
}

struct KettleResource;

impl Resource for KettleResource {
    plain!(Kettle, Kitchen);

    fn describe(&self) -> ResourceDescription {
        let [create, read, update, delete] =
            [11, 12, 13, 14].map(|minutes| Duration::from_secs(60 * minutes));
        ResourceDescription::new("kettle").timeouts(DefaultTimeouts { create, read, update, delete })
    }

    async fn check(&self, ctx: &Context<Kitchen>, _: &Planned<Self>, _: &mut Diagnostics) {
        note(ctx, "check");
    }

    async fn create(
        &self,
        ctx: &Context<Kitchen>,
        planned: Planned<Self>,
        _: &mut Diagnostics,
    ) -> Result<State<Self>, Diagnostics> {
        note(ctx, "create");
        Ok(State::new(planned.model))
    }

    async fn read(
        &self,
        ctx: &Context<Kitchen>,
        state: State<Self>,
        _: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Diagnostics> {
        note(ctx, "read");
        Ok(Some(state))
    }

    async fn update(
        &self,
        ctx: &Context<Kitchen>,
        _: State<Self>,
        planned: Planned<Self>,
        _: &mut Diagnostics,
    ) -> Result<State<Self>, Diagnostics> {
        note(ctx, "update");
        Ok(State::new(planned.model))
    }

    async fn delete(
        &self,
        ctx: &Context<Kitchen>,
        _: State<Self>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        note(ctx, "delete");
        Ok(())
    }
}

async fn change(provider: &Provider<Kitchen>, prior: &Value, config: &Value) -> Value {
    let planned = provider
        .plan(PlanRequest {
            type_name: "kitchen_kettle".to_owned(),
            prior: prior.clone(),
            proposed: config.clone(),
            config: config.clone(),
            prior_private: Vec::new(),
            prior_identity: None,
        })
        .await;
    assert_eq!(planned.diagnostics, Diagnostics::new());
    let applied = provider
        .apply(ApplyRequest {
            type_name: "kitchen_kettle".to_owned(),
            prior: prior.clone(),
            planned: planned.planned,
            config: config.clone(),
            planned_private: planned.planned_private,
            planned_identity: None,
            abandoned: CancellationToken::new(),
        })
        .await;
    assert_eq!(applied.diagnostics, Diagnostics::new());
    applied.state
}

/// What each operation of a kettle's life had, in the order of that life.
async fn had(timeouts: Attr<Timeouts>) -> Vec<(&'static str, u64)> {
    let configure = |_: KitchenProvider, _: &str| Ok::<_, Diagnostics>(Kitchen::default());
    let provider = Provider::new("kitchen", configure).resource(KettleResource);
    let config = KitchenProvider::default().write();
    let configured = provider.configure(ConfigureRequest { config, terraform_version: "1.15.0".to_owned() });
    assert_eq!(configured, Diagnostics::new());
    let kettle = |litres: i64| Kettle { litres: litres.into(), timeouts: timeouts.clone() }.write();
    let made = change(&provider, &Value::Null, &kettle(1)).await;
    let (current, type_name) = (made.clone(), "kitchen_kettle".to_owned());
    let request = ReadRequest { type_name, current, private: Vec::new(), identity: None };
    assert_eq!(provider.read(request).await.diagnostics, Diagnostics::new());
    let changed = change(&provider, &made, &kettle(2)).await;
    change(&provider, &changed, &Value::Null).await;
    provider.with_clients(|kitchen| {
        let noted = kitchen.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.iter().map(|(operation, had)| (*operation, had.as_secs())).collect()
    })
}

#[tokio::test(start_paused = true)]
async fn each_operation_has_the_time_that_the_resource_declares_for_it() {
    let minutes = |minutes: u64| minutes * 60;
    assert_eq!(
        had(Attr::Null).await,
        [
            ("check", minutes(12)),
            ("create", minutes(11)),
            ("read", minutes(12)),
            ("check", minutes(12)),
            ("update", minutes(13)),
            ("delete", minutes(14)),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn each_member_of_the_block_is_the_time_of_its_own_operation() {
    let timeouts =
        Timeouts { create: "1s".into(), read: "2s".into(), update: "3s".into(), delete: "4s".into() };
    assert_eq!(
        had(Attr::Known(timeouts)).await,
        [("check", 2), ("create", 1), ("read", 2), ("check", 2), ("update", 3), ("delete", 4)]
    );
}
