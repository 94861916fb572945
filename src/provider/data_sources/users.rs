//! `proofpoint_users`: the accounts of an organization.

use std::collections::BTreeSet;

use crate::provider_block::{At as _, Failure, Session};
use clients::essentials::User;
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::Diagnostics;
use framework::model;
use framework::timeouts::ReadTimeouts;
use framework::validators::{domain_name, size};

/// The data source.
pub(crate) struct UsersSource;

model! {
    /// The accounts of an organization of Proofpoint Essentials, by address. Passwords are not shown by Proofpoint, and not
    /// read. Everything that is shown is in the state: filter where the organization is large.
    pub struct UsersModel {
        /// A domain of the organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),
        /// Only accounts of these types: `end_user`, `silent_user`, `functional_account`, `organization_admin`,
        /// `channel_admin`, `strategic_partner_admin`, `oem_partner_admin`.
        types: Attr<BTreeSet<String>> => optional().validate(size(1, 20)),
        /// Only accounts that are active, or only those that are not.
        active: Attr<bool> => optional(),
        /// Only accounts whose primary address is on this domain, in lower case.
        address_domain: Attr<String> => optional().validate(domain_name()),
        /// Number of the accounts.
        total: Attr<i64> => computed(),
        /// The accounts, by address.
        users: Attr<Vec<ListedUser>> => computed(),
        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

model! {
    /// One account.
    pub struct ListedUser {
        /// Primary address, in lower case.
        email: Attr<String> => computed(),
        /// Number of the account.
        uid: Attr<i64> => computed(),
        /// Type, such as `end_user` or `functional_account`.
        r#type: Attr<String> => computed(),
        /// Whether mail to it is taken.
        active: Attr<bool> => computed(),
        /// Whether it takes a licence while it is active.
        billable: Attr<bool> => computed(),
        /// First name.
        first_name: Attr<String> => computed(),
        /// Last name.
        last_name: Attr<String> => computed(),
        /// Further addresses, in lower case.
        aliases: Attr<BTreeSet<String>> => computed(),
    }
}

impl DataSource for UsersSource {
    type Model = UsersModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("users")
    }

    fn subject(&self, config: &UsersModel) -> Option<String> {
        config.domain.known().cloned()
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: UsersModel,
        _: &mut Diagnostics,
    ) -> Result<UsersModel, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let essentials = session.essentials()?;
        let read = async {
            let organization = essentials.organization(&call, config.domain.text()).await?;
            organization.users(&call, |user| wanted(&config, user).then(|| listed(user))).await
        };
        let found = read.await.at(UsersModel::domain())?;
        let mut users: Vec<ListedUser> = found.into_iter().flatten().collect();
        users.sort_by(|a, b| a.email.cmp(&b.email));
        Ok(UsersModel { total: i64::try_from(users.len()).ok().into(), users: users.into(), ..config })
    }
}

fn wanted(config: &UsersModel, user: &User) -> bool {
    let on_domain = |domain: &String| {
        user.primary_email.rsplit_once('@').is_some_and(|(_, own)| own.eq_ignore_ascii_case(domain))
    };
    config.types.known().is_none_or(|types| types.contains(&user.kind))
        && config.active.known().is_none_or(|active| user.is_active == *active)
        && config.address_domain.known().is_none_or(on_domain)
}

fn listed(user: &User) -> ListedUser {
    ListedUser {
        email: user.primary_email.to_lowercase().into(),
        uid: user.uid.into(),
        r#type: user.kind.clone().into(),
        active: user.is_active.into(),
        billable: user.is_billable.into(),
        first_name: user.firstname.clone().into(),
        last_name: user.surname.clone().into(),
        aliases: user.alias_emails.iter().map(|alias| alias.to_lowercase()).collect(),
    }
}
