//! The simulator's program.

fn main() -> std::process::ExitCode {
    proofpoint_simulator::main()
}
