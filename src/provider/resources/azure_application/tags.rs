//! The tags that this provider keeps on the applications it makes. They are hidden from `tags`.

use clients::graph::{self, Application};

/// Tag by which the provider knows the applications it made. It is hidden from `tags`.
pub(super) const OWN_TAG: &str = "terraform-provider-proofpoint";

/// Beginning of the tag that tells which resource an application belongs to: the one that made it or took it over last. It
/// is hidden as well.
pub(super) const OWNER_TAG: &str = "terraform-provider-proofpoint:owner:";

/// Beginning of the tag that tells when an application was restored last: a command that is killed before its state is written
/// leaves it active, with all that it had before, and old by its own date. It is hidden as well.
pub(super) const RESTORED_TAG: &str = "terraform-provider-proofpoint:restored:";

pub(super) fn is_own_tag(tag: &str) -> bool {
    tag == OWN_TAG || tag.starts_with(OWNER_TAG) || tag.starts_with(RESTORED_TAG)
}

/// Whether this provider has made an application, or taken it over.
pub(crate) fn is_ours(application: &Application) -> bool {
    application.tags.iter().any(|tag| tag == OWN_TAG)
}

/// Whether it has let an application go that something else needed: it is whose configuration asks for its unique name.
pub(super) fn is_nobodys(application: &Application) -> bool {
    is_ours(application) && graph::owner_in(&application.tags, OWNER_TAG).is_none()
}
