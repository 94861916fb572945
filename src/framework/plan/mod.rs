//! What a plan is made of.

pub mod modifiers;
