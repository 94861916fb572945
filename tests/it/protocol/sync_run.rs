//! Reviewed runs: limits, rows that no longer hold, and interruptions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::support::named::expect_named;
use crate::support::plugin;
use crate::support::plugin::Plugin;
use crate::support::plugin::calls::{Messages, Plan, Stored};
use crate::support::plugin::messages::stop_provider;
use crate::support::plugin::values::UNKNOWN;
use crate::support::simulator::Simulator;

const RUN: &str = "proofpoint_azure_sync_run";

/// An organization that is synced by reviewed runs only, and a provider.
pub(super) struct Reviewed {
    pub(super) simulator: Simulator,
    runtime: Runtime,
    plugin: Arc<Plugin>,
    pub(super) domain: String,
}

impl Reviewed {
    pub(super) fn start(arguments: &[&str]) -> Self {
        let simulator = Simulator::start(&[&["--plain"], arguments].concat());
        let tenant = simulator.tenant().clone();
        let runtime = Runtime::new().unwrap();
        let plugin = Arc::new(runtime.block_on(configured(&simulator)));
        let world = Self { simulator, runtime, plugin, domain: tenant.domain.clone() };
        let settings = tenant.sync_settings(&json!({ "add_groups": false, "update_groups": false }));
        world.essentials(Method::PUT, "settings/azure", Some(&settings));
        world.simulator.forget_requests();
        world
    }

    pub(super) fn essentials(&self, method: Method, path: &str, body: Option<&Json>) -> Json {
        let path = format!("orgs/{}/{path}", self.domain);
        self.simulator.essentials_done(method, &path, body)
    }

    pub(super) fn graph(&self, method: Method, path: &str, body: Option<&Json>) {
        self.simulator.graph_done(method, path, body);
    }

    /// The rows that there are to enact now.
    fn rows(&self) -> Map<String, Json> {
        self.preview(json!({}))["changes"].as_object().expect("rows").clone()
    }

    /// What a preview with these arguments answers.
    pub(super) fn preview(&self, arguments: Json) -> Json {
        let mut config = arguments;
        config["domain"] = json!(self.domain);
        let (state, said) = self.runtime.block_on(self.plugin.data("proofpoint_azure_sync_preview", config));
        said.expect_none();
        state
    }

    pub(super) fn plan(&self, arguments: Json) -> Plan {
        let mut config = arguments;
        config["domain"] = json!(self.domain);
        let planned =
            self.runtime.block_on(async { self.plugin.resource(RUN).await.plan(None, config).await });
        expect_named(&planned.messages, &json!(self.domain));
        planned
    }

    /// Plans an object of another type in the same process.
    pub(super) fn plan_other(&self, kind: &str, config: Json) -> Plan {
        let planned =
            self.runtime.block_on(async { self.plugin.resource(kind).await.plan(None, config).await });
        assert!(!planned.messages.has_errors(), "{}", planned.messages);
        planned
    }

    /// Makes an object of another type.
    pub(super) fn apply_other(&self, kind: &str, config: Json) -> Stored {
        let planned = self.plan_other(kind, config);
        let applied =
            self.runtime.block_on(async { self.plugin.resource(kind).await.apply(None, planned).await });
        assert!(!applied.messages.has_errors(), "{}", applied.messages);
        applied
    }

    /// Reads an object of another type.
    pub(super) fn read_other(&self, kind: &str, stored: &Stored) {
        let read = self.runtime.block_on(async { self.plugin.resource(kind).await.read(stored).await });
        assert!(!read.messages.has_errors(), "{}", read.messages);
    }

    /// Another process, as the next command of a CLI has it.
    pub(super) fn restart(&mut self) {
        self.plugin = Arc::new(self.runtime.block_on(configured(&self.simulator)));
    }

    /// What the next command plans of a run that was applied: it is loaded and read first, with what is said then before the
    /// rest.
    pub(super) fn plan_next(&self, stored: &mut Stored, arguments: Json) -> Plan {
        let mut config = arguments;
        config["domain"] = json!(self.domain);
        let mut planned = self.runtime.block_on(async {
            let run = self.plugin.resource(RUN).await;
            let (loaded, said) = run.upgrade(0, &stored.state).await;
            said.expect_none();
            *stored = run.read(&Stored { state: loaded, ..stored.clone() }).await;
            run.plan(Some(stored), config).await
        });
        planned.messages.0.splice(0..0, std::mem::take(&mut stored.messages.0));
        expect_named(&planned.messages, &json!(self.domain));
        planned
    }

