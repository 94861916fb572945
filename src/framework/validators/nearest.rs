//! The nearest match of a misspelt word.

/// The candidate that is most likely meant by `word`: at most a third of its letters differ, ignoring case.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(word.chars().count()) / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance: how many letters are to be added, dropped or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_their_nearest_match() {
        let words = ["Directory.Read.All", "Group.Read.All", "User.ReadBasic.All"];
        assert_eq!(nearest("Directory.Raed.All", words), Some("Directory.Read.All"));
        assert_eq!(nearest("group.read.all", words), Some("Group.Read.All"));
        assert_eq!(nearest("Mail.Send", words), None);
        assert_eq!(nearest("", words), None);
    }
}
