//! What destroying a resource does to what people's mail depends on.

use framework::words;

words! {
    /// What becomes of the object.
    #[derive(Default)]
    pub enum OnDestroy {
        /// It stays as it is.
        #[default]
        Keep = "keep",
        /// It stays, and takes no mail.
        Deactivate = "deactivate",
        /// It goes.
        Delete = "delete",
    }
}
