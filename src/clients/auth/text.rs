//! Texts that are given as such, or stand in files.

use secrecy::SecretString;

use super::choose::Text;
use super::error::Error;

/// Federated tokens and ids are short; a larger file is some other file.
const MAX_TEXT_BYTES: u64 = 64 * 1024;

/// Reads a text that is given as such or stands in a file.
pub(super) async fn read(text: &Text, what: &'static str) -> Result<SecretString, Error> {
    let (input, path) = match text {
        Text::Given(text) => return Ok(text.clone()),
        Text::File { input, path } => (*input, path),
    };
    let failed = |complaint: String| Error::Assertion {
        what,
        input: Some(input),
        cause: format!("its file, {}, {complaint}", path.display()),
    };
    let length =
        tokio::fs::metadata(path).await.map_err(|error| failed(format!("cannot be read: {error}")))?.len();
    if length > MAX_TEXT_BYTES {
        return Err(failed("is too large to be that".to_owned()));
    }
    let content =
        tokio::fs::read_to_string(path).await.map_err(|error| failed(format!("cannot be read: {error}")))?;
    match content.trim() {
        "" => Err(failed("is empty".to_owned())),
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
            let text = Text::File { input: InputName::ClientSecretFile, path: path.clone() };
            let error = read(&text, "the client secret").await.expect_err("refused");
            assert!(
                matches!(error, Error::Assertion { input: Some(InputName::ClientSecretFile), .. }),
                "{error}"
            );
            let error = error.to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
        }
    }
}
