//! The Entra directory, reduced to what the sync looks at.

use uuid::Uuid;

use super::address::{AddressList, domain_of, normalize, without_deletion_prefix};

/// What Microsoft Graph says of a user, as far as the sync looks at it.
#[expect(clippy::struct_excessive_bools, reason = "one answer a field")]
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
    /// An Exchange plan is in effect ([`Rule::ExchangeLicence`](super::Rule::ExchangeLicence)).
    pub exchange_licence: bool,
    /// Without one in effect: a plan may come back, or Graph does not show the plans, so that nothing follows from it.
    pub licence_unclear: bool,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Licence {
    Active,
    /// It may come back, or is not shown.
    Unclear,
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
            first_name: facts.given_name.unwrap_or_default().trim().into(),
            surname: facts.surname.unwrap_or_default().trim().into(),
            addresses: AddressList::from_proxy_addresses(proxy_addresses),
            kind: ObjectKind::User {
                enabled: facts.enabled,
                guest: facts.guest,
                licence: match facts {
                    UserFacts { exchange_licence: true, .. } => Licence::Active,
                    UserFacts { licence_unclear: true, .. } => Licence::Unclear,
                    _ => Licence::None,
                },
            },
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
            first_name: facts.display_name.trim().into(),
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
}

/// An entry of Entra's deleted items: evidence that an account's object is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeletedItem {
    address: Box<str>,
    group: bool,
}

impl DeletedItem {
    /// A deleted user ([`Rule::DeletedUser`](super::Rule::DeletedUser)): known by `mail` if it is still there, else by the
    /// user principal name without the 32 hexadecimal digits that Entra puts before it.
    pub fn user(mail: Option<&str>, user_principal_name: &str) -> Self {
        let mail = normalize(mail.unwrap_or_default());
        let address = if mail.is_empty() {
            normalize(without_deletion_prefix(user_principal_name.trim()))
        } else {
            mail
        };
        Self { address, group: false }
    }

    /// A deleted group.
    pub fn group(mail: Option<&str>) -> Self {
        Self { address: normalize(mail.unwrap_or_default()), group: true }
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

    /// Whether a user who was deleted had this (normalized) address.
    pub(super) fn lost_user(&self, address: &str) -> bool {
        self.lost(address, false)
    }

    /// Whether a group that was deleted had this (normalized) address.
    pub(super) fn lost_group(&self, address: &str) -> bool {
        self.lost(address, true)
    }

    fn lost(&self, address: &str, group: bool) -> bool {
        self.deleted.binary_search_by(|item| (&*item.address, item.group).cmp(&(address, group))).is_ok()
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
                DeletedItem::user(None, "0123456789abcdef0123456789abcdefcarl@contoso.com"),
                DeletedItem::user(Some("Dora@contoso.com"), "0123456789abcdef0123456789abcdefd1@contoso.com"),
                DeletedItem::group(Some("team@contoso.com")),
                DeletedItem::group(Some("dora@contoso.com")),
                DeletedItem::group(None),
            ],
            [],
        );
        let lost = |address| (directory.lost_user(address), directory.lost_group(address));
        assert_eq!(lost("carl@contoso.com"), (true, false));
        assert_eq!(lost("dora@contoso.com"), (true, true));
        assert_eq!(lost("d1@contoso.com"), (false, false));
        assert_eq!(lost("team@contoso.com"), (false, true));
        assert_eq!(lost(""), (false, false));
    }

    #[test]
    fn an_object_read_twice_counts_once() {
        let user = DirectoryObject::user(Uuid::from_u128(7), &UserFacts::default(), []);
        assert_eq!(Directory::new(vec![user.clone(), user], vec![], []).objects().len(), 1);
    }
}
