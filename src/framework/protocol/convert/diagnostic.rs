//! Diagnostics and paths.

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::path::{Path, Step};
use crate::protocol::wire::tfplugin6 as wire;
use wire::attribute_path::step::Selector;

/// All diagnostics, in order.
pub(crate) fn diagnostics(diagnostics: Diagnostics) -> Vec<wire::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> wire::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => wire::diagnostic::Severity::Error,
        Severity::Warning => wire::diagnostic::Severity::Warning,
    };
    wire::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: diagnostic.attribute.as_ref().map(path),
    }
}

/// A path, step by step.
pub(crate) fn path(path: &Path) -> wire::AttributePath {
    let step = |step: &Step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone().into_owned()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
        };
        wire::attribute_path::Step { selector: Some(selector) }
    };
    wire::AttributePath { steps: path.steps().iter().map(step).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_diagnostic_arrives() {
        let place = Path::attribute("rows").key("a").join(Path::attribute("tags").index(2));
        let mut all = Diagnostics::new();
        all.error_at(place, "s", "d");
        all.warning("w", "e");
        let sent = diagnostics(all);
        let steps: Vec<_> =
            sent[0].attribute.clone().unwrap().steps.into_iter().map(|step| step.selector.unwrap()).collect();
        assert_eq!(
            steps,
            [
                Selector::AttributeName("rows".to_owned()),
                Selector::ElementKeyString("a".to_owned()),
                Selector::AttributeName("tags".to_owned()),
                Selector::ElementKeyInt(2),
            ]
        );
        assert_eq!((sent[0].severity, sent[0].summary.as_str(), sent[0].detail.as_str()), (1, "s", "d"));
        assert_eq!((sent[1].severity, &sent[1].attribute), (2, &None));
    }
}
