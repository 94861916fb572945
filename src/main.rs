//! The provider's program.

fn main() -> std::process::ExitCode {
    framework::run(proofpoint_provider::PROGRAM, proofpoint_provider::provider)
}
