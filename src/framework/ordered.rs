//! Maps and sets in order, member by member. `collect` sorts first, with a sort of its own for each kind of iterator: 4 KiB of
//! machine code at each place that collects.

use std::collections::{BTreeMap, BTreeSet};

/// The pairs as a map; of two with one key the later one stays.
pub(crate) fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in pairs {
        map.insert(key, value);
    }
    map
}

/// The pairs as a map, or the first error.
pub(crate) fn try_map<K: Ord, V, E>(
    pairs: impl IntoIterator<Item = Result<(K, V), E>>,
) -> Result<BTreeMap<K, V>, E> {
    let mut map = BTreeMap::new();
    for pair in pairs {
        let (key, value) = pair?;
        map.insert(key, value);
    }
    Ok(map)
}

/// The elements as a set.
pub(crate) fn set<T: Ord>(elements: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    for element in elements {
        set.insert(element);
    }
    set
}

/// The elements as a set, or the first error.
pub(crate) fn try_set<T: Ord, E>(elements: impl IntoIterator<Item = Result<T, E>>) -> Result<BTreeSet<T>, E> {
    let mut set = BTreeSet::new();
    for element in elements {
        set.insert(element?);
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_collect_makes() {
        let pairs = [("b", 1), ("a", 2), ("b", 3)];
        assert_eq!(map(pairs), pairs.into_iter().collect());
        assert_eq!(try_map(pairs.map(Ok::<_, ()>)), Ok(pairs.into_iter().collect()));
        assert_eq!(set([2, 1, 2]), BTreeSet::from([1, 2]));
        assert_eq!(try_set([Ok(2), Ok(1), Ok(2)]), Ok::<_, ()>(BTreeSet::from([1, 2])));
        assert_eq!(try_map([Ok(("a", 1)), Err("first"), Err("second")]), Err("first"));
        assert_eq!(try_set([Ok(1), Err("first"), Err("second")]), Err("first"));
    }
}
