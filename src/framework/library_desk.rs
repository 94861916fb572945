//! The rest of the example: what a library does and nobody keeps. A reader's ticket, a search for shelves, and dusting.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::action::{Action, Progress};
use super::attr::{Attr, Secret};
use super::context::Context;
use super::description::Description;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::ephemeral::{EphemeralResource, Opened, Renewed};
use super::example::{Library, Shelf, ShelfIdentity, ShelfResource};
use super::list::{Find, Finds, ListResource, Query};
use super::provider::Provider;
use super::validators::ConfigRule;

crate::model! {
    /// A ticket that lets a reader in for as long as a command runs.
    pub(crate) struct Ticket {
        /// Name of the reader.
        reader: Attr<String> => optional(),
        /// Number of a group of readers.
        group: Attr<i64> => optional(),
        /// What to show at the door.
        code: Attr<Secret> => computed().sensitive(),
    }
}

/// Everything that happened at the desk, oldest first.
pub(crate) type Book = Arc<Mutex<Vec<String>>>;

fn note(book: &Book, line: impl Into<String>) {
    book.lock().unwrap().push(line.into());
}

pub(crate) struct TicketDesk(pub(crate) Book);

/// What the desk knows of a ticket that it gave out.
#[derive(Serialize, Deserialize)]
pub(crate) struct GivenOut {
    code: String,
    renewals: u32,
}

/// A moment that is long over, as tests need it.
pub(crate) const SOON: SystemTime = SystemTime::UNIX_EPOCH;

impl EphemeralResource for TicketDesk {
    type Model = Ticket;
    type Private = GivenOut;
    type Clients = Library;
    type Error = Diagnostics;

    fn describe(&self) -> Description {
        Description::new("ticket").timeout(Duration::from_secs(60))
    }

    fn config_rules(&self) -> Vec<ConfigRule> {
        vec![ConfigRule::exactly_one_of([Ticket::reader(), Ticket::group()])]
    }

    fn validate(&self, config: &Ticket, diagnostics: &mut Diagnostics) {
        if config.reader.text() == "nobody" {
            diagnostics.error_at(Ticket::reader(), "Nobody reads", "Name somebody.");
        }
    }

    async fn open(
        &self,
        ctx: &Context<Library>,
        config: Ticket,
        _: &mut Diagnostics,
    ) -> Result<Opened<Self>, Diagnostics> {
        if ctx.clients.broken {
            return Err(Diagnostic::error("Library closed", "Come back tomorrow.").into());
        }
        let code = format!("code of {}", config.reader.text());
        note(&self.0, format!("opened {code}"));
        let ticket = Ticket { code: Attr::Known(code.clone().into()), ..config };
        Ok(Opened::new(ticket, GivenOut { code, renewals: 0 }).renew_at(SOON))
    }

    async fn renew(
        &self,
        _: &Context<Library>,
        private: GivenOut,
        _: &mut Diagnostics,
    ) -> Result<Renewed<Self>, Diagnostics> {
        let private = GivenOut { renewals: private.renewals + 1, ..private };
        note(&self.0, format!("renewed {} {}", private.code, private.renewals));
        Ok(Renewed { private, renew_at: None })
    }

    async fn close(
        &self,
        _: &Context<Library>,
        private: GivenOut,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        note(&self.0, format!("closed {} {}", private.code, private.renewals));
        Ok(())
    }
}

crate::model! {
    /// A search for shelves.
    pub(crate) struct ShelfSearch {
        /// The wood they are made of.
        wood: Attr<String> => required(),
    }
}

pub(crate) struct ShelfFinder(pub(crate) Book);

impl ListResource for ShelfFinder {
    type Resource = ShelfResource;
    type Config = ShelfSearch;
    type Error = Diagnostics;

    fn describe(&self) -> Description {
        Description::new("shelf")
    }

    fn validate(&self, config: &ShelfSearch, diagnostics: &mut Diagnostics) {
        if config.wood.text() == "steel" {
            diagnostics.error_at(ShelfSearch::wood(), "Steel is not wood", "Name a wood.");
        }
    }

    async fn list(
        &self,
        ctx: &Context<Library>,
        query: Query<ShelfSearch>,
        finds: &mut Finds<ShelfResource>,
    ) -> Result<(), Diagnostics> {
        finds.warn("Dust", "Some labels can't be read.").await;
        let stock: Vec<Shelf> = ctx.clients.shelves.lock().unwrap().values().cloned().collect();
        for shelf in stock.into_iter().filter(|shelf| shelf.wood == query.config.wood) {
            let identity = ShelfIdentity { id: shelf.id.clone() };
            note(&self.0, format!("found {}", shelf.id.text()));
            if !finds.push(Find::new(shelf.label.text(), identity).object(shelf.clone())).await {
                return Ok(());
            }
        }
        match query.config.wood.text() {
            "ebony" => Err(Diagnostic::error("Too dark", "Nothing can be seen.").into()),
            "glass" => panic!("splinters"),
            _ => Ok(()),
        }
    }
}

crate::model! {
    /// Dusts the shelves.
    pub(crate) struct Dusting {
        /// How often.
        times: Attr<i64> => optional().computed().default_value(1),
        /// What with.
        tool: Attr<String> => optional(),
    }
}

pub(crate) struct Duster(pub(crate) Book);

impl Action for Duster {
    type Model = Dusting;
    type Clients = Library;
    type Error = Diagnostics;

    fn describe(&self) -> Description {
        Description::new("dust")
    }

    fn validate(&self, config: &Dusting, diagnostics: &mut Diagnostics) {
        if config.tool.text() == "axe" {
            diagnostics.error_at(Dusting::tool(), "Too sharp", "Take a cloth.");
        }
    }

    async fn check(&self, ctx: &Context<Library>, _: &Dusting, diagnostics: &mut Diagnostics) {
        if ctx.clients.broken {
            diagnostics.warning("Library closed", "Nobody can dust now.");
        }
    }

    async fn invoke(
        &self,
        ctx: &Context<Library>,
        config: Dusting,
        progress: &Progress,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        for time in 1..=config.times.unwrap_or(0) {
            progress.say(format!("time {time}"));
        }
        match config.tool.text() {
            "vacuum cleaner" => panic!("it has swallowed a book"),
            "patience" => {
                ctx.cancel.cancelled().await;
                note(&self.0, "gave up");
            }
            "broom" => return Err(Diagnostic::error("Wrong tool", "Take a cloth.").into()),
            _ => diagnostics.warning("Cloth", "It is grey now."),
        }
        Ok(())
    }
}

/// The example's provider with everything that can be offered, and its book.
pub(crate) fn provider() -> (Provider<Library>, Book) {
    let book = Book::default();
    let provider = super::example::library()
        .ephemeral_resource(TicketDesk(book.clone()))
        .list_resource(ShelfFinder(book.clone()))
        .action(Duster(book.clone()))
        .generates_config();
    (provider, book)
}
