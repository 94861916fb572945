//! Objects of a directory that is copied to replicas: a write is known at once where it was made, and a little
//! later everywhere else. Reads go to a replica.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use jiff::Timestamp;

/// What one read sees: the time, and which replica it happens to meet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(crate) now: Timestamp,
    /// With a coin, each object that has not settled is met fresh or stale by chance.
    pub(crate) coin: Option<u64>,
}

/// When replicas agree on a write: at a time, and after a number of looks that still met a stale one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settling {
    pub(crate) at: Timestamp,
    pub(crate) looks: u32,
}

impl From<Timestamp> for Settling {
    fn from(at: Timestamp) -> Self {
        Self { at, looks: 0 }
    }
}

/// A settling under way; each look at it counts.
#[derive(Clone, Debug)]
struct Pending {
    at: Timestamp,
    looks: Cell<u32>,
}

impl Pending {
    fn of(settling: Settling) -> Self {
        Self { at: settling.at, looks: Cell::new(settling.looks) }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        now >= self.at && self.looks.get() == 0
    }

    /// Whether it is over; if not, it is a look nearer to its end.
    fn look(&self, now: Timestamp) -> bool {
        let over = self.is_over(now);
        self.looks.set(self.looks.get().saturating_sub(1));
        over
    }
}

impl View {
    fn meets_fresh(&self, id: &str, settles: &Pending) -> bool {
        if settles.look(self.now) {
            return true;
        }
        self.coin.is_some_and(|coin| {
            let mixed = id
                .bytes()
                .fold(coin, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
            (mixed >> 17) & 1 == 1
        })
    }
}

#[derive(Clone, Debug)]
struct Row<T> {
    /// None when deleted.
    current: Option<Arc<T>>,
    /// What replicas show that have not heard of the last write.
    stale: Option<Arc<T>>,
    settles: Pending,
    /// When replicas agree that the object exists at all.
    born: Pending,
    /// Number of the last change, for delta queries.
    change: u64,
}

/// One kind of object, by id.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<String, Row<T>>,
    change: u64,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), change: 0 }
    }
}

impl<T> Table<T> {
    /// Adds or replaces an object; replicas agree once `settles` is over.
    pub(crate) fn put(&mut self, id: &str, object: T, now: Timestamp, settles: impl Into<Settling>) {
        self.change += 1;
        let settles = Pending::of(settles.into());
        let object = Some(Arc::new(object));
        let Some(row) = self.rows.get_mut(id) else {
            let born = settles.clone();
            let row = Row { current: object, stale: None, settles, born, change: self.change };
            self.rows.insert(id.to_owned(), row);
            return;
        };
        if row.current.is_none() {
            row.born = settles.clone();
        }
        row.stale = if row.settles.is_over(now) { row.current.take() } else { row.stale.take() };
        row.current = object;
        row.settles = settles;
        row.change = self.change;
    }

    /// Adds an object that every replica has always known.
    pub(crate) fn seed(&mut self, id: &str, object: T) {
        self.put(id, object, Timestamp::MIN, Timestamp::MIN);
    }

    /// Takes an object out and gives it back; replicas show it until `settles`.
    pub(crate) fn remove(
        &mut self,
        id: &str,
        now: Timestamp,
        settles: impl Into<Settling>,
    ) -> Option<Arc<T>> {
        let row = self.rows.get_mut(id)?;
        let object = row.current.take()?;
        self.change += 1;
        row.stale = if row.settles.is_over(now) { Some(object.clone()) } else { row.stale.take() };
        row.settles = Pending::of(settles.into());
        row.change = self.change;
        Some(object)
    }

