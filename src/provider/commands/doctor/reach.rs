//! How far a request came: whether a service has an answer, or none for now.

use clients::{auth, essentials, graph, http};

use super::level::Level;
use crate::provider_block::{Cause, Failure};

/// How far a request came that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The service has said no.
    Refused,
    /// It has not answered, or asks to come back later.
    NotReached,
    /// It was not asked: what there is to sign in with does not allow it.
    NotAsked,
}

impl Reach {
    /// What came of a sign-in, in a few words.
    pub(super) fn of_sign_in(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NotReached => "not reached",
            Self::NotAsked => "not tried",
        }
    }

    /// How grave it is that nobody is signed in.
    pub(super) fn level_of_sign_in(self) -> Level {
        if self == Self::NotAsked { Level::Unconfigured } else { Level::Unreached }
    }

    /// How grave it is that something can't be read of a service that let us in: another time it may work.
    pub(super) fn level(self) -> Level {
        if self == Self::NotReached { Level::Unreached } else { Level::Blocked }
    }
}

/// Says of an error how far the request came.
pub(super) trait Reached {
    fn reach(&self) -> Reach;
}

fn of_status(status: u16) -> Reach {
    if status == 429 || status >= 500 { Reach::NotReached } else { Reach::Refused }
}

impl Reached for http::Error {
    fn reach(&self) -> Reach {
        use http::ErrorKind;
        match self.kind() {
            ErrorKind::Decode(_)
            | ErrorKind::TooLarge { .. }
            | ErrorKind::ReadOnly
            | ErrorKind::NotJson { html: false, .. } => Reach::Refused,
            ErrorKind::CaBundle { .. } | ErrorKind::Proxy { .. } | ErrorKind::Unencrypted => Reach::NotAsked,
            _ => Reach::NotReached,
        }
    }
}

impl Reached for auth::Error {
    fn reach(&self) -> Reach {
        match self {
            Self::Configuration(_) | Self::NoTenant { .. } | Self::Unusable { .. } => Reach::NotAsked,
            Self::Unreachable { .. }
            | Self::NotJson { .. }
            | Self::Timeout { .. }
            | Self::Cancelled { .. } => Reach::NotReached,
            Self::Rejected(rejection) => of_status(rejection.status),
            _ => Reach::Refused,
        }
    }
}

impl Reached for graph::Error {
    fn reach(&self) -> Reach {
        match self.kind() {
            graph::ErrorKind::Auth(error) => error.reach(),
            graph::ErrorKind::Http(error) => error.reach(),
            graph::ErrorKind::Throttled(_) => Reach::NotReached,
            graph::ErrorKind::Refused(answer) => of_status(answer.status),
            _ => Reach::Refused,
        }
    }
}

impl Reached for essentials::Error {
    fn reach(&self) -> Reach {
        match &self.kind {
            essentials::ErrorKind::Http(error) => error.reach(),
            essentials::ErrorKind::Throttled(_) => Reach::NotReached,
            essentials::ErrorKind::Refused(answer) => of_status(answer.status),
            _ => Reach::Refused,
        }
    }
}

impl Reached for Failure {
    fn reach(&self) -> Reach {
        match self.cause() {
            Cause::Auth(error) => error.reach(),
            Cause::Http(error) => error.reach(),
            Cause::Graph(error) => error.reach(),
            Cause::Essentials(error) => error.reach(),
            Cause::Told(_) => Reach::Refused,
        }
    }
}

/// Whether a service's certificate is not trusted, or the file of those who are can't be read.
pub(super) fn is_untrusted(failure: &Failure) -> bool {
    let http = match failure.cause() {
        Cause::Auth(auth::Error::Unreachable { untrusted: true, .. }) => return true,
        Cause::Http(error) => error,
        Cause::Graph(error) => match error.kind() {
            graph::ErrorKind::Auth(auth::Error::Unreachable { untrusted: true, .. }) => return true,
            graph::ErrorKind::Http(error) => error,
            _ => return false,
        },
        Cause::Essentials(error) => match &error.kind {
            essentials::ErrorKind::Http(error) => error,
            _ => return false,
        },
        _ => return false,
    };
    matches!(http.kind(), http::ErrorKind::Untrusted { .. } | http::ErrorKind::CaBundle { .. })
}

/// The refused sign-in to Entra that a failure is about.
pub(super) fn sign_in(failure: &Failure) -> Option<&auth::Error> {
    match failure.cause() {
        Cause::Auth(error) => Some(error),
        Cause::Graph(error) => match error.kind() {
            graph::ErrorKind::Auth(error) => Some(error),
            _ => None,
        },
        _ => None,
    }
}