    pub(super) fn apply(&self, planned: Plan) -> Stored {
        self.apply_to(None, planned)
    }

    pub(super) fn apply_to(&self, prior: Option<&Stored>, planned: Plan) -> Stored {
        let applied =
            self.runtime.block_on(async { self.plugin.resource(RUN).await.apply(prior, planned).await });
        expect_named(&applied.messages, &json!(self.domain));
        applied
    }

    pub(super) fn destroy(&self, stored: &Stored) -> Stored {
        self.runtime.block_on(async {
            let run = self.plugin.resource(RUN).await;
            let planned = run.plan(Some(stored), Json::Null).await;
            assert!(!planned.messages.has_errors(), "{}", planned.messages);
            run.apply(Some(stored), planned).await
        })
    }

    /// Imports a run and reads it, as core does.
    pub(super) fn import(&self, id: &str) -> Stored {
        self.runtime.block_on(async {
            let run = self.plugin.resource(RUN).await;
            let imported = run.import(id).await;
            imported.messages.expect_none();
            run.read(&imported).await
        })
    }

    /// Begins to apply, and comes back while the first request that creates accounts is on its way.
    fn begin(&self, planned: Plan) -> JoinHandle<Stored> {
        let slow = json!([{ "method": "POST", "path": "/api/v1/orgs/*/users", "delay": 1000, "count": 1 }]);
        self.simulator.set_faults(&slow);
        let plugin = Arc::clone(&self.plugin);
        let apply = self.runtime.spawn(async move { plugin.resource(RUN).await.apply(None, planned).await });
        while self.simulator.control(Method::GET, "faults", None)[0]["count"] != 0 {
            assert!(!apply.is_finished(), "the apply ended too early");
        }
        apply
    }

    /// Nothing but the run writes after the last [`Simulator::forget_requests`].
    pub(super) fn expect_no_writes(&self) {
        assert_eq!(self.simulator.writes(), []);
    }
}

async fn configured(simulator: &Simulator) -> Plugin {
    let plugin = plugin::start(&simulator.environment()).await;
    plugin.configure(json!({})).await.expect_none();
    plugin
}

/// The warning of what a run does, which must be the only one of its kind, without an error.
#[track_caller]
pub(super) fn told(said: &Messages) -> &str {
    assert!(!said.has_errors(), "{said}");
    let title = "What this run does to people of contoso.com";
    let told: Vec<_> = said.0.iter().filter(|message| message.summary == title).collect();
    assert_eq!(told.len(), 1, "{said}");
    &told[0].detail
}

/// The message about the limit, which must be the only error.
#[track_caller]
fn excess(said: &Messages) -> &str {
    let error = said.expect_error();
    assert_eq!(
        (error.path.as_str(), error.summary.as_str()),
        ("max_deletions", "More deletions than allowed at contoso.com")
    );
    error.detail.split(" Check why").next().unwrap()
}

#[test]
fn a_limit_is_judged_while_planning_where_it_is_known_and_says_what_it_counts() {
    let world = Reviewed::start(&[]);
    let rows: Map<String, Json> =
        (1..=5).map(|number| (format!("p{number}@contoso.com"), json!("delete end_user: gone"))).collect();
    let said = |max_deletions: &str, on_excess: &str| {
        let arguments = json!({ "changes": rows, "max_deletions": max_deletions, "on_excess": on_excess });
        world.plan(arguments).messages
    };
    let counted = said("3", "error");
    assert_eq!(excess(&counted), "The run would delete 5 accounts; `max_deletions` allows 3.");
    let share = said("10%", "error");
    let accounts = world.essentials(Method::GET, "users", None);
    let active = accounts["users"].as_array().unwrap().iter().filter(|account| {
        account["is_active"] == true && !account["type"].as_str().unwrap().ends_with("admin")
    });
    let active = active.count();
    assert_eq!(
        excess(&share),
        format!(
            "The run would delete 5 accounts; `max_deletions` = 10% allows 2 of {active} active accounts."
        )
    );
    told(&said("5", "error"));
    told(&said(UNKNOWN, "error"));
    told(&said("3", UNKNOWN));
    let withheld = said("3", "withhold");
    // Nothing else: nobody is said to lose mail who does not.
    assert!(withheld.0.len() == 1 && !withheld.has_errors(), "{withheld}");
    assert!(withheld.warns("More deletions than allowed at contoso.com"), "{withheld}");
    world.expect_no_writes();
}

