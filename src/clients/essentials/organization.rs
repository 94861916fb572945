//! One organization on its stack: the calls that concern it.

use std::collections::BTreeSet;

use grammar::counted;
use reqwest::{Method, Url};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::connection::{Ask, Essentials};
use super::elements::Elements;
use super::error::{Error, ErrorKind};
use super::users::BatchAnswer;
use super::{BatchOutcome, BodyError, Domain, LoginSettings, Profile, Settings, Shown, User, UserChange};
use crate::http::{Body, Call, Misfit, MisfitKind, read_json};
use crate::ledger::note;

/// An organization, addressed by any of its domains; a cheap clone.
#[derive(Clone, Debug)]
pub struct Organization {
    pub(super) essentials: Essentials,
    pub(super) stack: Url,
    domain: String,
}

impl Essentials {
    /// The organization to which `domain` belongs, on the stack that serves it. The stack is asked for once per domain.
    pub async fn organization(&self, call: &Call, domain: &str) -> Result<Organization, Error> {
        let stack = self.stack_of(call, domain).await?;
        Ok(Organization { essentials: self.clone(), stack, domain: domain.to_owned() })
    }

    /// The organization on a stack that an earlier run found. A stack that may not be given the credentials counts as
    /// unknown.
    pub fn organization_on(&self, domain: &str, stack: &str) -> Option<Organization> {
        let stack = Url::parse(stack).ok().filter(|stack| self.trusts(stack))?;
        Some(Organization { essentials: self.clone(), stack, domain: domain.to_owned() })
    }

    /// The organization on the stack where an earlier run found it, if it did, else on the one that is found now.
    pub async fn organization_at(
        &self,
        call: &Call,
        domain: &str,
        stack: Option<&str>,
    ) -> Result<Organization, Error> {
        match stack.and_then(|stack| self.organization_on(domain, stack)) {
            Some(organization) => Ok(organization),
            None => self.organization(call, domain).await,
        }
    }
}

impl Organization {
    /// The base address of its stack, to be remembered.
    pub fn stack(&self) -> &str {
        self.stack.as_str()
    }

    /// The domain it is addressed by.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// What is known of the organization (DOCUMENTED).
    pub async fn profile(&self, call: &Call) -> Result<Profile, Error> {
        self.get(call, &[], format!("read the organization `{}`", self.domain)).await
    }

    /// Its domains (DOCUMENTED; the envelope was seen in public clients).
    pub async fn domains(&self, call: &Call) -> Result<Vec<Domain>, Error> {
        let operation = format!("read the domains of `{}`", self.domain);
        self.list(call, &["domains"], operation, &["domains"]).await
    }

    /// How people may sign in to its console (DOCUMENTED).
    pub async fn login_settings(&self, call: &Call) -> Result<LoginSettings, Error> {
        let operation = format!("read the login settings of `{}`", self.domain);
        self.get(call, &["authentication", "settings", "login"], operation).await
    }

    /// The settings of its sync; `None` when there are none (DOCUMENTED: 404 "no domain or settings found").
    pub async fn settings(&self, call: &Call) -> Result<Option<Shown>, Error> {
        let operation = format!("read the sync settings of `{}`", self.domain);
        match self.get::<Shown>(call, SETTINGS, operation).await {
            Err(error) if error.is_not_found() => Ok(None),
            shown => Ok(shown?.whole()),
        }
    }

    /// Replaces the settings of its sync as a whole, the client secret included (DOCUMENTED; the first configuration
    /// goes the same way). Members that this version does not know are sent back, unless the stack refuses to have them. One
    /// that it demands and that nobody has set yet is sent as `false`; the answer names these.
    pub async fn put_settings(
        &self,
        call: &Call,
        settings: &Settings,
        key: &SecretString,
    ) -> Result<BTreeSet<String>, Error> {
        let habits = self.essentials.habits(&self.stack);
        let mut left_out = !habits.takes_unknown_members;
        let mut demanded = habits.demanded;
        loop {
            let mut whole = settings.clone();
            if left_out {
                whole.others.clear();
            }
            for name in &demanded {
                let value = settings.others.get(name).cloned().unwrap_or(Value::Bool(false));
                whole.others.insert(name.clone(), value);
            }
            let error = match self.put_all(call, &whole, key).await {
                Err(error) if error.is_malformed() => error,
                Err(error) => return Err(error),
                Ok(()) => {
                    let supplied = demanded.iter().filter(|name| !settings.others.contains_key(*name));
                    let supplied = supplied.cloned().collect();
                    let leaves_out = left_out && !settings.others.is_empty();
                    self.essentials.learn(&self.stack, |habits| {
                        habits.takes_unknown_members &= !leaves_out;
                        habits.demanded = demanded;
                    });
                    return Ok(supplied);
                }
            };
            let known = demanded.len();
            demanded.extend(error.demanded_members().into_iter().filter(|name| !whole.has(name)));
            if demanded.len() > MOST_DEMANDED {
                return Err(error);
            }
            if demanded.len() == known {
                if left_out || whole.others.is_empty() {
                    return Err(error);
                }
                left_out = true;
            }
        }
    }

