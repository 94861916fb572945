//! A look at a simulator that runs already, for people and scripts without an HTTP client that knows its authority.

use std::path::Path;
use std::time::Duration;

use reqwest::{Certificate, Client};

use crate::server::CA_FILE;

/// What `GET state` of this control plane gives.
pub(crate) async fn state(control: &str, tls_dir: Option<&Path>) -> Result<String, String> {
    let authority = tls_dir.map(|directory| authority(&directory.join(CA_FILE))).transpose()?;
    let failed = |error: reqwest::Error| format!("no answer from {control}: {}", innermost(&error));
    let client = Client::builder()
        .tls_certs_only(authority)
        .no_proxy()
        .timeout(Duration::from_secs(60))
        .build()
        .map_err(failed)?;
    let request = client.get(format!("{}/state", control.trim_end_matches('/')));
    let answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    answer.text().await.map_err(failed)
}

fn authority(file: &Path) -> Result<Certificate, String> {
    let pem = std::fs::read(file).map_err(|error| format!("{} can't be read: {error}", file.display()))?;
    Certificate::from_pem(&pem).map_err(|error| format!("{} holds no certificate: {error}", file.display()))
}

/// The cause, which the layers above only wrap.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
