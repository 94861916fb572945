//! What the command line may say, and the files that it names.

use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;

use crate::commands::domain::{domain_of, not_a_domain};
use crate::commands::new_file;
use crate::commands::word::Word;
use framework::diagnostic::{Diagnostic, Diagnostics};

/// Everything that can be chosen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    /// The domains to look at; `None` for all customers.
    pub(super) domains: Option<Vec<String>>,
    /// Where the configuration goes; `None` for standard output.
    pub(super) output: Option<PathBuf>,
}

impl Arguments {
    /// Reads `--name value` and `--name=value`, and the file of domains.
    pub(super) fn read(words: &[String]) -> Result<Self, Diagnostics> {
        let mut arguments = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let word = Word::read(word);
            let mut value = || word.value(&mut words).map_err(|what| refused(&what));
            match word.name {
                "--domains" => arguments.domains = Some(domains_in(&value()?)?),
                "--output" => arguments.output = Some(value()?.into()),
                _ => return Err(refused(&format!("`{}` is not an option.", word.whole)).into()),
            }
        }
        if let Some(file) = &arguments.output {
            new_file::refuse_unfit(file)?;
        }
        Ok(arguments)
    }
}

fn refused(what: &str) -> Diagnostic {
    Diagnostic::error("The command line can't be read", format!("{what} `--help` lists what can be said."))
}

/// The domains of a file, one a line; what follows a `#` is a comment.
fn domains_in(file: &str) -> Result<Vec<String>, Diagnostics> {
    let text = if file == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    let text = text.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::InvalidData => {
                "It is not text in UTF-8. Windows PowerShell writes that with `Out-File -Encoding utf8`."
                    .to_owned()
            }
            _ => format!("{error}."),
        };
        Diagnostic::error(format!("`{file}` can't be read"), why)
    })?;
    let mut domains = Vec::new();
    // Editors on Windows mark UTF-8 with a character that nobody sees.
    let lines = text.strip_prefix('\u{feff}').unwrap_or(&text).lines();
    for (number, line) in (1..).zip(lines) {
        let text = line.split('#').next().unwrap_or_default().trim();
        if text.is_empty() {
            continue;
        }
        let Some(domain) = domain_of(text) else {
            return Err(Diagnostic::error(
                format!("Line {number} of `{file}` is not a domain"),
                format!("{} One a line is expected.", not_a_domain(text)),
            )
            .into());
        };
        domains.push(domain);
    }
    domains.sort();
    domains.dedup();
    if domains.is_empty() {
        return Err(Diagnostic::error(format!("`{file}` names no domain"), "One a line is expected.").into());
    }
    Ok(domains)
}

#[cfg(test)]
mod tests {
    use super::super::held::told;
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Arguments::read(&words).map_err(told)
    }

    #[test]
    fn a_file_of_domains_is_read_as_people_keep_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("domains.txt");
        let read = |bytes: &[u8]| {
            fs::write(&file, bytes).expect("written");
            domains_in(file.to_str().expect("a path")).map_err(told)
        };
        let wanted = ["contoso.com".to_owned(), "fabrikam.com".to_owned()];
        let messy = "\u{feff}# ours\r\nFabrikam.com # by hand\r\n\r\n\t contoso.com \r\nCONTOSO.com\r\n";
        assert_eq!(read(messy.as_bytes()), Ok(wanted.to_vec()));
        let many: Vec<String> = (0..10_000).map(|number| format!("d{number}.example")).collect();
        assert_eq!(read(many.join("\n").as_bytes()).map(|domains| domains.len()), Ok(10_000));
        for (bytes, said) in [
            ("\u{feff}# none\r\n".as_bytes(), "names no domain"),
            ("münchen.example".as_bytes(), "`xn--` form"),
            ("a.example\nb.example, c.example".as_bytes(), "Line 2 of"),
            ("it@contoso.com".as_bytes(), "`it@contoso.com` is not a domain"),
            ("https://contoso.com".as_bytes(), "Line 1 of"),
            (b"\xff\xfec\0o\0", "is not text in UTF-8"),
        ] {
            let refused = read(bytes).expect_err("refused");
            assert!(refused.contains(said) && !refused.contains('\u{feff}'), "{refused}");
        }
        assert!(domains_in(directory.path().to_str().expect("a path")).is_err());
    }

    #[test]
    fn values_may_follow_or_be_attached_and_other_words_are_refused() {
        let wanted = Ok(Arguments { domains: None, output: Some("found.tf".into()) });
        assert_eq!(read(&["--output", "found.tf"]), wanted);
        assert_eq!(read(&["--output=found.tf"]), wanted);
        assert_eq!(read(&[]), Ok(Arguments::default()));
        for (words, told) in [
            (&["--output"][..], "`--output` needs a value"),
            (&["--output", "nowhere/found.tf"], "A file in a directory that is there"),
            (&["--frobnicate"], "`--frobnicate` is not an option"),
            (&["--domains", "nowhere/domains"], "`nowhere/domains` can't be read"),
        ] {
            assert!(read(words).unwrap_err().contains(told), "{words:?}");
        }
    }
}
