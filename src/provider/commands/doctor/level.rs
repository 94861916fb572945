//! How grave what is found is, and what exit code that comes to.

/// How grave a finding is. The gravest of all is the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Good to know.
    Fine,
    /// An apply would go through, and somebody should look at it.
    Warning,
    /// An apply would fail.
    Blocked,
    /// One side can't be talked to.
    Unreached,
    /// One side can't be signed in to, since something is not set.
    Unconfigured,
}

impl Level {
    /// As programs read it.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warning => "warning",
            Self::Blocked => "blocked",
            Self::Unreached => "unreachable",
            Self::Unconfigured => "not_configured",
        }
    }

    /// The exit code that it comes to.
    pub(super) const fn exit_code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Warning => 2,
            Self::Blocked => 3,
            Self::Unreached => 4,
            Self::Unconfigured => 5,
        }
    }
}
