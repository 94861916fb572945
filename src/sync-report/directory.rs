//! The Entra directory, reduced to what the sync looks at.

use uuid::Uuid;

use super::address::{AddressList, composed, domain_of, normalize, without_deletion_prefix};

/// What Microsoft Graph says of a user, as far as the sync looks at it.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserFacts<'a> {
    /// `mail`: the primary SMTP address.
    pub mail: Option<&'a str>,
    /// `userPrincipalName`.
    pub user_principal_name: &'a str,
    /// `givenName`.
    pub given_name: Option<&'a str>,
    /// `surname`.
    pub surname: Option<&'a str>,
    /// `accountEnabled`; false is "block sign-in".
    pub enabled: bool,
    /// `userType` is `Guest`.
    pub guest: bool,
    /// Whether a plan with a mailbox is in effect ([`Rule::ExchangeLicence`](super::Rule::ExchangeLicence)).
    pub licence: Licence,
}

/// What Microsoft Graph says of a group, as far as the sync looks at it.
#[derive(Debug, Clone, Copy, Default)]
pub struct GroupFacts<'a> {
    /// `mail`.
    pub mail: Option<&'a str>,
    /// `displayName`.
    pub display_name: &'a str,
    /// `mailEnabled`.
    pub mail_enabled: bool,
    /// `securityEnabled`.
    pub security_enabled: bool,
    /// `groupTypes` holds `Unified`: a Microsoft 365 group.
    pub unified: bool,
}

/// How the sync's switches see a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum GroupKind {
    /// A distribution list or a Microsoft 365 group.
    Distribution,
    /// A mail-enabled security group.
    Security,
    /// A group without mail.
    WithoutMail,
}

/// Whether a user has an Exchange licence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Licence {
    /// A plan with a mailbox is in effect.
    Active,
    /// A plan may come back, is one of which nobody knows whether it has a mailbox, or is not shown: nothing follows from
    /// that.
    Unclear,
    /// No plan has a mailbox.
    #[default]
    None,
}

/// What kind of object it is, with what decides its fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ObjectKind {
    User { enabled: bool, guest: bool, licence: Licence },
    Group(GroupKind),
}

/// A user or a group of the directory. Addresses are kept in their normalized form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectoryObject {
    // First, so that the derived order is the order of object ids.
    pub(super) id: Uuid,
    /// `mail`; empty when there is none.
    pub(super) mail: Box<str>,
    /// Kept only where it differs from `mail`.
    pub(super) other_principal_name: Option<Box<str>>,
    /// A user's `givenName`, a group's `displayName`.
    pub(super) first_name: Box<str>,
    pub(super) surname: Box<str>,
    /// All SMTP addresses, the primary among them.
    pub(super) addresses: AddressList,
    pub(super) kind: ObjectKind,
}

