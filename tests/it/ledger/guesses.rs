//! Moods, rules and lines of the ledger, joined by their names.

use std::collections::BTreeSet;

use clients::ledger;
use proofpoint_simulator::moods;
use sync_report::Rule;

#[test]
fn every_guess_of_the_ledger_is_a_mood_or_a_rule_and_every_mood_has_a_line() {
    let moods: BTreeSet<&str> = moods().iter().map(proofpoint_simulator::Mood::name).collect();
    let rules: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    let entries = ledger::whole();
    let grounds = entries.iter().flat_map(|entry| {
        let lines = entry.lines.iter().map(|line| (entry.name_of(line.way, &line.path), &line.ground));
        lines.chain([(entry.id.to_owned(), &entry.ground)])
    });
    let mut named = BTreeSet::new();
    for (line, ground) in grounds {
        for guess in &ground.guesses {
            assert!(
                moods.contains(guess) || rules.contains(guess),
                "{line}: `{guess}` is neither a mood nor a rule"
            );
            named.insert(*guess);
        }
    }
    let without: Vec<&&str> = moods.iter().filter(|mood| !named.contains(*mood)).collect();
    assert!(without.is_empty(), "moods of which no line of the ledger speaks: {without:?}");
}
