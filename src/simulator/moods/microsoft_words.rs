//! Words for what Microsoft is not known to do one way.

use super::words::words;

words! {
    /// Status of a conflict with another write.
    Conflict {
        /// 409, as in 2026.
        Conflict,
        /// 503 with the same code, as in 2022.
        Unavailable,
    }
    /// What the token endpoint knows of applications, principals and keys.
    TokenEndpoint {
        /// What every replica knows.
        LikeReplicas,
        /// Everything at once, before replicas show it.
        Ahead,
    }
    /// Which roles a token carries.
    TokenRoles {
        /// Those that replicas show.
        LikeReplicas,
        /// Those that there are, before replicas show them.
        Ahead,
        /// Those that there have been for 1,500 ms, and that replicas show.
        Behind,
    }
    /// How a batch is answered of which an item was throttled.
    ThrottledBatch {
        /// 200, and the item has a 429 of its own.
        Items,
        /// 424, whatever came of its items.
        FailedDependency,
    }
    /// How a principal is refused whose application has not reached every replica.
    FreshApplication {
        /// 400, detail `NoBackingApplicationObject`.
        BadRequest,
        /// 403, "the backing application ... must in the local tenant".
        Forbidden,
    }
    /// How a grant to a principal is refused that has not reached every replica.
    FreshPrincipal {
        /// 404 or 400, by chance.
        Either,
        /// Always 404.
        NotFound,
        /// Always 400.
        BadRequest,
    }
    /// How a second assignment of the same role is refused.
    Duplicate {
        /// 400.
        BadRequest,
        /// 409.
        Conflict,
    }
    /// By what a grant or an assignment is refused since there is one already.
    DuplicateCheck {
        /// By what is there.
        WhatIsThere,
        /// Also by what a late replica still shows.
        WhatReplicasShow,
    }
    /// What becomes of the service principal when its application is deleted.
    Cascade {
        /// It is deleted too.
        GoesAlong,
        /// It stays.
        Stays,
    }
    /// Whether a grant may name scopes that its resource does not publish.
    ScopeNames {
        /// Any text is stored.
        Unchecked,
        /// An unknown name is refused with 400.
        Checked,
    }
    /// Whether a grant may be without any scope.
    EmptyScope {
        /// It is stored.
        Stored,
        /// It is refused with 400.
        Refused,
    }
    /// Who may read deleted objects.
    DeletedReaders {
        /// `Directory.Read.All`; `Application.Read.All`, `Application.ReadWrite.All`; `Group.Read.All`, `Group.ReadWrite.All`.
        Documented,
        /// Also `Application.ReadWrite.OwnedBy` (applications, principals) and `GroupMember.Read.All` (groups).
        Wider,
    }
    /// Who may read the owners of applications and principals.
    OwnersReaders {
        /// Whoever may read the object itself.
        Wider,
        /// Only who holds `Directory.Read.All` besides.
        Documented,
    }
    /// What the reports of sign-ins by credential say.
    SignInActivity {
        /// Each sign-in six hours later.
        HoursLate,
        /// Each sign-in at once.
        AtOnce,
        /// 403: the tenant has no licence for them.
        Unlicensed,
        /// Never anything: an empty list.
        Empty,
    }
    /// The beginning of a secret beside its key id.
    Hint {
        /// Its first three characters.
        Shown,
        /// Null.
        Absent,
    }
    /// `Retry-After` of a 429.
    RetryAfter {
        /// Whole seconds.
        Seconds,
        /// Seconds with a fraction, as `2.128`.
        Fraction,
        /// A date.
        Date,
        /// Not there.
        Absent,
    }
    /// What becomes of a request whose client has gone before it took effect.
    Abandoned {
        /// It ends without effect.
        Ends,
        /// It takes effect all the same.
        GoesOn,
    }
}
