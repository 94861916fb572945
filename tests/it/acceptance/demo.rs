//! `make demo`, with the programs that are built already: to its end, and interrupted in the middle.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use clients::env::EnvMap;
use tempfile::TempDir;

use crate::support::workspace::{provider, repository};

/// The demo in a process group of its own, as a shell starts it, and the directory for all it puts down.
struct Demo {
    process: Child,
    stdout: BufReader<ChildStdout>,
    place: TempDir,
}

impl Demo {
    fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same, with further variables.
    fn start_with(variables: &[(&str, &str)]) -> Self {
        let place = tempfile::Builder::new().prefix("demo").tempdir().expect("a temporary directory");
        let binaries = provider().parent().expect("cargo builds into target/PROFILE");
        let process = Command::new(repository().join(".ci/demo"))
            .env_clear()
            .env("PATH", EnvMap::of_process().get("PATH").unwrap_or_default())
            .env("HOME", place.path())
            .env("TMPDIR", place.path())
            .env("CARGO_TARGET_DIR", binaries.parent().expect("cargo builds into target/PROFILE"))
            .env("DEMO_BINARIES", binaries)
            .envs(variables.iter().copied())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut process = process.expect("the demo starts");
        let stdout = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { process, stdout, place }
    }

    /// Its output up to and with the line that has `text`.
    fn read_until(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert_ne!(self.stdout.read_line(&mut line).expect("a line"), 0, "it ends before `{text}`");
        }
    }

    /// Sends a signal to all of the group; false when nothing of it is left.
    fn signal(&self, name: &str) -> bool {
        let group = format!("-{}", self.process.id());
        let output = Command::new("kill").args(["-s", name, "--", &group]).output().expect("`kill` runs");
        output.status.success()
    }

    /// Waits for its end and fails the test if anything is left: a file, or a process that has to do with the place.
    /// The exit code, and the output that was not read yet.
    fn end(mut self) -> (Option<i32>, String) {
        let mut output = String::new();
        self.stdout.read_to_string(&mut output).expect("its output");
        let mut stderr = self.process.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut output).expect("its complaints");
        let status = self.process.wait().expect("its end");
        let left: Vec<_> = self.place.path().read_dir().expect("the place").flatten().collect();
        assert!(left.is_empty(), "{left:?}\n{output}");
        let processes = processes_about(self.place.path());
        assert!(processes.is_empty(), "{processes:?}\n{output}");
        (status.code(), output)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Only a test that has failed leaves something to end.
        self.signal("KILL");
    }
}

fn processes_about(place: &Path) -> Vec<String> {
    let listed = Command::new("ps").args(["-axo", "command="]).output().expect("`ps` runs");
    let place = place.to_string_lossy().into_owned();
    let all = String::from_utf8_lossy(&listed.stdout).into_owned();
    all.lines().filter(|line| line.contains(&place)).map(str::to_owned).collect()
}

#[test]
fn the_demo_shows_both_sides_and_leaves_nothing_behind() {
    let (code, output) = Demo::start().end();
    assert_eq!(code, Some(0), "{output}");
    let shown = [
        "Apply complete!",
        "No changes.",
        "(the application's secret)",
        "Destroy complete!",
        "\"essentials\" = null",
    ];
    for expected in shown {
        assert!(output.contains(expected), "{expected}\n{output}");
    }
}

#[test]
fn an_interrupted_demo_leaves_nothing_behind() {
    let mut demo = Demo::start();
    demo.read_until(" apply -input=false");
    assert_ne!(processes_about(demo.place.path()).len(), 0, "the simulator does not run");
    // As Ctrl-C does.
    assert!(demo.signal("INT"));
    let (code, output) = demo.end();
    assert_eq!(code, Some(130), "{output}");
}

#[test]
fn a_demo_that_is_kept_names_the_page_that_shows_it() {
    let mut demo = Demo::start_with(&[("KEEP", "1")]);
    demo.read_until("Its page shows both sides");
    let mut face = String::new();
    demo.stdout.read_line(&mut face).expect("its address");
    // What is to be typed in a shell of its own, typed.
    demo.read_until("  bash");
    let mut typed = String::new();
    loop {
        let mut line = String::new();
        assert_ne!(demo.stdout.read_line(&mut line).expect("a line"), 0, "it ends before `exit`");
        if line.trim() == "exit" {
            break;
        }
        typed += &line;
    }
    demo.read_until("rm -rf");
    let shell = Command::new("bash")
        .args(["-c", &typed])
        .env_clear()
        .env("PATH", EnvMap::of_process().get("PATH").unwrap_or_default())
        .env("HOME", demo.place.path())
        .env("TMPDIR", demo.place.path())
        .output()
        .expect("bash");
    let said = String::from_utf8_lossy(&shell.stdout).into_owned();
    for expected in ["No changes.", "contoso.com", "\"now\":"] {
        assert!(said.contains(expected), "{expected}\n{said}\n{}", String::from_utf8_lossy(&shell.stderr));
    }
    assert!(demo.process.wait().expect("its end").success());
    let address =
        face.trim().strip_prefix("http://").and_then(|face| face.strip_suffix('/')).expect("an address");
    let mut stream = TcpStream::connect(address).expect("the simulator runs on");
    let request = format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it takes the request");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("its answer");
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("Proofpoint Azure simulator"), "{page}");
    assert!(demo.signal("KILL"), "nothing was left running");
}
