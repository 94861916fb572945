//! A value that those who look at it see late.

use jiff::Timestamp;

use super::table::Settling;

/// What was before a change, for as long as looks still show it.
#[derive(Clone, Debug)]
pub(crate) struct Late<T> {
    before: T,
    settling: Settling,
}

impl<T> Late<T> {
    /// After a change: what was before goes on being shown, unless something even older still is.
    pub(crate) fn begin(place: &mut Option<Self>, before: T, settling: Settling, now: Timestamp) {
        let before = match place.take() {
            Some(older) if !older.is_over(now) => older.before,
            _ => before,
        };
        let late = Self { before, settling };
        *place = (!late.is_over(now)).then_some(late);
    }

    fn is_over(&self, now: Timestamp) -> bool {
        now >= self.settling.at && self.settling.looks == 0
    }

    /// What was before, if this look still shows it.
    pub(crate) fn look(&mut self, now: Timestamp) -> Option<&T> {
        let over = self.is_over(now);
        self.settling.looks = self.settling.looks.saturating_sub(1);
        (!over).then_some(&self.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_after_so_many_looks_counted_from_the_last_one() {
        let now = Timestamp::UNIX_EPOCH;
        let settling = Settling { at: now, looks: 2 };
        let mut place = None;
        Late::begin(&mut place, 1, settling, now);
        assert_eq!(place.as_mut().unwrap().look(now), Some(&1));
        Late::begin(&mut place, 2, settling, now);
        let late = place.as_mut().unwrap();
        assert_eq!(
            [late.look(now).copied(), late.look(now).copied(), late.look(now).copied()],
            [Some(1), Some(1), None]
        );
        Late::begin(&mut place, 3, now.into(), now);
        assert!(place.is_none());
    }
}
