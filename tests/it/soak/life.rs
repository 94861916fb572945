//! One life: the phases of its schedule one after the other, then peace, then the end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::command;
use super::configuration::Configuration;
use super::disturbance::{Death, Disturbance};
use super::ending;
use super::hands::Hand;
use super::schedule::{Order, Phase, Schedule};
use super::seeds;
use crate::differential::random::Random;
use crate::support::cli::{self, Cli};
use crate::support::simulator::Simulator;
use crate::support::workspace::{Install, Outcome, Workspace, workspace_of};

/// Of the organization in every world that is made with `--users`.
pub(super) const DOMAIN: &str = "contoso.com";

const APPLICATION: &str = "proofpoint_azure_application.sync";

/// What is going on.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Life {
    cli: &'static Cli,
    provider: PathBuf,
    pub(super) simulator: Simulator,
    pub(super) workspace: Workspace,
    pub(super) configuration: Configuration,
    /// Keys that somebody made by hand for something else.
    pub(super) foreign_keys: Vec<String>,
    /// Whether an application that held such keys went away with them.
    pub(super) lost_applications: bool,
    /// Whether somebody deleted an enterprise application, which stays in the recycle bin beside a new one.
    pub(super) deleted_a_principal: bool,
    /// Whether a command or its provider was killed.
    pub(super) was_killed: bool,
    /// Whether a command was killed that may have had something to write into its state.
    pub(super) lost_its_state: bool,
    /// Whether Proofpoint does what it is told at once, and shows it.
    has_plain_settings: bool,
    /// Whether nobody but the provider can have ended the life of the key that Proofpoint holds.
    pub(super) key_is_safe: bool,
    /// Whether the sync ever ran by itself.
    pub(super) ran_by_itself: bool,
    /// Everything that commands have printed.
    pub(super) printed: Vec<String>,
    /// Secrets that the state holds because the user chose so.
    pub(super) chosen: Vec<String>,
    /// The accounts of the organization at the beginning.
    pub(super) accounts: Json,
}

/// Lives through a schedule with a build of the provider.
///
/// # Panics
/// When a rule is broken.
pub(super) fn live(schedule: &Schedule, provider: &Path) {
    let clis = cli::all();
    let cli = &clis[usize::try_from(schedule.seed).unwrap_or(0) % clis.len()];
    let seed = schedule.seed.to_string();
    let mut arguments = vec!["--users", "4", "--groups", "1", "--seed", &seed];
    let moods: Vec<String> = schedule.moods.iter().map(|word| format!("--mood={word}")).collect();
    arguments.extend(moods.iter().map(String::as_str));
    let simulator = Simulator::within(&arguments);
    assert_eq!(simulator.tenant().domain, DOMAIN);
    let mut workspace = workspace_of(provider, cli, Install::Override, &simulator.environment());
    workspace.set("TF_LOG_PROVIDER", "TRACE");
    let log = workspace.root().join("trace.log");
    workspace.set("TF_LOG_PATH", log.to_str().expect("a path in UTF-8"));
    let accounts = simulator.state()["organizations"][DOMAIN]["users"].clone();
    let mut life = Life {
        cli,
        provider: provider.to_owned(),
        simulator,
        workspace,
        configuration: schedule.first.clone(),
        foreign_keys: Vec::new(),
        lost_applications: false,
        deleted_a_principal: false,
        was_killed: false,
        lost_its_state: false,
        has_plain_settings: schedule.has_plain_settings(),
        key_is_safe: true,
        ran_by_itself: false,
        printed: Vec::new(),
        chosen: Vec::new(),
        accounts,
    };
    let mut random = Random::new(schedule.seed);
    for phase in &schedule.phases {
        life.pass(phase, &mut random);
    }
    ending::settles(&mut life);
    ending::is_as_configured(&life, &schedule.moods);
    if !schedule.afterwards.is_empty() {
        for phase in &schedule.afterwards {
            life.pass(phase, &mut random);
        }
        // Until every replica knows what somebody did by hand, a plan may be right to see nothing.
        life.simulator.advance_clock("10s");
        ending::settles(&mut life);
        ending::is_as_configured(&life, &schedule.moods);
    }
    ending::is_destroyed(&mut life);
    ending::tells_no_secret(&life);
    life.simulator.assert_every_route_was_known();
}

