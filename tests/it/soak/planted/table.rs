//! The faults.

use super::Planted;

/// Each was one of this provider's, of azuread's, or of another provider that mints and hands over secrets.
pub(super) const PLANTED: &[Planted] = &[
    Planted {
        name: "key-removed-before-proof",
        history: "the old key was removed at the handover, while Proofpoint still signed in with it",
        file: "src/provider/resources/azure_sync/apply.rs",
        changes: &[(
            "let unused = if proven { Unused::All } else { Unused::None };",
            "let unused = Unused::All;",
        )],
    },
    Planted {
        name: "key-of-a-killed-apply",
        history: "a key that an apply had made before it was killed stayed in Entra for ever",
        file: "src/provider/resources/azure_sync/rotation.rs",
        changes: &[("return Some(Reason::Interrupted);", "return None;")],
    },
];
