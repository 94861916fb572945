//! That the guides make, with their commands, the identities as which the jobs sign in, and no other.

use super::{MAIN, PRODUCTION, PULL_REQUEST, READER, WRITER};
use crate::support::azure_cli::made_by;
use crate::support::printed::{blocks, page};

const GUIDE: &str = "docs/guides/first-identity.md";

fn sorted<T: AsRef<str>>(words: &[T]) -> Vec<&str> {
    let mut words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    words.sort_unstable();
    words
}

#[test]
fn the_commands_of_the_guide_make_the_identities_that_the_jobs_have() {
    let tools = blocks(GUIDE, "Entra ID, with commands", "shell").swap_remove(0);
    let pipeline = blocks(GUIDE, "For a pipeline: a reader and a writer", "shell").swap_remove(0);
    let pipeline = pipeline.replace("OWNER/REPOSITORY", "contoso/mail");
    let [reader, writer] = made_by(&[tools, pipeline]).try_into().expect("two identities");
    assert_eq!(sorted(&reader.permissions), sorted(&READER));
    assert_eq!(sorted(&reader.subjects), sorted(&[PULL_REQUEST, MAIN]));
    assert_eq!(sorted(&writer.permissions), sorted(&WRITER));
    assert_eq!(writer.subjects, [PRODUCTION]);
    for made in [reader, writer] {
        assert!(!made.has_secret && made.consents == 2, "{made:?}");
    }
}

#[test]
fn both_guides_tell_the_same_of_them() {
    let pipelines = page("docs/guides/pipelines.md");
    let row = |name: &str| {
        let row = pipelines.lines().find_map(|line| line.strip_prefix(&format!("| {name} |")));
        row.unwrap_or_else(|| panic!("no row `{name}`")).replace("OWNER/REPOSITORY", "contoso/mail")
    };
    let trusted = row("trusted as, on GitHub");
    let (reader, writer) = trusted.split_once('|').expect("two columns");
    let says = |column: &str, subject: &str| column.contains(&format!("`{subject}`"));
    assert!(says(reader, PULL_REQUEST) && says(reader, MAIN) && !says(reader, PRODUCTION), "{reader}");
    assert!(says(writer, PRODUCTION) && !says(writer, PULL_REQUEST) && !says(writer, MAIN), "{writer}");
    let permissions = row("in Entra, application permissions");
    let (reader, _) = permissions.split_once('|').expect("two columns");
    assert!(READER.iter().all(|one| says(reader, one)), "{reader}");
    // Whoever reads about the power of the writer has not typed anything yet.
    let guide = page(GUIDE);
    let place = |text: &str| guide.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(place("like a Global Administrator") < place("```shell"));
    assert!(place("mode = \"verify\"") < place("```shell"));
}
