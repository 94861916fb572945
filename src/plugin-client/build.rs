//! Compiles the clients of the wire protocols of `proto/`, which refer to the framework's messages instead of repeating them.

use std::error::Error;

const FILES: [&str; 3] = ["tfplugin6.proto", "go_plugin.proto", "health.proto"];

/// Where they are, seen from this crate.
const PROTO: &str = "../../proto";

/// Where the framework puts the generated messages, by protobuf package.
const MODULES: [(&str, &str); 3] =
    [("tfplugin6", "tfplugin6"), ("plugin", "go_plugin"), ("grpc.health.v1", "health")];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO}");
    let mut config = tonic_prost_build::configure()
        .build_server(false)
        .build_transport(false)
        .emit_rerun_if_changed(false);
    for (package, module) in MODULES {
        let path = format!("::framework::protocol::wire::{module}");
        config = config.extern_path(format!(".{package}"), path);
    }
    Ok(config.compile_fds(protox::compile(FILES, [PROTO])?)?)
}