#[test]
fn an_imported_run_enacts_as_one_that_was_made_here_does() {
    let world = Reviewed::start(&[]);
    let import =
        |id: &str| world.runtime.block_on(async { world.plugin.resource(RUN).await.import(id).await });
    let refused = import("contoso").messages;
    assert!(refused.expect_error().detail.contains("`contoso.com`"), "{refused}");

    let mut run = import(&world.domain);
    let arguments = json!({ "changes": world.rows() });
    let planned = world.plan_next(&mut run, arguments.clone());
    assert_eq!(run.state["tenant_id"], json!(world.simulator.tenant().tenant_id));
    told(&planned.messages);
    let mut run = world.apply_to(Some(&run), planned);
    assert!(!run.messages.has_errors(), "{}", run.messages);
    assert_eq!(world.rows(), Map::new());
    let again = world.plan_next(&mut run, json!({ "changes": {} }));
    assert_eq!(again.state["run_at"], run.state["run_at"]);
}

#[test]
fn a_limit_binds_when_rows_are_applied_that_were_not_known_while_planning() {
    let world = Reviewed::start(&[]);
    let mut planned = world.plan(json!({ "changes": UNKNOWN, "max_deletions": "0" }));
    planned.messages.expect_none();
    assert_eq!((&planned.state["run_at"], &planned.state["left"]), (&json!(UNKNOWN), &json!(UNKNOWN)));

    let rows = world.rows();
    assert!(rows["jack.king@contoso.com"].as_str().unwrap().starts_with("delete "), "{rows:?}");
    planned.config["changes"] = rows.clone().into();
    planned.state["changes"] = rows.into();
    let applied = world.apply(planned);
    assert_eq!(excess(&applied.messages), "The run would delete 1 account; `max_deletions` allows 0.");
    assert!(applied.state.is_null(), "{:#}", applied.state);
    world.expect_no_writes();
}

#[test]
fn a_share_is_judged_again_by_the_accounts_there_are_when_a_saved_plan_is_applied() {
    let world = Reviewed::start(&[]);
    world.graph(Method::DELETE, "users/ben.cole@contoso.com", None);
    let planned = world.plan(json!({ "changes": world.rows(), "max_deletions": "15%" }));
    told(&planned.messages);

    // Two of eleven may go, and one of six.
    for name in ["anna.berg", "carla.diaz", "david.evans", "erin.fox", "scanner"] {
        world.essentials(Method::DELETE, &format!("users/{name}@contoso.com"), None);
    }
    world.simulator.forget_requests();
    let refused = world.apply(planned);
    let detail = excess(&refused.messages);
    assert!(
        detail.starts_with("The run would delete 2 accounts; `max_deletions` = 15% allows 1 of"),
        "{detail}"
    );
    world.expect_no_writes();
}

#[test]
fn an_update_that_is_another_one_by_now_keeps_everything_from_being_written() {
    let world = Reviewed::start(&[]);
    let planned = world.plan(json!({ "changes": world.rows() }));
    told(&planned.messages);
    world.graph(Method::PATCH, "users/irene.jones@contoso.com", Some(&json!({ "surname": "Smith" })));
    world.simulator.forget_requests();
    let refused = world.apply(planned);
    let error = refused.messages.expect_error();
    assert_eq!(error.summary, "Planned rows of contoso.com no longer hold");
    assert!(error.detail.contains("irene.jones@contoso.com  now the row is `update "), "{error}");
    assert!(!error.detail.contains("jack.king"), "{error}");
    world.expect_no_writes();
}

