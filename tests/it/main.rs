//! The one integration binary: everything that is shown by driving the built programs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this crate is tests through and through"
)]

#[expect(dead_code, reason = "the tests of the resources land one after another")]
mod acceptance;
mod architecture;
mod differential;
mod interfaces;
mod protocol;
#[expect(dead_code, reason = "the tests of the resources land one after another")]
mod support;
