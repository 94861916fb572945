//! The provider's program.

fn main() -> std::process::ExitCode {
    framework::run(another_provider::PROGRAM, |_environment| another_provider::provider())
}
