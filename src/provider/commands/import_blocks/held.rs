//! What was found of one organization: resources to take over, and what was left out.

use grammar::counted;

use framework::diagnostic::Diagnostics;
use framework::value::Value;

/// The kinds of what is taken over, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// `proofpoint_organization`.
    Organization,
    /// `proofpoint_azure_application`.
    Application,
    /// `proofpoint_azure_admin_consent`.
    Consent,
    /// `proofpoint_azure_sync`.
    Sync,
}

impl Kind {
    /// The resource's type.
    pub(super) const fn type_name(self) -> &'static str {
        match self {
            Self::Organization => "proofpoint_organization",
            Self::Application => "proofpoint_azure_application",
            Self::Consent => "proofpoint_azure_admin_consent",
            Self::Sync => "proofpoint_azure_sync",
        }
    }

    /// As comments call it.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Organization => "the organization",
            Self::Application => "the application",
            Self::Consent => "the admin consent",
            Self::Sync => "the sync",
        }
    }
}

/// A resource that is taken over.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) kind: Kind,
    /// What its import takes.
    pub(super) id: String,
    /// The configuration that leaves it as it is, but for a key that is taken over.
    pub(super) config: Hidden,
    /// Whether its plan mints a key of its own: the one change there is.
    pub(super) takes_key: bool,
    /// What is to be known of it.
    pub(super) remarks: Vec<String>,
}

/// A value, which may hold what is nobody's business in a message of the program.
pub(super) struct Hidden(pub(super) Value);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a configuration")
    }
}

/// Something that is not taken over.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub(super) what: &'static str,
    pub(super) why: String,
}

/// What was found of one organization.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The domain by which it is known, or the one that was asked for where it can't be read.
    pub(super) domain: String,
    /// Its name.
    pub(super) name: String,
    pub(super) resources: Vec<Taken>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) remarks: Vec<String>,
}

impl Held {
    /// An organization of which nothing is known but a domain.
    pub(super) fn of(domain: &str) -> Self {
        Self { domain: domain.to_owned(), ..Self::default() }
    }

    /// Leaves something out.
    pub(super) fn leave_out(&mut self, what: &'static str, why: impl Into<String>) {
        self.left_out.push(LeftOut { what, why: why.into() });
    }

    /// The resource of a kind, if it is taken over.
    pub(super) fn resource(&self, kind: Kind) -> Option<&Taken> {
        self.resources.iter().find(|taken| taken.kind == kind)
    }

    /// What was found, in a few words.
    pub(super) fn told(&self) -> String {
        let found = match self.resources.len() {
            0 => "nothing to take over".to_owned(),
            number => counted(number, "resource"),
        };
        match self.left_out.len() {
            0 => found,
            left => format!("{found}, {left} left out"),
        }
    }
}

/// Messages as one text.
pub(super) fn told(messages: impl Into<Diagnostics>) -> String {
    let one = |diagnostic: framework::diagnostic::Diagnostic| {
        if diagnostic.detail.is_empty() {
            format!("{}.", diagnostic.summary)
        } else {
            format!("{}. {}", diagnostic.summary, diagnostic.detail)
        }
    };
    messages.into().into_iter().map(one).collect::<Vec<_>>().join("\n")
}
