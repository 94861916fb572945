//! The targets of `make fuzz`, with the inputs that are kept: seeds, and what was found and mended.

#[path = "../../fuzz/targets/lib.rs"]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::workspace::repository;

/// Runs the inputs of a target; each that breaks a promise is named.
fn every_input_of(target: &str) {
    let (name, run) = targets::ALL.into_iter().find(|(name, _)| *name == target).expect("a target");
    let (mut inputs, mut broken) = (0, Vec::new());
    for kept in ["corpus", "found"] {
        let directory = repository().join("fuzz").join(kept).join(name);
        for entry in directory.read_dir().into_iter().flatten().flatten() {
            let input = fs::read(entry.path()).expect("an input");
            inputs += 1;
            if catch_unwind(AssertUnwindSafe(|| run(&input))).is_err() {
                broken.push(entry.path());
            }
        }
    }
    assert!(broken.is_empty(), "the panics above are of {broken:?}");
    assert!(inputs > 3, "only {inputs} inputs of {name}");
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                every_input_of(stringify!($name));
            }
        )*

        #[test]
        fn each_target_has_a_test_and_a_program() {
            let tested = [$(stringify!($name)),*];
            assert_eq!(targets::ALL.map(|(name, _)| name), tested);
            let manifest = fs::read_to_string(repository().join("fuzz/Cargo.toml")).expect("its manifest");
            for name in tested {
                let text = fs::read_to_string(repository().join(format!("fuzz/programs/{name}.rs")));
                assert!(text.expect("a program").contains(&format!("targets::{name}::run(input)")), "{name}");
                assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name}");
            }
        }
    };
}

targets! { batch calls essentials graph handshake ids pkcs12 stored values }
