//! Messages generated from `proto/`. Only this module's parent and `server` name them.

/// Declares a module with the code generated from one protobuf package.
macro_rules! generated {
    ($(#[$meta:meta])* $module:ident, $package:literal) => {
        $(#[$meta])*
        #[allow(
            missing_docs,
            unreachable_pub,
            unused_qualifications,
            clippy::all,
            clippy::pedantic,
            clippy::allow_attributes_without_reason,
            reason = "generated code; its documentation is in proto/"
        )]
        pub mod $module {
            tonic::include_proto!($package);
        }
    };
}

generated!(
    /// Plugin protocol 6.
    tfplugin6,
    "tfplugin6"
);
generated!(
    /// The services of go-plugin that stand beside the provider's own.
    go_plugin,
    "plugin"
);
generated!(
    /// The health service of gRPC.
    health,
    "grpc.health.v1"
);
