//! The provider's program.

// That of musl takes a fifth of a plan's processor time.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> std::process::ExitCode {
    framework::run(proofpoint_provider::PROGRAM, proofpoint_provider::provider)
}