impl DirectoryObject {
    /// A user with its `proxyAddresses`.
    pub fn user<'a>(
        id: Uuid,
        facts: &UserFacts<'a>,
        proxy_addresses: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mail = normalize(facts.mail.unwrap_or_default());
        let principal_name = normalize(facts.user_principal_name);
        let other_principal_name = (principal_name != mail).then_some(principal_name);
        Self {
            id,
            mail,
            other_principal_name,
            first_name: composed(facts.given_name.unwrap_or_default()),
            surname: composed(facts.surname.unwrap_or_default()),
            addresses: AddressList::from_proxy_addresses(proxy_addresses),
            kind: ObjectKind::User { enabled: facts.enabled, guest: facts.guest, licence: facts.licence },
        }
    }

    /// A group with its `proxyAddresses`.
    pub fn group<'a>(
        id: Uuid,
        facts: &GroupFacts<'a>,
        proxy_addresses: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let kind = match facts {
            _ if !facts.mail_enabled || facts.mail.is_none_or(str::is_empty) => GroupKind::WithoutMail,
            GroupFacts { unified: true, .. } | GroupFacts { security_enabled: false, .. } => {
                GroupKind::Distribution
            }
            _ => GroupKind::Security,
        };
        Self {
            id,
            mail: normalize(facts.mail.unwrap_or_default()),
            other_principal_name: None,
            first_name: composed(facts.display_name),
            surname: Box::default(),
            addresses: AddressList::from_proxy_addresses(proxy_addresses),
            kind: ObjectKind::Group(kind),
        }
    }

    /// The object id in Entra.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The address under which the sync knows this object ([`Rule::PrimaryAddress`](super::Rule::PrimaryAddress)): `mail`
    /// if set, else the user principal name. Empty for a group without mail.
    pub fn primary_address(&self) -> &str {
        if self.mail.is_empty() { self.principal_name() } else { &self.mail }
    }

    /// The user principal name; the mail address of a group.
    pub(super) fn principal_name(&self) -> &str {
        self.other_principal_name.as_deref().unwrap_or(&self.mail)
    }

    /// Every address that it has, some more than once.
    pub(super) fn all_addresses(&self) -> impl Iterator<Item = &str> {
        [self.primary_address(), self.principal_name()].into_iter().chain(self.addresses.iter())
    }

    pub(super) fn is_group(&self) -> bool {
        matches!(self.kind, ObjectKind::Group(_))
    }

    /// Whether it is a user whose sign-in is blocked.
    pub(super) fn is_blocked_user(&self) -> bool {
        matches!(self.kind, ObjectKind::User { enabled: false, .. })
    }

    /// Whether mail may reach it: it has `mail` or an SMTP address.
    pub(super) fn may_receive_mail(&self) -> bool {
        !self.mail.is_empty() || self.addresses.iter().next().is_some()
    }
}

/// An entry of Entra's deleted items: evidence that an account's object is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeletedItem {
    address: Box<str>,
    group: bool,
    /// `deletedDateTime`, as Graph writes it.
    time: Option<Box<str>>,
}

impl DeletedItem {
    /// A deleted user ([`Rule::DeletedUser`](super::Rule::DeletedUser)): known by `mail` if it is still there, else by the
    /// user principal name without the 32 hexadecimal digits that Entra puts before it.
    pub fn user(mail: Option<&str>, user_principal_name: &str, time: Option<&str>) -> Self {
        let mail = normalize(mail.unwrap_or_default());
        let address = if mail.is_empty() {
            normalize(without_deletion_prefix(user_principal_name.trim()))
        } else {
            mail
        };
        Self { address, group: false, time: time.map(Into::into) }
    }

    /// A deleted group.
    pub fn group(mail: Option<&str>, time: Option<&str>) -> Self {
        Self { address: normalize(mail.unwrap_or_default()), group: true, time: time.map(Into::into) }
    }

    /// The day on which it was deleted, where Graph says so.
    pub(super) fn day(&self) -> Option<&str> {
        let (day, _) = self.time.as_deref()?.split_once('T')?;
        (day.len() == 10 && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')).then_some(day)
    }
}

/// The directory as a whole.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    objects: Vec<DirectoryObject>,
    deleted: Vec<DeletedItem>,
    domains: Vec<Box<str>>,
}

