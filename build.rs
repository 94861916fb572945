//! Compiles the wire protocols of `proto/` without `protoc`.
//!
//! The product gets messages and servers. Clients exist for the integration tests only and are written beside
//! them: they refer to the product's messages instead of repeating them.

#![expect(clippy::disallowed_methods, reason = "cargo talks to a build script through the environment")]

use std::error::Error;
use std::path::{Path, PathBuf};

use tonic_prost_build::FileDescriptorSet;

const FILES: [&str; 3] = ["tfplugin6.proto", "go_plugin.proto", "health.proto"];

/// Where the library puts the generated messages, by protobuf package.
const MODULES: [(&str, &str); 3] =
    [("tfplugin6", "tfplugin6"), ("plugin", "go_plugin"), ("grpc.health.v1", "health")];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    println!("cargo:rerun-if-env-changed=AWS_LC_SYS_NO_JITTER_ENTROPY");
    if std::env::var_os("AWS_LC_SYS_NO_JITTER_ENTROPY").is_none() {
        println!(
            "cargo:warning=AWS_LC_SYS_NO_JITTER_ENTROPY is not set: every start of the provider will take \
             40 to 75 ms longer. Building inside the repository sets it (.cargo/config.toml)."
        );
    }

    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let descriptors = protox::compile(FILES, ["proto"])?;

    tonic_prost_build::configure()
        .build_client(false)
        .generate_default_stubs(true)
        .btree_map(".")
        .emit_rerun_if_changed(false)
        .compile_fds(descriptors.clone())?;

    let clients = out.join("clients");
    std::fs::create_dir_all(&clients)?;
    compile_clients(&clients, descriptors)
}

fn compile_clients(dir: &Path, descriptors: FileDescriptorSet) -> Result<(), Box<dyn Error>> {
    let mut config = tonic_prost_build::configure()
        .build_server(false)
        .build_transport(false)
        .emit_rerun_if_changed(false)
        .out_dir(dir);
    for (package, module) in MODULES {
        let path = format!("::terraform_provider_proofpoint::protocol::wire::{module}");
        config = config.extern_path(format!(".{package}"), path);
    }
    Ok(config.compile_fds(descriptors)?)
}
