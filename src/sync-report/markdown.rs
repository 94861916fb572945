//! The report as Markdown, for a comment on a pull request.

use std::fmt::Write;

use super::report::{Report, Section};

impl Report {
    /// The report as GitHub-flavoured Markdown: counts, findings, one table a section; long sections are folded.
    pub fn markdown(&self) -> String {
        let counts = &self.counts;
        let mut text = format!(
            "### Entra ID sync\n\n**{} to add, {} to update, {} to delete**, {} unmatched, {} exempt, {} blocked; \
             {} unchanged, {} kept, {} out of scope.\n",
            counts.adding,
            counts.updating,
            counts.deleting,
            counts.unmatched,
            counts.exempt,
            counts.blocked,
            counts.unchanged,
            counts.kept,
            counts.out_of_scope
        );
        if !self.findings.is_empty() {
            text.push('\n');
        }
        for finding in &self.findings {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "- **{}** {}", finding.severity, escaped(&finding.text));
        }
        for (title, section) in self.sections() {
            if section.total > 0 {
                table(&mut text, title, section);
            }
        }
        let _ = writeln!(
            text,
            "\nAn estimate of what Proofpoint's own run (version {}) does. Digest `{}`.",
            self.version.number(),
            literal(&self.digest)
        );
        text
    }
}

/// Sections with more rows than this are folded.
const OPEN_ROWS: usize = 20;

fn table(text: &mut String, title: &str, section: &Section) {
    let folded = section.rows.len() > OPEN_ROWS;
    let _ = if folded {
        writeln!(text, "\n<details><summary>{title} ({})</summary>\n", section.total)
    } else {
        writeln!(text, "\n#### {title} ({})\n", section.total)
    };
    if !section.rows.is_empty() {
        text.push_str("| address | account | what and why |\n|---|---|---|\n");
    }
    for (address, row) in &section.rows {
        let _ = writeln!(text, "| `{}` | {} | {} |", literal(address), escaped(&row.kind), code(&row.text));
    }
    let shown = u64::try_from(section.rows.len()).unwrap_or(u64::MAX);
    if section.total > shown {
        let _ = writeln!(text, "\n… and {} more.", section.total - shown);
    }
    if folded {
        text.push_str("\n</details>\n");
    }
}

/// Text for a code span inside a table. Names and addresses come from a directory: nothing in them may become a link, a
/// mention or markup.
fn literal(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '`' => '\'',
            _ if character.is_control() => ' ',
            _ => character,
        })
        .collect::<String>()
        .replace('|', "\\|")
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{}`", literal(text)) }
}

/// Running text in which markup and mentions of the text itself have no effect.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ if character.is_control() => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::findings::{Finding, Severity};
    use super::super::rows::Row;
    use super::*;

    fn row(text: &str) -> Row {
        Row { kind: "end_user".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn names_from_the_directory_stay_text() {
        let mut report = Report { digest: "0d1g".to_owned(), ..Report::default() };
        report.adding.total = 1;
        report
            .adding
            .rows
            .insert("a`b@contoso.com".to_owned(), row("firstname '@everyone | <img src=x> `x`\n# no'"));
        report.findings.push(Finding {
            severity: Severity::Warning,
            code: "x".to_owned(),
            text: "see @everyone <b>".to_owned(),
        });
        let markdown = report.markdown();
        assert!(markdown.contains(
            "| `a'b@contoso.com` | end\\_user | `firstname '@everyone \\| <img src=x> 'x' # no'` |"
        ));
        assert!(markdown.contains("- **warning** see &#64;everyone &lt;b&gt;"));
    }

    #[test]
    fn long_sections_are_folded_and_say_how_many_are_missing() {
        let mut report = Report::default();
        report.adding.total = 400;
        for number in 0..100 {
            report.adding.rows.insert(format!("user{number}@contoso.com"), row("new user in Entra"));
        }
        let markdown = report.markdown();
        assert!(markdown.contains("<details><summary>Adding (400)</summary>"));
        assert!(markdown.contains("… and 300 more."));
        assert!(!markdown.contains("Updating ("));
    }
}
