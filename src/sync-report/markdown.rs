//! The report as Markdown, for a comment on a pull request.

use std::fmt::Write;

use super::report::{Report, Section};

/// GitHub takes comments of 65,536 characters, of which some are left for what a pipeline writes around the report. Bytes are
/// counted, of which there are never fewer.
const LIMIT: usize = 60_000;

/// What the head of a section and its end take at most, beside its rows.
const FRAME: usize = 700;

/// Sections of other people than those who lose something are folded when they have more rows.
const OPEN_ROWS: usize = 20;

impl Report {
    /// The report as GitHub-flavoured Markdown that a comment can hold, whatever its size: counts, findings, then one table a
    /// section, with those first who lose something. What does not fit is counted.
    pub fn markdown(&self) -> String {
        let end = format!(
            "\nAn estimate of what Proofpoint's own run (version {}) does. Digest `{}`.\n",
            self.version.number(),
            literal(&self.digest)
        );
        let sections = self.sections().map(|(title, section)| (title, section, section.total > 0));
        let sections: Vec<_> = sections.into_iter().filter(|(_, _, any)| *any).collect();
        let of = if self.domain.is_empty() { String::new() } else { format!(" of {}", code(&self.domain)) };
        let mut text = format!("### Entra ID sync{of}\n\n**{}.**\n", self.summary());
        if !self.findings.is_empty() {
            text.push('\n');
        }
        for finding in &self.findings {
            let line = format!("- **{}** {}\n", finding.severity, escaped(&finding.text));
            if text.len() + line.len() + end.len() + sections.len() * FRAME < LIMIT {
                text.push_str(&line);
            }
        }
        for (after, (title, section, _)) in sections.iter().enumerate() {
            // Every later section can say at least that it is there.
            let reserved = end.len() + (sections.len() - after) * FRAME;
            table(&mut text, title, section, LIMIT.saturating_sub(reserved));
        }
        text + &end
    }
}

