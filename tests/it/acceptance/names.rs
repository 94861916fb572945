//! Names as people have them, all the way through a CLI: a row that was approved holds, and the second plan is empty.

use reqwest::Method;
use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;

use super::on_every_cli;
use super::people::planned_rows;
use crate::differential::random::Random;

const PEOPLE: usize = 40;

/// Letters alone, with marks before and after composition, joiners, scripts that run the other way, and what may not come
/// into a line of a terminal.
const PIECES: &[&str] = &[
    "a",
    "Bo",
    "\u{e9}",
    "e\u{301}",
    "o\u{308}",
    "u\u{31b}\u{323}",
    "\u{1e69}",
    "s\u{323}\u{307}",
    "\u{1100}\u{1161}",
    "\u{ac00}",
    "\u{646}\u{6cc}\u{200c}\u{627}",
    "\u{0915}\u{094d}\u{200d}\u{0937}",
    "\u{05d0}\u{05d1}",
    "\u{200f}",
    "\u{202e}x",
    " ",
    "'",
    "\"",
    "${y}",
    "%{z}",
    "\\",
    "\u{212b}",
    "\u{1f469}\u{200d}\u{1f4bb}",
    ": ",
    " -> ",
];

fn name(random: &mut Random) -> String {
    let pieces = if random.chance(15) { 60 } else { 1 + random.below(6) };
    (0..pieces).map(|_| *random.pick(PIECES)).collect()
}

#[test]
fn names_of_all_kinds_are_approved_written_and_done() {
    on_every_cli(|stage| {
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/reviewed-sync");
        let mut random = Random::new(20_261_128);
        let names: Vec<[String; 2]> = (0..PEOPLE).map(|_| [name(&mut random), name(&mut random)]).collect();
        for (number, [given, surname]) in names.iter().enumerate() {
            stage.hire(&format!("p{number:02}"));
            let aliases =
                [format!("SMTP:p{number:02}@contoso.com"), format!("smtp:jose\u{301}{number}@contoso.com")];
            let changes = json!({ "givenName": given, "surname": surname, "proxyAddresses": aliases });
            let (status, answer) = stage.simulator.graph(
                Method::PATCH,
                &format!("users/p{number:02}@contoso.com"),
                Some(&changes),
            );
            assert_eq!(status, 204, "{answer}");
        }
        let (_, plan) = stage.workspace.plan_into("names.bin", &[]);
        assert!(planned_rows(&plan).len() >= PEOPLE);
        stage
            .workspace
            .apply(&["names.bin"])
            .succeeds()
            .does_not_say("no longer hold")
            .does_not_say("not enacted");
        for (number, [given, _]) in names.iter().enumerate() {
            let written = stage.account(&format!("p{number:02}"));
            assert_eq!(written["firstname"], given.trim().nfc().collect::<String>(), "{written}");
        }
        stage.workspace.assert_nothing_to_do();

        // The same names in another spelling are the same names.
        for (number, [given, surname]) in names.iter().enumerate() {
            let spelled = |name: &String| name.nfd().collect::<String>();
            let changes = json!({ "givenName": spelled(given), "surname": spelled(surname) });
            let path = format!("users/p{number:02}@contoso.com");
            let (status, answer) = stage.simulator.graph(Method::PATCH, &path, Some(&changes));
            assert_eq!(status, 204, "{answer}");
        }
        stage.workspace.assert_nothing_to_do();
    });
}