impl Life {
    fn pass(&mut self, phase: &Phase, random: &mut Random) {
        for change in &phase.changes {
            self.configuration.change(*change);
        }
        self.ran_by_itself |= self.configuration.frequency > 0;
        self.workspace.write("main.tf", &self.configuration.text());
        let application = self.workspace.attributes(APPLICATION);
        let (mut faults, mut death, mut other, mut in_the_way) = (Vec::new(), None, None, None);
        let hands = phase.disturbances.iter().any(|(_, one)| matches!(one, Disturbance::ByHand(_)));
        for (_, disturbance) in &phase.disturbances {
            match disturbance {
                Disturbance::Fault(fault) => faults.push(fault.order(&self.soon())),
                Disturbance::Kill(how, fatal) => death = Some((*how, *fatal)),
                Disturbance::Clock(by) => {
                    self.simulator.advance_clock(by);
                    self.key_is_safe &= !by.ends_with('d');
                }
                Disturbance::SecondState => other = self.second_state(&application),
                Disturbance::Meanwhile(what) => in_the_way = Some(*what),
                Disturbance::ByHand(hand) => {
                    self.foreign_keys.extend(hand.act(&self.simulator, &application, random));
                    self.lost_applications |= matches!(hand, Hand::DeletesApplication)
                        || (*hand == Hand::RestoresApplication && !self.has(&application));
                    self.deleted_a_principal |= *hand == Hand::Principal;
                    self.key_is_safe &= !hand.may_end_the_key();
                }
            }
        }
        let (command, saved) = match phase.order {
            Order::Apply | Order::Replace(_) => ("apply", None),
            Order::Saved => ("apply", Some(self.workspace.plan(&["-out=saved.bin"]))),
            Order::Destroy => ("destroy", None),
        };
        let mut arguments = vec![command, "-no-color", "-input=false", "-auto-approve"];
        let mut approved = None;
        if let Some(plan) = saved {
            Hand::Hires.act(&self.simulator, &application, random);
            if plan.code == Some(2) {
                arguments = vec!["apply", "-no-color", "-input=false", "saved.bin"];
                approved = Some((plan.stdout.clone(), self.world().1["users"].clone()));
            }
            self.hear(Some(plan));
        }
        let replace;
        if let Order::Replace(address) = phase.order {
            // What is not there can't be replaced.
            if self.workspace.attributes(address).is_object() {
                replace = format!("-replace={address}");
                arguments.push(&replace);
            }
        }
        let takes_away = matches!(phase.order, Order::Replace(_) | Order::Destroy);
        self.lost_applications |= takes_away;
        self.key_is_safe &= !takes_away;
        if let Some(what) = in_the_way {
            what.set(&self.simulator, &application, true);
        }
        let racing = other
            .as_ref()
            .map(|other| other.start("racing", &["apply", "-no-color", "-input=false", "-auto-approve"]));
        self.was_killed |= death.is_some();
        self.lost_its_state |= death.is_some_and(|(death, _)| death == Death::Cli);
        let outcome = command::run(&self.workspace, &self.simulator, &arguments, death, &faults);
        let claims_success = outcome.as_ref().is_some_and(|outcome| outcome.code == Some(0));
        self.hear(outcome);
        if let Some(what) = in_the_way {
            what.set(&self.simulator, &application, false);
        }
        if let Some((plan, before)) = approved.filter(|_| !self.ran_by_itself) {
            ending::only_these_changed(&before, &self.world().1["users"], &plan);
        }
        if self.key_is_safe {
            ending::holds_a_living_key(self);
        }
        let alone = racing.is_none() && in_the_way.is_none() && !hands;
        if claims_success && alone && self.has_plain_settings && phase.order == Order::Apply {
            ending::has_its_settings(self);
        }
        if let (Some(mut racing), Some(other)) = (racing, other) {
            racing.wait().expect("the other CLI ends");
            let gives_back = other.destroy();
            self.hear(Some(gives_back));
        }
    }

    /// Another workspace that has the sync of this organization, and nothing else; only where there is an application for it.
    fn second_state(&self, application: &Json) -> Option<Workspace> {
        let (id, client_id) = (application["id"].as_str()?, application["client_id"].as_str()?);
        let other = workspace_of(&self.provider, self.cli, Install::Override, &self.simulator.environment());
        other.write(
            "main.tf",
            &format!(
                "resource \"proofpoint_azure_sync\" \"this\" {{\n  domain = \"{DOMAIN}\"\n  client_id = \"{client_id}\"\n  \
                 default_role = \"end_user\"\n  frequency = 0\n  managed_client_secret = {{ application_id = \"{id}\" }}\n  \
                 timeouts {{\n    create = \"25s\"\n    update = \"25s\"\n    delete = \"25s\"\n  }}\n}}\n"
            ),
        );
        Some(other)
    }

    /// The time of the services.
    pub(super) fn now(&self) -> jiff::Timestamp {
        let now = self.simulator.control(Method::GET, "clock", None);
        now["now"].as_str().expect("the time").parse().expect("a time")
    }

    /// A second ahead of the services' clock, as HTTP writes it.
    fn soon(&self) -> String {
        let soon = self.now() + Duration::from_secs(1);
        soon.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    pub(super) fn hear(&mut self, outcome: Option<Outcome>) {
        self.printed.extend(outcome.as_ref().map(ToString::to_string));
        if seeds::tell()
            && let Some(outcome) = outcome
        {
            let errors = outcome.errors();
            seeds::say(&format!("{} -> {:?} {errors:#?}", outcome.command, outcome.code));
        }
        let secret = self.workspace.attributes("proofpoint_azure_client_secret.other")["value"].clone();
        self.chosen.extend(secret.as_str().map(str::to_owned));
    }

    /// Whether an application is registered.
    fn has(&self, application: &Json) -> bool {
        let registered = self.world().0["applications"].take();
        registered.as_array().into_iter().flatten().any(|one| one["id"] == application["object_id"])
    }

    /// What both sides hold.
    pub(super) fn world(&self) -> (Json, Json) {
        let state = self.simulator.state();
        let tenant = &self.simulator.tenant().tenant_id;
        (state["tenants"][tenant].clone(), state["organizations"][DOMAIN].clone())
    }

    /// The keys that the state speaks of.
    pub(super) fn listed_keys(&self) -> Vec<String> {
        let sync = self.workspace.attributes("proofpoint_azure_sync.this");
        let secret = self.workspace.attributes("proofpoint_azure_client_secret.other");
        let many = [&sync["superseded_key_ids"], &secret["previous_key_ids"]];
        let many = many.into_iter().flat_map(|list| list.as_array().cloned().unwrap_or_default());
        let one = [sync["key_id"].clone(), secret["key_id"].clone()];
        let all = many.chain(one).chain([json!(null)]);
        all.filter_map(|key| key.as_str().map(str::to_owned)).collect()
    }
}
