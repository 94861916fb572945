//! What the resources of an organization are called in a configuration.

use std::collections::BTreeSet;

use framework::hcl::is_identifier;

/// The labels that were given away.
#[derive(Debug, Default)]
pub(super) struct Labels(BTreeSet<String>);

impl Labels {
    /// A label for the resources of an organization, which no other has: `contoso_com` for `contoso.com`.
    pub(super) fn of(&mut self, domain: &str) -> String {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
        let mut label: String = domain.chars().map(plain).collect();
        if !is_identifier(&label) {
            label.insert(0, '_');
        }
        let mut number = 1;
        let mut candidate = label.clone();
        while !self.0.insert(candidate.clone()) {
            number += 1;
            candidate = format!("{label}_{number}");
        }
        candidate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_organization_has_a_label_of_its_own() {
        let mut labels = Labels::default();
        for (domain, label) in [
            ("contoso.com", "contoso_com"),
            ("a-b.example", "a-b_example"),
            ("a_b.example", "a_b_example"),
            ("a.b.example", "a_b_example_2"),
            ("7eleven.example", "_7eleven_example"),
            ("münchen.example", "m_nchen_example"),
            ("mänchen.example", "m_nchen_example_2"),
        ] {
            assert_eq!(labels.of(domain), label);
        }
    }
}
