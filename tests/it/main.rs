//! The one integration binary: everything that is shown by driving the built programs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this crate is tests through and through"
)]

mod acceptance;
mod architecture;
mod counts;
mod differential;
mod documents;
mod fuzz;
mod interfaces;
mod ledger;
mod live;
mod moods;
mod protocol;
mod release;
mod soak;
mod support;
