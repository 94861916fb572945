//! What configurations can read.

mod account;

pub use account::AccountSource;
