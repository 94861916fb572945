//! Compiles the wire protocols of `proto/` without `protoc`: messages. Their services are `server`'s, clients `plugin-client`'s.

#![expect(clippy::disallowed_methods, reason = "cargo talks to a build script through the environment")]

use std::error::Error;
const FILES: [&str; 3] = ["tfplugin6.proto", "go_plugin.proto", "health.proto"];

/// Where they are, seen from this crate.
const PROTO: &str = "../../proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO}");
    println!("cargo:rerun-if-env-changed=AWS_LC_SYS_NO_JITTER_ENTROPY");
    if std::env::var_os("AWS_LC_SYS_NO_JITTER_ENTROPY").is_none() {
        println!(
            "cargo:warning=AWS_LC_SYS_NO_JITTER_ENTROPY is not set: every start of the provider will take \
             40 to 75 ms longer. Building inside the repository sets it (.cargo/config.toml)."
        );
    }

    let descriptors = protox::compile(FILES, [PROTO])?;
    tonic_prost_build::configure()
        .build_client(false)
        .build_server(false)
        .btree_map(".")
        .emit_rerun_if_changed(false)
        .compile_fds(descriptors)?;
    Ok(())
}
