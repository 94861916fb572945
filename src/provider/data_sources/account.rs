//! `proofpoint_account`: who the provider is to Proofpoint Essentials.

use crate::provider_block::{Failure, Session};
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::Diagnostics;
use framework::model;
use framework::timeouts::ReadTimeouts;

/// The data source.
pub(crate) struct AccountSource;

model! {
    /// The Proofpoint Essentials account that the provider signs in with: what it is and what it may do. Reading it is
    /// the quickest check of `username`, `password` and `region`.
    pub struct AccountModel {
        /// Number of the account.
        user_id: Attr<i64> => computed(),
        /// E-mail address of the account.
        primary_email: Attr<String> => computed(),
        /// First name.
        firstname: Attr<String> => computed(),
        /// Last name.
        surname: Attr<String> => computed(),
        /// User type, such as `organization_admin` or `channel_admin`.
        r#type: Attr<String> => computed(),
        /// Whether it is an administrator.
        is_admin: Attr<bool> => computed(),
        /// Whether it administers the customers of a partner.
        is_partner_admin: Attr<bool> => computed(),
        /// Whether it may look at everything of its role and change nothing.
        read_only_user: Attr<bool> => computed(),
        /// Number of the organization it belongs to.
        entity_id: Attr<i64> => computed(),
        /// Primary domain of the organization it belongs to.
        entity_primary_domain: Attr<String> => computed(),
        /// Kind of that organization, such as `organization` or `channel`.
        entity_type: Attr<String> => computed(),
        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

impl DataSource for AccountSource {
    type Model = AccountModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("account")
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: AccountModel,
        _: &mut Diagnostics,
    ) -> Result<AccountModel, Failure> {
        let session = &ctx.clients;
        let me = session.essentials()?.me(&session.call(ctx)).await?;
        Ok(AccountModel {
            user_id: me.user_id.into(),
            primary_email: me.primary_email.into(),
            firstname: me.firstname.into(),
            surname: me.surname.into(),
            r#type: me.kind.into(),
            is_admin: me.is_admin.into(),
            is_partner_admin: me.is_partner_admin.into(),
            read_only_user: me.read_only_user.into(),
            entity_id: me.entity_id.into(),
            entity_primary_domain: me.entity_primary_domain.into(),
            entity_type: me.entity_type.into(),
            timeouts: config.timeouts,
        })
    }
}