/// Writes as many rows of a section as bring the text to this length.
fn table(text: &mut String, title: &str, section: &Section, limit: usize) {
    let loses = matches!(title, "Deleting" | "Deactivating" | "Recreating");
    let folded = !loses && section.rows.len() > OPEN_ROWS;
    // Writing to a string cannot fail.
    let _ = if folded {
        writeln!(text, "\n<details><summary>{title} ({})</summary>\n", section.total)
    } else {
        writeln!(text, "\n#### {title} ({})\n", section.total)
    };
    if let Some(consequence) = Report::consequence(title) {
        let _ = writeln!(text, "{consequence}\n");
    }
    let mut shown = 0;
    for (address, row) in &section.rows {
        let line = format!("| `{}` | {} | {} |\n", literal(address), escaped(&row.kind), code(&row.text));
        if text.len() + line.len() > limit {
            break;
        }
        if shown == 0 {
            text.push_str("| address | account | what and why |\n|---|---|---|\n");
        }
        text.push_str(&line);
        shown += 1;
    }
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
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '`' => literal.push('\''),
            // One that follows a backslash would end the cell: the backslash before it would escape the other one.
            '|' if literal.ends_with('\\') => literal.push_str(" \\|"),
            '|' => literal.push_str("\\|"),
            _ if character.is_control() => literal.push(' '),
            _ => literal.push(character),
        }
    }
    literal
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
    use super::super::findings::{Finding, Gravity};
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
            severity: Gravity::Warning,
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
    fn a_backslash_before_a_pipe_does_not_end_the_cell() {
        let mut report = Report::default();
        report.adding.total = 1;
        report.adding.rows.insert("a@contoso.com".to_owned(), row(r"surname '\| @everyone \\| <img>'"));
        let markdown = report.markdown();
        let line = markdown.lines().find(|line| line.contains("a@contoso.com")).unwrap();
        assert_eq!(cells(line), 3, "{line}");
    }

    /// How many cells a row of a table has: a backslash keeps what is behind it from ending one.
    fn cells(line: &str) -> usize {
        let mut letters = line.chars();
        let mut pipes = 0;
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => drop(letters.next()),
                '|' => pipes += 1,
                _ => {}
            }
        }
        pipes - 1
    }

    #[test]
    fn a_comment_holds_it_whatever_stands_in_it() {
        let mut report = Report { domain: "contoso.com".to_owned(), ..Report::default() };
        let text = "\u{5d0}\u{1f4a9}|\\|`&<*".repeat(40);
        let rows: std::collections::BTreeMap<_, _> =
            (0..900).map(|number| (format!("{number:03}{text}@contoso.com"), row(&text))).collect();
        let Report {
            deleting, deactivating, recreating, unmatched, updating, adding, blocked, exempt, ..
        } = &mut report;
        for section in [deleting, deactivating, recreating, unmatched, updating, adding, blocked, exempt] {
            *section = Section { total: 1_000_000, rows: rows.clone() };
        }
        for _ in 0..60 {
            let finding = Finding { severity: Gravity::Info, code: "x".to_owned(), text: text.repeat(3) };
            report.findings.push(finding);
        }
        let markdown = report.markdown();
        assert!(markdown.len() <= LIMIT && markdown.len() > LIMIT / 2, "{} bytes", markdown.len());
        assert!(markdown.contains("#### Deleting (1000000)") && markdown.contains("Exempt (1000000)"));
        assert!(markdown.contains("An estimate of what Proofpoint's own run"));
    }

    #[test]
    fn findings_fill_what_a_comment_holds_and_leave_each_section_its_place() {
        let section = Section { total: 7, rows: [("ann@contoso.com".to_owned(), row("gone"))].into() };
        let sections = || section.clone();
        let mut report = Report {
            domain: "contoso.com".to_owned(),
            deleting: sections(),
            deactivating: sections(),
            recreating: sections(),
            unmatched: sections(),
            updating: sections(),
            adding: sections(),
            blocked: sections(),
            exempt: sections(),
            ..Report::default()
        };
        let finding =
            |number| Finding { severity: Gravity::Info, code: "x".to_owned(), text: format!("No {number}.") };
        report.findings = (0..100).map(finding).collect();
        let markdown = report.markdown();
        for told in (0..100).map(|number| format!("- **info** No {number}.\n")) {
            assert!(markdown.contains(&told), "{told}");
        }
        report.findings = (0..10_000).map(finding).collect();
        let markdown = report.markdown();
        let whole = LIMIT - report.sections().len() * FRAME - 500;
        assert!((whole..=LIMIT).contains(&markdown.len()), "{} bytes", markdown.len());
        for (title, _) in report.sections() {
            assert!(markdown.contains(&format!("\n#### {title} (7)\n")), "{title}");
        }
    }

    #[test]
    fn findings_are_a_list_of_their_own_in_which_nothing_is_markup() {
        let mut report = Report::default();
        let summary = report.summary();
        let text = "see &lt;b&gt;\n# big".to_owned();
        report.findings.push(Finding { severity: Gravity::Warning, code: "x".to_owned(), text });
        let begin = format!(
            "### Entra ID sync\n\n**{summary}.**\n\n- **warning** see &amp;lt;b&amp;gt; \\# big\n\nAn estimate"
        );
        let markdown = report.markdown();
        assert!(markdown.starts_with(&begin), "{markdown}");
        report.findings.clear();
        let markdown = report.markdown();
        assert!(
            markdown.starts_with(&format!("### Entra ID sync\n\n**{summary}.**\n\nAn estimate")),
            "{markdown}"
        );
    }

    #[test]
    fn a_section_is_folded_when_it_is_long_and_says_nothing_of_more_when_it_is_whole() {
        let mut report = Report::default();
        let mut add = |count: usize| {
            report.adding.rows =
                (0..count).map(|number| (format!("user{number}@contoso.com"), row("new"))).collect();
            report.adding.total = u64::try_from(count).unwrap();
            report.markdown()
        };
        let (open, folded) = (add(OPEN_ROWS), add(OPEN_ROWS + 1));
        assert!(open.contains("\n#### Adding (20)\n") && !open.contains("details"), "{open}");
        assert!(folded.contains("<summary>Adding (21)</summary>"), "{folded}");
        assert!(!open.contains("more.") && !folded.contains("more."), "{folded}");
    }

    #[test]
    fn it_says_whose_report_it_is() {
        let report = Report { domain: "contoso.com".to_owned(), ..Report::default() };
        assert!(
            report.markdown().starts_with("### Entra ID sync of `contoso.com`\n"),
            "{}",
            report.markdown()
        );
        assert!(Report::default().markdown().starts_with("### Entra ID sync\n"));
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
