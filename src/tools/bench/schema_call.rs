//! One gRPC call over the plugin's socket, with no more client than that takes.

use std::error::Error;
use std::path::Path;

use reqwest::{ClientBuilder, Identity};

/// Calls `method` with an empty request and returns the size of the answer's message in bytes.
///
/// The server's certificate is not checked: a peer's is one that only Go's verifier accepts.
pub(crate) async fn call(socket: &Path, identity: &Identity, method: &str) -> Result<u64, Box<dyn Error>> {
    let client = over(socket)?
        .identity(identity.clone())
        .tls_danger_accept_invalid_certs(true)
        .http2_initial_stream_window_size(16 << 20)
        .http2_initial_connection_window_size(16 << 20)
        .build()?;
    let empty_message: &[u8] = &[0; 5];
    let response = client
        .post(format!("https://localhost/{method}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(empty_message)
        .send()
        .await?;
    let body = response.bytes().await?;
    let Some((&[_, a, b, c, d], message)) = body.split_first_chunk::<5>() else {
        return Err(format!("no answer to {method}").into());
    };
    let length = u64::from(u32::from_be_bytes([a, b, c, d]));
    if length != message.len() as u64 {
        return Err(format!("the answer to {method} is cut off").into());
    }
    Ok(length)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it fails")]
fn over(socket: &Path) -> Result<ClientBuilder, Box<dyn Error>> {
    Ok(ClientBuilder::new().unix_socket(socket))
}

#[cfg(not(unix))]
fn over(_: &Path) -> Result<ClientBuilder, Box<dyn Error>> {
    Err("starts are measured over a unix socket, which this system does not have".into())
}