    async fn put_all(&self, call: &Call, settings: &Settings, key: &SecretString) -> Result<(), Error> {
        let operation = format!("write the sync settings of `{}`", self.domain);
        let body = settings.to_body(key).map_err(|kind| failed(&operation, kind))?;
        self.put(call, SETTINGS, operation, body).await
    }

    /// Clears the settings of its sync; nothing runs any more (DOCUMENTED). True when there were any.
    pub async fn delete_settings(&self, call: &Call) -> Result<bool, Error> {
        self.delete(call, SETTINGS, format!("delete the sync settings of `{}`", self.domain)).await
    }

    /// What `keep` takes of each of its accounts, of every type. The answer is not paged (DOCUMENTED); the accounts are
    /// read one at a time while it arrives, and all anew when it breaks off.
    pub async fn users<T>(&self, call: &Call, keep: impl Fn(&User) -> T) -> Result<Vec<T>, Error> {
        let operation = format!("read the users of `{}`", self.domain);
        let ask = self.ask(Method::GET, &["users"], operation.clone());
        let (reading, whole) = (ask.answer().within(ACCOUNTS), ask.answer());
        let start = || (Elements::new("users"), Vec::new());
        let take = |(elements, kept): &mut (Elements, Vec<T>), piece: &[u8]| {
            elements.feed(piece, |element| {
                let user: User = read_json(element, &reading).map_err(|misfit| Misfit {
                    path: misfit.path.replacen(ACCOUNTS, &format!("users[{}]", kept.len()), 1),
                    ..misfit
                })?;
                kept.push(keep(&user));
                Ok(())
            })
        };
        note(&whole, "users");
        let end = |(elements, kept): (Elements, Vec<T>)| {
            let kind = if elements.is_without() { MisfitKind::Missing } else { MisfitKind::Malformed };
            elements.is_complete().then_some(kept).ok_or_else(|| Misfit::at(&whole, "users", kind, None))
        };
        self.essentials.stream(call, ask, start, take, end).await
    }

    /// Creates accounts. A batch answers 207 with what became of each (INFERRED shape).
    pub async fn create_users(&self, call: &Call, users: &[UserChange]) -> Result<BatchOutcome, Error> {
        let operation = format!("create {} of `{}`", counted(users.len(), "user"), self.domain);
        let ask = self.ask(Method::POST, &["users"], operation.clone()).body(body(&operation, &users)?);
        self.essentials.read::<BatchAnswer>(call, ask).await.map(BatchOutcome::from)
    }

    /// Changes an account (DOCUMENTED; partial bodies were seen in public clients).
    pub async fn update_user(&self, call: &Call, address: &str, change: &UserChange) -> Result<(), Error> {
        let operation = format!("update the user `{address}`");
        let body = body(&operation, change)?;
        let ask = self.ask(Method::PUT, &["users", address], operation).body(body).repeatable();
        self.essentials.send(call, ask).await.map(drop)
    }

    /// One account (DOCUMENTED).
    pub async fn user(&self, call: &Call, address: &str) -> Result<User, Error> {
        self.get(call, &["users", address], format!("read the user `{address}`")).await
    }

    /// Deletes an account (DOCUMENTED). True when there was one.
    pub async fn delete_user(&self, call: &Call, address: &str) -> Result<bool, Error> {
        self.delete(call, &["users", address], format!("delete the user `{address}`")).await
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        call: &Call,
        path: &[&str],
        operation: impl Into<String>,
    ) -> Result<T, Error> {
        self.essentials.read(call, self.ask(Method::GET, path, operation)).await
    }

    /// A list that comes bare or in an envelope of one of these names.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        call: &Call,
        path: &[&str],
        operation: impl Into<String>,
        envelopes: &[&str],
    ) -> Result<Vec<T>, Error> {
        self.essentials.list(call, self.ask(Method::GET, path, operation), envelopes).await
    }

    pub(super) async fn delete(&self, call: &Call, path: &[&str], operation: String) -> Result<bool, Error> {
        let ask = self.ask(Method::DELETE, path, operation).repeatable();
        match self.essentials.send(call, ask).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn put(
        &self,
        call: &Call,
        path: &[&str],
        operation: String,
        body: Body,
    ) -> Result<(), Error> {
        let ask = self.ask(Method::PUT, path, operation).body(body).repeatable();
        self.essentials.send(call, ask).await.map(drop)
    }

    pub(super) fn ask(&self, method: Method, path: &[&str], operation: impl Into<String>) -> Ask {
        let whole: Vec<&str> = ["orgs", &self.domain].into_iter().chain(path.iter().copied()).collect();
        Ask::new(method, &self.stack, &whole, operation).of(&self.domain)
    }
}

/// How many members may be demanded that this version does not know: a service that goes on naming others means none of them.
const MOST_DEMANDED: usize = 8;

/// Where the elements of the list of accounts stand.
const ACCOUNTS: &str = "users[]";

const SETTINGS: &[&str] = &["settings", "azure"];

pub(super) fn body(operation: &str, value: &impl serde::Serialize) -> Result<Body, Error> {
    Body::json(value).map_err(|error| failed(operation, BodyError::Json(error)))
}

pub(super) fn failed(operation: &str, kind: impl Into<ErrorKind>) -> Error {
    Error { operation: operation.to_owned(), kind: kind.into() }
}