    /// The object as it is, whatever replicas show.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<T>> {
        self.rows.get(id)?.current.as_ref()
    }

    /// All objects as they are, in order of id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.rows.values().filter_map(|row| row.current.as_ref())
    }

    /// About how many objects there are; those deleted count too.
    pub(crate) fn size(&self) -> usize {
        self.rows.len()
    }

    /// The object as a read sees it.
    pub(crate) fn seen(&self, id: &str, view: View) -> Option<&Arc<T>> {
        let row = self.rows.get(id)?;
        if view.meets_fresh(id, &row.settles) { row.current.as_ref() } else { row.stale.as_ref() }
    }

    /// All objects as a read sees them, in order of id, from after `id` on.
    pub(crate) fn seen_after<'a>(
        &'a self,
        id: Option<&str>,
        view: View,
    ) -> impl Iterator<Item = &'a Arc<T>> + use<'a, T> {
        let from = id.map_or(Bound::Unbounded, |id| Bound::Excluded(id.to_owned()));
        self.rows.range((from, Bound::Unbounded)).filter_map(move |(id, row)| {
            if view.meets_fresh(id, &row.settles) { row.current.as_ref() } else { row.stale.as_ref() }
        })
    }

    /// Whether a write that refers to the object finds it: it exists, and its creation has reached everyone.
    pub(crate) fn reached(&self, id: &str, now: Timestamp) -> bool {
        self.rows.get(id).is_some_and(|row| row.current.is_some() && row.born.look(now))
    }

    /// Number of the last change.
    pub(crate) fn last_change(&self) -> u64 {
        self.change
    }

    /// What changed after change number `since`: id, number and the object, `None` when it is gone.
    pub(crate) fn changes(&self, since: u64) -> impl Iterator<Item = (&str, u64, Option<&Arc<T>>)> {
        self.rows
            .iter()
            .filter(move |(_, row)| row.change > since)
            .map(|(id, row)| (id.as_str(), row.change, row.current.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn view(second: i64) -> View {
        View { now: at(second), coin: None }
    }

    #[test]
    fn a_new_object_is_seen_once_it_has_settled() {
        let mut table = Table::default();
        table.put("a", 1, at(0), at(10));
        assert!(table.seen("a", view(9)).is_none());
        assert!(!table.reached("a", at(9)));
        assert_eq!(table.seen("a", view(10)).map(|value| **value), Some(1));
    }

    #[test]
    fn a_lag_of_reads_is_over_once_it_was_looked_at_so_often() {
        let mut table = Table::default();
        table.put("a", 1, at(0), Settling { at: at(0), looks: 2 });
        let seen = |table: &Table<i32>| table.seen("a", view(0)).is_some();
        assert_eq!([seen(&table), seen(&table), seen(&table)], [false, false, true]);
        let reached = || table.reached("a", at(0));
        assert_eq!([reached(), reached(), reached()], [false, false, true]);
    }

    #[test]
    fn replicas_show_the_old_value_until_a_change_has_settled() {
        let mut table = Table::default();
        table.seed("a", 1);
        table.put("a", 2, at(0), at(10));
        assert_eq!(table.seen("a", view(5)).map(|value| **value), Some(1));
        table.put("a", 3, at(6), at(16));
        assert_eq!(table.seen("a", view(12)).map(|value| **value), Some(1));
        assert_eq!(table.seen("a", view(16)).map(|value| **value), Some(3));
        assert!(table.reached("a", at(7)));
    }

    #[test]
    fn a_deleted_object_is_seen_a_little_longer() {
        let mut table = Table::default();
        table.seed("a", 1);
        assert!(table.remove("a", at(0), at(10)).is_some());
        assert!(table.seen("a", view(9)).is_some());
        assert!(table.seen("a", view(10)).is_none());
        assert!(table.remove("a", at(11), at(11)).is_none());
    }

    #[test]
    fn changes_tell_what_came_and_what_went() {
        let mut table = Table::default();
        table.seed("a", 1);
        table.seed("b", 2);
        let mark = table.last_change();
        table.remove("a", at(0), at(0));
        table.put("c", 3, at(0), at(0));
        let changes: Vec<(&str, bool)> =
            table.changes(mark).map(|(id, _, object)| (id, object.is_some())).collect();
        assert_eq!(changes, [("a", false), ("c", true)]);
    }
}
