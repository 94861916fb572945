//! Accounts of an organization: its users, its administrators, its functional accounts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::errors::{Failure, Outcome};
use super::fields::Fields;
use crate::moods::Booleans;

/// The kinds of account, from the most powerful to the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountType {
    OemPartnerAdmin,
    StrategicPartnerAdmin,
    ChannelAdmin,
    OrganizationAdmin,
    #[default]
    EndUser,
    SilentUser,
    FunctionalAccount,
}

impl AccountType {
    pub(crate) fn is_admin(self) -> bool {
        self <= Self::OrganizationAdmin
    }

    pub(crate) fn is_partner_admin(self) -> bool {
        self <= Self::ChannelAdmin
    }
}

/// The directory object that a run of the sync took an account for. No API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) kind: OriginKind,
    pub(crate) object_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OriginKind {
    User,
    Group,
}

/// One account; addresses in lower case.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "the flags are those of the API")]
pub(crate) struct Account {
    pub(crate) uid: u64,
    pub(crate) address: String,
    pub(crate) is_active: bool,
    pub(crate) kind: AccountType,
    pub(crate) send_welcome_email: bool,
    pub(crate) firstname: String,
    pub(crate) surname: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) safe_list: Vec<String>,
    pub(crate) block_list: Vec<String>,
    pub(crate) is_billable: bool,
    pub(crate) can_impersonate: bool,
    pub(crate) is_imitable: bool,
    pub(crate) read_only: bool,
    pub(crate) password: Option<String>,
    pub(crate) origin: Option<Origin>,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the flags are those of the API")]
struct Shown<'a> {
    uid: u64,
    primary_email: &'a str,
    is_active: bool,
    #[serde(rename = "type")]
    kind: AccountType,
    send_welcome_email: bool,
    firstname: &'a str,
    surname: &'a str,
    alias_emails: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    safe_list_senders: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_list_senders: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    white_list_senders: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    black_list_senders: Option<&'a [String]>,
    is_billable: bool,
    odin_settings: Odin,
    read_only_user: bool,
}

#[derive(Serialize)]
struct Odin {
    can_impersonate: bool,
    is_imitable: bool,
}

impl Account {
    /// A new account as the API's defaults make it.
    pub(crate) fn new(address: &str) -> Self {
        Self { address: address.to_lowercase(), is_active: true, is_billable: true, ..Self::default() }
    }

    /// As the API shows it; `new_terms` is what `X-Terms-Update: true` asks for.
    pub(crate) fn shown(&self, new_terms: bool) -> impl Serialize + use<'_> {
        let (safe, block) = (self.safe_list.as_slice(), self.block_list.as_slice());
        Shown {
            uid: self.uid,
            primary_email: &self.address,
            is_active: self.is_active,
            kind: self.kind,
            send_welcome_email: self.send_welcome_email,
            firstname: &self.firstname,
            surname: &self.surname,
            alias_emails: &self.aliases,
            safe_list_senders: new_terms.then_some(safe),
            block_list_senders: new_terms.then_some(block),
            white_list_senders: (!new_terms).then_some(safe),
            black_list_senders: (!new_terms).then_some(block),
            is_billable: self.is_billable,
            odin_settings: Odin { can_impersonate: self.can_impersonate, is_imitable: self.is_imitable },
            read_only_user: self.read_only,
        }
    }

    /// As the state document shows it: with what no API tells.
    pub(crate) fn state(&self) -> Value {
        let mut value = serde_json::to_value(self.shown(true)).unwrap_or_default();
        if let (Some(origin), Some(object)) = (&self.origin, value.as_object_mut()) {
            object.insert("origin".to_owned(), json!(origin));
        }
        value
    }

    /// Reads an account of a state document.
    pub(crate) fn from_state(value: &Value) -> Result<Self, String> {
        let map = value.as_object().ok_or("a user must be an object")?;
        let mut account = Self::new("");
        account.change(&Fields { map, booleans: Booleans::Lenient, status: 422 }).map_err(|f| f.message)?;
        if account.address.is_empty() {
            return Err("a user has no `primary_email`".to_owned());
        }
        account.uid = map.get("uid").and_then(Value::as_u64).unwrap_or_default();
        if let Some(origin) = map.get("origin") {
            account.origin = serde_json::from_value(origin.clone()).map_err(|error| error.to_string())?;
        }
        Ok(account)
    }

    /// Takes over the given fields of a body; `uid` is read-only and left alone.
    pub(crate) fn change(&mut self, fields: &Fields<'_>) -> Outcome<()> {
        if let Some(address) = fields.text("primary_email")? {
            if !is_address(&address) {
                return Err(Failure::invalid("`primary_email` is not an address", &address));
            }
            self.address = address.to_lowercase();
        }
        if let Some(kind) = fields.map.get("type").filter(|kind| !kind.is_null()) {
            self.kind = serde_json::from_value(kind.clone())
                .map_err(|_| Failure::invalid("`type` is unknown", &self.address))?;
        }
        let flags = [
            ("is_active", &mut self.is_active),
            ("send_welcome_email", &mut self.send_welcome_email),
            ("is_billable", &mut self.is_billable),
            ("read_only_user", &mut self.read_only),
        ];
        for (name, flag) in flags {
            *flag = fields.boolean(name)?.unwrap_or(*flag);
        }
        for (name, text) in [("firstname", &mut self.firstname), ("surname", &mut self.surname)] {
            if let Some(given) = fields.text(name)? {
                *text = given;
            }
        }
        if let Some(aliases) = fields.texts("alias_emails")? {
            if let Some(wrong) = aliases.iter().find(|alias| !is_address(alias)) {
                return Err(Failure::invalid("`alias_emails` has something that is not an address", wrong));
            }
            self.aliases = aliases.iter().map(|alias| alias.to_lowercase()).collect();
        }
        for (list, names) in [
            (&mut self.safe_list, ["white_list_senders", "safe_list_senders"]),
            (&mut self.block_list, ["black_list_senders", "block_list_senders"]),
        ] {
            for name in names {
                if let Some(given) = fields.texts(name)? {
                    *list = given;
                }
            }
        }
        self.block_list.retain(|sender| !self.safe_list.contains(sender));
        if let Some(Value::Object(odin)) = fields.map.get("odin_settings") {
            self.change_odin(odin, fields)?;
        }
        Ok(())
    }

    fn change_odin(&mut self, odin: &Map<String, Value>, outer: &Fields<'_>) -> Outcome<()> {
        let fields = Fields { map: odin, ..*outer };
        self.can_impersonate = fields.boolean("can_impersonate")?.unwrap_or(self.can_impersonate);
        self.is_imitable = fields.boolean("is_imitable")?.unwrap_or(self.is_imitable);
        Ok(())
    }

    /// The primary address and the aliases.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.address.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    /// Whether the account takes one of the organization's licences.
    pub(crate) fn takes_licence(&self) -> bool {
        self.is_active && self.is_billable && self.kind != AccountType::FunctionalAccount
    }
}

/// A name, an at sign, a domain with a dot.
pub(crate) fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !text.contains(char::is_whitespace)
    })
}

/// What stands after the at sign.
pub(crate) fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}
