//! The simulator's face: one page that shows both sides and what a sync would do, for somebody with a browser. It asks the
//! control plane for what it shows, and for what its buttons do, as any program could.

mod application;
mod page;
mod people;
mod places;
mod shown;

pub(crate) use page::{is_page, page};
pub(crate) use shown::shown;
