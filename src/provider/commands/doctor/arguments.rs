//! What the command line may say.

use std::path::PathBuf;

use crate::commands::domain::{domain_of, not_a_domain};
use crate::commands::new_file;
use crate::commands::word::Word;
use clients::auth::TenantId;
use framework::diagnostic::{Diagnostic, Diagnostics};

/// Everything that can be chosen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    /// A domain of the organization.
    pub(super) domain: String,
    /// Its tenant, by id or domain, where it is not the one that the environment names.
    pub(super) tenant: Option<String>,
    /// Whether a program reads what is written.
    pub(super) json: bool,
    /// Where the conformance report goes.
    pub(super) report: Option<PathBuf>,
    /// Whether it is written without asking.
    pub(super) yes: bool,
}

impl Arguments {
    /// Reads the domain and the options, `--name value` or `--name=value`.
    pub(super) fn read(words: &[String]) -> Result<Self, Diagnostics> {
        let mut arguments = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let word = Word::read(word);
            let mut value = || word.value(&mut words).map_err(|what| refused(&what));
            match word.name {
                "--tenant" => arguments.tenant = Some(tenant(&value()?)?),
                "--report" => arguments.report = Some(value()?.into()),
                "--yes" if word.is_bare() => arguments.yes = true,
                "--json" if word.is_bare() => arguments.json = true,
                _ if word.whole.starts_with('-') => {
                    return Err(refused(&format!("`{}` is not an option.", word.whole)).into());
                }
                _ if arguments.domain.is_empty() => {
                    arguments.domain =
                        domain_of(word.whole).ok_or_else(|| refused(&not_a_domain(word.whole)))?;
                }
                _ => {
                    return Err(
                        refused(&format!("`{}` is a second domain: it looks at one.", word.whole)).into()
                    );
                }
            }
        }
        if let Some(file) = &arguments.report {
            new_file::refuse_unfit(file)?;
        }
        if arguments.domain.is_empty() {
            return Err(refused("It takes a domain of the organization, such as `contoso.com`.").into());
        }
        Ok(arguments)
    }
}

fn tenant(text: &str) -> Result<String, Diagnostic> {
    let tenant = TenantId::parse(text);
    tenant
        .map(|tenant| tenant.to_string())
        .map_err(|error| refused(&format!("`{text}` will not do for `--tenant`: {error}.")))
}

fn refused(what: &str) -> Diagnostic {
    Diagnostic::error(
        "The command line can't be read",
        format!("{what} `doctor --help` lists what can be said."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Arguments::read(&words).map_err(|refused| refused.iter().map(|one| one.detail.clone()).collect())
    }

    #[test]
    fn a_domain_is_wanted_and_other_words_are_refused() {
        let wanted = Arguments {
            domain: "contoso.com".to_owned(),
            tenant: Some("contoso.onmicrosoft.com".to_owned()),
            json: true,
            ..Arguments::default()
        };
        let tenant = "contoso.onmicrosoft.com";
        assert_eq!(read(&["Contoso.com.", &format!("--tenant={tenant}"), "--json"]).as_ref(), Ok(&wanted));
        assert_eq!(read(&["--json", "--tenant", tenant, "contoso.com"]).as_ref(), Ok(&wanted));
        for (words, told) in [
            (&[][..], "It takes a domain"),
            (&["someone@contoso.com"], "`someone@contoso.com` is not a domain"),
            (&["contoso.com;reboot"], "`contoso.com;reboot` is not a domain"),
            (&["contoso.com", "--tenant", "a b"], "`a b` will not do for `--tenant`"),
            (&["contoso.com", "fabrikam.com"], "`fabrikam.com` is a second domain"),
            (&["contoso.com", "--json=yes"], "`--json=yes` is not an option"),
            (&["contoso.com", "--report"], "`--report` needs a value"),
            (&["contoso.com", "--tenant"], "`--tenant` needs a value"),
        ] {
            assert!(read(words).unwrap_err().contains(told), "{words:?}");
        }
    }
}
