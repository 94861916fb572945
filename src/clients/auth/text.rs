//! Texts that are given as such, or stand in files.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::choose::{Beside, Text};
use super::error::Error;

/// Federated tokens and ids are short; a larger file is some other file.
const MAX_TEXT_BYTES: u64 = 64 * 1024;

/// Reads a text that is given as such or stands in a file. One that is given both ways is refused unless it is the same.
pub(super) async fn read(text: &Text, what: &'static str) -> Result<SecretString, Error> {
    let (input, path, beside) = match text {
        Text::Given(text) => return Ok(text.clone()),
        Text::File { input, path, beside } => (*input, path, beside),
    };
    let failed = |complaint: String| Error::Assertion {
        what,
        input: Some(input),
        cause: format!("its file, {}, {complaint}", path.display()),
    };
    let Some(Beside { given, from }) = beside else { return content(path).await.map_err(failed) };
    let variable = from.name;
    let way_out = "unset one of both, or make them agree";
    match content(path).await {
        Ok(text) if is_same(text.expose_secret(), given.expose_secret().trim()) => Ok(given.clone()),
        Ok(_) => Err(failed(format!("and `{variable}` do not say the same: {way_out}"))),
        Err(complaint) => Err(failed(format!("which is set beside `{variable}`, {complaint}; {way_out}"))),
    }
}

/// In constant time.
fn is_same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// What a file says, or what is wrong with it.
async fn content(path: &Path) -> Result<SecretString, String> {
    let unreadable = |error| format!("cannot be read: {error}");
    if tokio::fs::metadata(path).await.map_err(unreadable)?.len() > MAX_TEXT_BYTES {
        return Err("is too large to be that".to_owned());
    }
    match tokio::fs::read_to_string(path).await.map_err(unreadable)?.trim() {
        "" => Err("is empty".to_owned()),
        text => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InputName;

    #[tokio::test]
    async fn a_missing_or_empty_file_is_named_with_its_input() {
        let empty = tempfile::NamedTempFile::new().expect("a file");
        for path in [empty.path().to_owned(), "/no/such/file".into()] {
            let text = Text::File { input: InputName::ClientSecretFile, path: path.clone(), beside: None };
            let error = read(&text, "the client secret").await.expect_err("refused");
            assert!(
                matches!(error, Error::Assertion { input: Some(InputName::ClientSecretFile), .. }),
                "{error}"
            );
            let error = error.to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
        }
    }

    #[tokio::test]
    async fn a_text_beside_its_file_is_the_same_or_refused() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "hush\n").expect("written");
        let both = |given: &str, path: &Path| Text::File {
            input: InputName::ClientSecretFile,
            path: path.to_owned(),
            beside: Some(Beside { given: given.into(), from: &crate::env::ARM_CLIENT_SECRET }),
        };
        let same = read(&both("hush", file.path()), "the client secret").await.expect("the same");
        assert_eq!(same.expose_secret(), "hush");
        for (given, path, complaint) in [
            ("other", file.path(), "do not say the same"),
            ("hush", Path::new("/no/such/file"), "cannot be read"),
        ] {
            let error = read(&both(given, path), "the client secret").await.expect_err("refused").to_string();
            assert!(error.contains(complaint) && error.contains("`ARM_CLIENT_SECRET`"), "{error}");
            assert!(error.contains(&path.display().to_string()), "{error}");
            assert!(!error.contains("hush") && !error.contains("other"), "{error}");
        }
    }
}
