//! Ctrl-C, and the signal by which a job is ended, at each phase: the program ends at once, says so, and leaves no file.
#![cfg(unix)]

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

/// Sends a signal and waits for the end: what was said on standard error after `said`.
#[track_caller]
fn ends_at_once(mut process: Child, signal: &str, mut said: String) -> String {
    let sent = Command::new("kill").args([signal, &process.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    let interrupted = Instant::now();
    let code = loop {
        if let Some(status) = process.try_wait().expect("its state") {
            break status.code();
        }
        if interrupted.elapsed() > Duration::from_secs(10) {
            process.kill().expect("its end");
            panic!("{signal} does not end it: {said}");
        }
    };
    if let Some(mut stderr) = process.stderr.take() {
        stderr.read_to_string(&mut said).expect("UTF-8");
    }
    let mut out = String::new();
    if let Some(mut stdout) = process.stdout.take() {
        stdout.read_to_string(&mut out).expect("UTF-8");
    }
    assert_eq!(code, Some(130), "{signal}: {said}\n{out}");
    said
}

fn spawned(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs")
}

/// Waits until something that was asked for has been answered.
#[track_caller]
fn until_answered(world: &World, path: &str) {
    let start = Instant::now();
    while !world.simulator.requests().iter().any(|one| one.path.ends_with(path)) {
        assert!(start.elapsed() < Duration::from_secs(60), "nobody asked for {path}");
    }
}

#[test]
fn while_it_asks_nothing_is_written() {
    let world = world(2);
    let (partner, domain) = ("partner.example", world.customers[1].domain.clone());
    // The list of customers, an organization, and a tenant: what hangs, and what was answered before.
    for (hangs, answered) in [
        (format!("/api/v1/orgs/{partner}/orgs"), "/api/v1/me".to_owned()),
        (format!("/api/v1/orgs/{domain}"), format!("/api/v1/endpoints/{domain}")),
        ("/*/oauth2/v2.0/token".to_owned(), format!("/orgs/{domain}/settings/azure")),
        ("/v1.0/$batch".to_owned(), "/oauth2/v2.0/token".to_owned()),
    ] {
        for signal in ["-INT", "-TERM"] {
            for arguments in [&[][..], &["--output", "found.tf"]] {
                world.simulator.set_faults(&json!([{ "path": hangs, "delay": 60_000 }]));
                world.simulator.forget_requests();
                let process = spawned(world.command(arguments));
                until_answered(&world, &answered);
                let said = ends_at_once(process, signal, String::new());
                assert!(said.contains("Interrupted. Nothing was written."), "{hangs}: {said}");
                assert!(world.files().is_empty(), "{hangs}: {:?}", world.files());
            }
        }
    }
}

#[test]
fn while_it_reads_the_domains_nothing_is_written() {
    let world = world(1);
    let pipe = world.path().join("domains");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    for signal in ["-INT", "-TERM"] {
        let process = spawned(world.command(&["--domains", "domains", "--output", "found.tf"]));
        // Open as soon as the program reads.
        let writer = OpenOptions::new().write(true).open(&pipe).expect("a pipe");
        let said = ends_at_once(process, signal, String::new());
        assert!(said.contains("Interrupted. Nothing was written."), "{said}");
        assert_eq!(world.files(), ["domains"]);
        drop(writer);
    }
}

#[test]
fn while_nobody_takes_what_it_writes_it_says_that_it_may_not_be_whole() {
    // More than a pipe holds.
    let world = world(40);
    for signal in ["-INT", "-TERM"] {
        let mut process = spawned(world.command(&[]));
        let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
        let all = world.customers.len() + 1;
        let last = format!("{all} of {all}: ");
        let mut said = String::new();
        while !said.contains(&last) {
            said += &lines.next().expect("it goes on").expect("UTF-8");
        }
        let mut stdout = BufReader::new(process.stdout.take().expect("a pipe"));
        // It writes as soon as there is something to read, and does not end.
        assert!(!stdout.fill_buf().expect("a beginning").is_empty());
        ends_at_once(process, signal, String::new());
        let rest: Vec<String> = lines.map(|line| line.expect("UTF-8")).collect();
        assert_eq!(rest, ["Interrupted. What it was writing may not be whole."]);
    }
}

#[test]
fn organizations_that_hang_hold_up_none_of_the_others() {
    // More than are looked at side by side, and the first ones.
    let world = world(14);
    let mut domains: Vec<&str> = world.customers.iter().map(|one| one.domain.as_str()).collect();
    domains.sort_unstable();
    let (hanging, well) = domains.split_at(10);
    let faults: Vec<_> = hanging
        .iter()
        .map(|domain| json!({ "path": format!("/api/v1/orgs/{domain}/settings/azure"), "delay": 600_000 }))
        .collect();
    world.simulator.set_faults(&json!(faults));
    let mut process = spawned(world.command(&[]));
    let stderr = BufReader::new(process.stderr.take().expect("a pipe"));
    let (sender, lines) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    let mut said = Vec::new();
    while !well.iter().all(|domain| said.iter().any(|line: &String| line.contains(&format!(" {domain}: ")))) {
        let next = lines.recv_timeout(Duration::from_secs(90));
        said.push(next.unwrap_or_else(|_| panic!("they wait for those that hang: {said:#?}")));
    }
    ends_at_once(process, "-INT", String::new());
    reader.join().expect("it ends");
}
