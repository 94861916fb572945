//! Words for what is not published of organizations and domains.

use super::words::words;

words! {
    /// A second POST of what is there already.
    RepeatedCreate {
        /// 409.
        Conflict,
        /// 422.
        Unprocessable,
        /// 400.
        BadRequest,
        /// 201 and what is there, where it is the same organization's or partner's.
        Returns,
    }
    /// A domain that the organization does not have.
    MissingDomain {
        /// 404.
        NotFound,
        /// 403.
        Forbidden,
        /// 400.
        BadRequest,
    }
    /// Verifying a domain that is verified.
    VerifyAgain {
        /// 204.
        NoContent,
        /// 409.
        Conflict,
    }
    /// The code of a domain that was asked for it before.
    VerificationCode {
        /// The same one.
        Stable,
        /// A new one each time.
        Fresh,
    }
    /// `is_active` of a domain that is not verified.
    UnverifiedDomain {
        /// What was sent.
        AsSent,
        /// Shown as `false` until it is verified, then as it was sent.
        Inactive,
        /// `false`; it has to be sent again once the domain is verified.
        Forgotten,
    }
    /// Deleting a domain on which accounts have their addresses.
    UsedDomain {
        /// 204; the accounts stay.
        Deletes,
        /// 409.
        Conflict,
        /// 422.
        Unprocessable,
    }
    /// An organization that was deleted.
    DeletedOrganization {
        /// It is gone with the answer.
        Gone,
        /// It is there for 1,500 ms more: it is shown, and its domains are taken.
        Lingers,
    }
    /// A change of an organization: `PATCH orgs/{domain}`, `PUT licensing`, `PUT package`.
    OrganizationChanges {
        /// 204.
        Work,
        /// 403.
        Forbidden,
        /// 422.
        Unprocessable,
    }
    /// The answer to `PUT licensing`.
    LicensingAnswer {
        /// 204.
        NoContent,
        /// 200 and the licences.
        Shown,
    }
    /// Deleting an organization that is active.
    ActiveOrganization {
        /// 204.
        Deletes,
        /// 409 until it is not active any more.
        Conflict,
    }
}
