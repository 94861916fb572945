//! Which service plans of Microsoft 365 have a mailbox, by their ids.

use std::sync::LazyLock;

use uuid::Uuid;

/// `id`, `mailbox` (`yes` or `no`), and the names under which Microsoft lists the plan.
const TABLE: &str = include_str!("mailbox_plans.tsv");

/// In the order of ids: a directory of 100,000 people has millions of plans to look up.
static PLANS: LazyLock<Vec<(Uuid, bool)>> = LazyLock::new(|| {
    let mut plans: Vec<_> = rows().collect();
    plans.sort_unstable();
    plans
});

fn rows() -> impl Iterator<Item = (Uuid, bool)> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut fields = line.split('\t');
        let (id, mailbox) = (fields.next()?, fields.next()?);
        Some((Uuid::try_parse(id).ok()?, mailbox == "yes"))
    })
}

/// Whether the service plan with this id has a mailbox; nothing of a plan that is not in the table.
pub(super) fn has_mailbox(service_plan_id: &str) -> Option<bool> {
    let id = Uuid::try_parse(service_plan_id).ok()?;
    let at = PLANS.binary_search_by_key(&id, |(id, _)| *id).ok()?;
    PLANS.get(at).map(|(_, mailbox)| *mailbox)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_plan_with_an_answer_and_two_names() {
        let lines: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(rows().count(), lines.len());
        assert_eq!(rows().map(|(id, _)| id).collect::<HashSet<_>>().len(), lines.len(), "an id comes twice");
        for line in lines {
            let fields: Vec<&str> = line.split('\t').collect();
            assert!(fields.len() == 4 && ["yes", "no"].contains(&fields[1]), "{line}");
        }
    }
}
