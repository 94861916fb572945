//! What is measured: a program that prints a plugin handshake.

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rcgen::{CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use reqwest::Identity;

use super::{memory, processor, schema_call};

/// The host side of the plugin handshake, with a client certificate such as go-plugin makes.
pub(crate) struct Host {
    certificate: String,
    identity: Identity,
}

impl Host {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
        let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key)?.pem();
        let identity = Identity::from_pem(format!("{certificate}{}", key.serialize_pem()).as_bytes())?;
        Ok(Self { certificate, identity })
    }
}

/// A program under measurement.
pub(crate) struct Subject {
    program: PathBuf,
    /// The gRPC method that returns its schema; none for a program that only prints the line.
    schema_method: Option<&'static str>,
}

/// What one run took. Times in milliseconds, sizes in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    pub(crate) handshake: f64,
    /// Processor time until the handshake, of all threads.
    pub(crate) processor: f64,
    pub(crate) ready: f64,
    pub(crate) schema: u64,
    pub(crate) resident: u64,
    pub(crate) anonymous: u64,
}

impl Measured {
    /// The median of each figure.
    pub(crate) fn median(runs: &[Self]) -> Self {
        let time = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<f64> = runs.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        let size = |figure: fn(&Self) -> u64| {
            let mut figures: Vec<u64> = runs.iter().map(figure).collect();
            figures.sort_unstable();
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        Self {
            handshake: time(|run| run.handshake),
            processor: time(|run| run.processor),
            ready: time(|run| run.ready),
            schema: size(|run| run.schema),
            resident: size(|run| run.resident),
            anonymous: size(|run| run.anonymous),
        }
    }
}

impl Subject {
    pub(crate) const fn provider(program: PathBuf, schema_method: &'static str) -> Self {
        Self { program, schema_method: Some(schema_method) }
    }

    pub(crate) const fn line_only(program: PathBuf) -> Self {
        Self { program, schema_method: None }
    }

    /// Starts it, waits for its handshake, asks for its schema, looks at its memory, and ends it.
    pub(crate) async fn run(&self, host: &Host) -> Result<Measured, Box<dyn Error>> {
        let start = Instant::now();
        let mut process = Process(
            Command::new(&self.program)
                .env_clear()
                .env(
                    "TF_PLUGIN_MAGIC_COOKIE",
                    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
                )
                .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
                .env("PLUGIN_MIN_PORT", "10000")
                .env("PLUGIN_MAX_PORT", "25000")
                .env("PLUGIN_CLIENT_CERT", &host.certificate)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()?,
        );
        let mut line = String::new();
        let stdout = process.0.stdout.take().ok_or("no pipe from the program")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let handshake = start.elapsed();

        let mut measured = Measured {
            handshake: handshake.as_secs_f64() * 1e3,
            processor: processor::time(process.0.id()),
            ..Measured::default()
        };
        if let Some(method) = self.schema_method {
            let socket = line.split('|').nth(3).ok_or_else(|| format!("no handshake: {line:?}"))?;
            measured.schema = schema_call::call(Path::new(socket), &host.identity, method).await?;
            measured.ready = start.elapsed().as_secs_f64() * 1e3;
        }
        (measured.resident, measured.anonymous) = memory::resident(process.0.id());
        Ok(measured)
    }
}

/// A running program that ends with this value.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Gone already is as good as killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