impl Directory {
    /// The directory of these objects, deleted items and verified domains, in any order. An object that was read twice
    /// (a listing that had to start again) counts once.
    pub fn new<'a>(
        mut objects: Vec<DirectoryObject>,
        mut deleted: Vec<DeletedItem>,
        domains: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        objects.sort_unstable();
        objects.dedup_by_key(|object| object.id);
        deleted.retain(|item| !domain_of(&item.address).is_empty());
        deleted.sort_unstable();
        deleted.dedup();
        let mut domains: Vec<Box<str>> = domains.into_iter().map(normalize).collect();
        domains.sort_unstable();
        domains.dedup();
        Self { objects, deleted, domains }
    }

    /// Users and groups in the order of their object ids.
    pub fn objects(&self) -> &[DirectoryObject] {
        &self.objects
    }

    /// The verified domains in order.
    pub fn domains(&self) -> impl Iterator<Item = &str> {
        self.domains.iter().map(AsRef::as_ref)
    }

    /// The latest of the deleted users who had this (normalized) address.
    pub(super) fn lost_user(&self, address: &str) -> Option<&DeletedItem> {
        self.lost(address, false)
    }

    /// The latest of the deleted groups that had this (normalized) address.
    pub(super) fn lost_group(&self, address: &str) -> Option<&DeletedItem> {
        self.lost(address, true)
    }

    fn lost(&self, address: &str, group: bool) -> Option<&DeletedItem> {
        let wanted = (address, group);
        let after = self.deleted.partition_point(|item| (&*item.address, item.group) <= wanted);
        let last = self.deleted.get(after.checked_sub(1)?)?;
        ((&*last.address, last.group) == wanted).then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(mail_enabled: bool, security_enabled: bool, unified: bool) -> ObjectKind {
        let facts = GroupFacts {
            mail: Some("g@contoso.com"),
            display_name: "G",
            mail_enabled,
            security_enabled,
            unified,
        };
        DirectoryObject::group(Uuid::nil(), &facts, []).kind
    }

    #[test]
    fn groups_are_told_apart_as_graph_does() {
        assert_eq!(group(true, false, false), ObjectKind::Group(GroupKind::Distribution));
        assert_eq!(group(true, true, false), ObjectKind::Group(GroupKind::Security));
        assert_eq!(group(true, false, true), ObjectKind::Group(GroupKind::Distribution));
        assert_eq!(group(true, true, true), ObjectKind::Group(GroupKind::Distribution));
        assert_eq!(group(false, true, false), ObjectKind::Group(GroupKind::WithoutMail));
    }

    #[test]
    fn mail_goes_before_the_principal_name() {
        let facts = UserFacts {
            mail: Some("Ann@Contoso.com"),
            user_principal_name: "a1@contoso.com",
            ..UserFacts::default()
        };
        let user = DirectoryObject::user(Uuid::nil(), &facts, []);
        assert_eq!(user.primary_address(), "ann@contoso.com");
        assert_eq!(user.principal_name(), "a1@contoso.com");
        let user = DirectoryObject::user(Uuid::nil(), &UserFacts { mail: None, ..facts }, []);
        assert_eq!(user.primary_address(), "a1@contoso.com");
    }

    #[test]
    fn deleted_items_are_found_by_mail_or_by_the_stripped_principal_name() {
        let directory = Directory::new(
            vec![],
            vec![
                DeletedItem::user(None, "0123456789abcdef0123456789abcdefcarl@contoso.com", None),
                DeletedItem::user(
                    Some("Dora@contoso.com"),
                    "0123456789abcdef0123456789abcdefd1@contoso.com",
                    Some("2026-02-27T08:00:00Z"),
                ),
                DeletedItem::user(Some("dora@contoso.com"), "", Some("2026-02-28T08:00:00Z")),
                DeletedItem::group(Some("team@contoso.com"), None),
                DeletedItem::group(Some("dora@contoso.com"), None),
                DeletedItem::group(None, None),
            ],
            [],
        );
        let lost =
            |address| (directory.lost_user(address).is_some(), directory.lost_group(address).is_some());
        assert_eq!(lost("carl@contoso.com"), (true, false));
        assert_eq!(lost("dora@contoso.com"), (true, true));
        assert_eq!(lost("d1@contoso.com"), (false, false));
        assert_eq!(lost("team@contoso.com"), (false, true));
        assert_eq!(lost(""), (false, false));
        let day = |address| directory.lost_user(address).and_then(DeletedItem::day);
        assert_eq!((day("dora@contoso.com"), day("carl@contoso.com")), (Some("2026-02-28"), None));
    }

    #[test]
    fn a_day_is_told_only_where_the_time_begins_with_one() {
        let item = |time| DeletedItem::user(Some("carl@contoso.com"), "", Some(time));
        assert_eq!(item("2026-02-28T08:00:00Z").day(), Some("2026-02-28"));
        for other in ["2026-02-28", "28.02.2026T08", "2026-2-8T08:00:00Z", "2026-059T08:00:00Z", "long ago T"]
        {
            assert_eq!(item(other).day(), None, "{other}");
        }
    }

    #[test]
    fn an_object_read_twice_counts_once() {
        let user = DirectoryObject::user(Uuid::from_u128(7), &UserFacts::default(), []);
        assert_eq!(Directory::new(vec![user.clone(), user], vec![], []).objects().len(), 1);
    }
}