#[test]
fn rows_are_named_by_addresses_in_lower_case() {
    let runtime = Runtime::new().unwrap();
    let said = runtime.block_on(async {
        let plugin = plugin::start(&[].into()).await;
        let rows = json!({ "Jack.King@contoso.com": "delete end_user: gone" });
        plugin.resource(RUN).await.validate(json!({ "domain": "contoso.com", "changes": rows })).await
    });
    let error = said.expect_error();
    assert_eq!(error.path, r#"changes["Jack.King@contoso.com"]"#);
    assert!(error.detail.contains("Write `jack.king@contoso.com`."), "{error}");
}

#[test]
fn an_interrupted_run_finishes_its_batch_and_the_next_plan_shows_the_rest() {
    let mut world = Reviewed::start(&["--users", "80", "--groups", "0"]);
    let accounts = world.essentials(Method::GET, "users", None);
    let users = accounts["users"].as_array().unwrap().iter().filter(|account| account["type"] == "end_user");
    for user in users {
        world.essentials(Method::DELETE, &format!("users/{}", user["primary_email"].as_str().unwrap()), None);
    }
    let rows = world.rows();
    let additions: BTreeSet<&String> = rows.keys().collect();
    assert!(
        additions.len() > 50 && rows.values().all(|row| row.as_str().unwrap().starts_with("add ")),
        "{rows:?}"
    );
    let planned = world.plan(json!({ "changes": rows.clone() }));
    world.simulator.forget_requests();

    // While the first batch is on its way, somebody presses Ctrl-C.
    let apply = world.begin(planned);
    let stop = async { world.plugin.rpc().stop_provider(stop_provider::Request {}).await.map(drop) };
    world.runtime.block_on(stop).unwrap();
    let applied = world.runtime.block_on(apply).unwrap();

    let writes = world.simulator.writes();
    assert_eq!(writes.iter().map(|write| write.status).collect::<Vec<_>>(), [207], "{writes:?}");
    let left = applied.state["left"].as_object().unwrap_or_else(|| panic!("{}", applied.messages));
    assert_eq!(left.len(), additions.len() - 50);
    assert!(left.values().all(|reason| reason == "add: not attempted"), "{left:?}");
    let [said] = applied.messages.0.as_slice() else { panic!("{}", applied.messages) };
    assert!(!said.error && said.detail.starts_with("The run was interrupted."), "{said}");

    world.plugin = Arc::new(world.runtime.block_on(configured(&world.simulator)));
    let rest = world.rows();
    assert_eq!(rest.keys().collect::<Vec<_>>(), left.keys().collect::<Vec<_>>());
}

#[test]
fn a_row_that_is_refused_is_told_and_the_rest_is_done() {
    let world = Reviewed::start(&[]);
    let planned = world.plan(json!({ "changes": world.rows() }));
    told(&planned.messages);
    // The request that creates accounts is held up, and meanwhile somebody takes an address by hand.
    let apply = world.begin(planned);
    let desk = json!({
        "primary_email": "desk@contoso.com", "type": "functional_account",
        "alias_emails": ["grace.hill@contoso.com"],
    });
    world.essentials(Method::POST, "users", Some(&desk));
    let applied = world.runtime.block_on(apply).unwrap();
    assert!(!applied.messages.has_errors(), "a refused row is no failure of the run: {}", applied.messages);

    let left = applied.state["left"].as_object().unwrap();
    assert_eq!(left.keys().collect::<Vec<_>>(), ["grace.hill@contoso.com"], "{left:?}");
    assert!(left["grace.hill@contoso.com"].as_str().unwrap().starts_with("add: "), "{left:?}");
    let accounts = world.essentials(Method::GET, "users", None).to_string();
    assert!(accounts.contains("frank.gomez@") && accounts.contains("henry.ito@"), "{accounts}");
    assert!(!accounts.contains("jack.king@"), "{accounts}");

    // Once the address is free again, the next plan shows what remains.
    world.essentials(Method::DELETE, "users/desk@contoso.com", None);
    let rest = world.rows();
    assert_eq!(rest.keys().collect::<Vec<_>>(), ["grace.hill@contoso.com"], "{rest:?}");
}

#[tokio::test]
async fn what_was_enacted_is_forgotten_before_the_next_plan_and_what_was_left_is_not() {
    let plugin = plugin::start(&BTreeMap::new()).await;
    let state = json!({
        "domain": "contoso.com", "changes": { "ann@contoso.com": "add end_user: new user in Entra" },
        "max_deletions": "10%", "on_excess": "error", "run_at": "2026-03-01T08:00:00Z",
        "left": { "bob@contoso.com": "delete: not attempted" },
    });
    let (upgraded, said) = plugin.resource(RUN).await.upgrade(0, &state).await;
    said.expect_none();
    assert_eq!(upgraded["changes"], json!({}));
    for kept in ["domain", "max_deletions", "run_at", "left"] {
        assert_eq!(upgraded[kept], state[kept], "{kept}");
    }
}
