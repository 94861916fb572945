//! What is done with arbitrary input, one function each, which panics when a promise is broken. `fuzz/programs` calls them with
//! what libFuzzer makes up; `tests/it/fuzz.rs` with the inputs that are kept in `fuzz/corpus` and `fuzz/found`.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a crate of tests, which is a module of another one as well"
)]

pub mod batch;
pub mod calls;
pub mod essentials;
pub mod graph;
pub mod handshake;
pub mod ids;
pub mod pkcs12;
pub mod stored;
pub mod values;

mod answering;
mod cautious;
mod conversation;

/// What takes an input.
pub type Target = fn(&[u8]);

/// Each target by its name, under which its inputs are kept.
pub const ALL: [(&str, Target); 9] = [
    ("batch", batch::run),
    ("calls", calls::run),
    ("essentials", essentials::run),
    ("graph", graph::run),
    ("handshake", handshake::run),
    ("ids", ids::run),
    ("pkcs12", pkcs12::run),
    ("stored", stored::run),
    ("values", values::run),
];
