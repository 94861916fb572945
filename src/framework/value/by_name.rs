//! The members of objects and maps.

use std::fmt;
use std::slice;
use std::vec;

use super::Name;

/// Up to so many members each is looked at, which is faster than halving what is left: most differ in length already.
const FEW: usize = 32;

/// Members in order of their names, each there once. Objects are small and read far more often than written, and what is decoded
/// is sorted already, so that they lie side by side; a map may be large, so that one member is found in logarithmic time. Adding
/// or removing one moves those behind it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByName<V>(Vec<(Name, V)>);

impl<V> ByName<V> {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where a member is: at its place, where it is known which one that is.
    fn index(&self, name: &str, place: usize) -> Option<usize> {
        if self.0.get(place).is_some_and(|(own, _)| is_same(own, name)) {
            return Some(place);
        }
        if self.0.len() <= FEW {
            return self.0.iter().position(|(own, _)| is_same(own, name));
        }
        self.place(name).ok()
    }

    /// Where a member is, or belongs.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.as_ref().cmp(name))
    }

    /// The member of a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.get_near(name, 0)
    }

    /// The same, found at once where the member is at this place; of objects of a schema that is known, see
    /// [`place_among`].
    pub(crate) fn get_near(&self, name: &str, place: usize) -> Option<&V> {
        self.index(name, place).map(|index| &self.0[index].1)
    }

    /// The member of a name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.get_mut_near(name, 0)
    }

    /// The same, found at once where the member is at this place.
    pub(crate) fn get_mut_near(&mut self, name: &str, place: usize) -> Option<&mut V> {
        self.index(name, place).map(|index| &mut self.0[index].1)
    }

    /// Whether there is a member of a name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Puts a member in, and gives back what it replaces.
    pub fn insert(&mut self, name: Name, value: V) -> Option<V> {
        match self.place(&name) {
            Ok(index) => Some(std::mem::replace(&mut self.0[index].1, value)),
            Err(index) => {
                self.0.insert(index, (name, value));
                None
            }
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        self.index(name, 0).map(|index| self.0.remove(index).1)
    }

    /// In order of their names.
    pub fn iter(&self) -> <&Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    /// The names, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Name> + Clone {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values, in order of their names.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    /// Whether it has the same names as another.
    pub(crate) fn has_names_of<W>(&self, other: &ByName<W>) -> bool {
        self.len() == other.len() && self.keys().zip(other.keys()).all(|(a, b)| is_same(a, b))
    }

    /// Each value with its name, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Name, &mut V)> {
        self.0.iter_mut().map(|(name, value)| (&*name, value))
    }
}

impl<V: Default> ByName<V> {
    /// The member of a name, which is made where there is none; found at once where it is at this place.
    pub(crate) fn get_or_default(&mut self, name: &Name, place: usize) -> &mut V {
        let index = self.index(name, place).unwrap_or_else(|| {
            let (Ok(index) | Err(index)) = self.place(name);
            self.0.insert(index, (name.clone(), V::default()));
            index
        });
        &mut self.0[index].1
    }
}

/// Where a name is in an object that has these names and no others.
pub(crate) const fn place_among(name: &str, all: &[&str]) -> usize {
    let (mut place, mut at) = (0, 0);
    while at < all.len() {
        if is_before(all[at].as_bytes(), name.as_bytes()) {
            place += 1;
        }
        at += 1;
    }
    place
}

const fn is_before(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() {
        if a[at] != b[at] {
            return a[at] < b[at];
        }
        at += 1;
    }
    a.len() < b.len()
}

/// Whether two names are one. Names that stand in the program are mostly the same text at the same place.
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && (std::ptr::eq(a.as_ptr(), b.as_ptr()) || a == b)
}

impl<V> Default for ByName<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: fmt::Debug> fmt::Debug for ByName<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<V> FromIterator<(Name, V)> for ByName<V> {
    /// Of two members with one name the later one stays.
    fn from_iter<I: IntoIterator<Item = (Name, V)>>(members: I) -> Self {
        let mut all: Vec<(Name, V)> = members.into_iter().collect();
        if !all.is_sorted_by(|(one, _), (next, _)| one < next) {
            // The sort is stable.
            all.sort_by(|(one, _), (other, _)| one.cmp(other));
            all.reverse();
            all.dedup_by(|(earlier, _), (later, _)| earlier == later);
            all.reverse();
        }
        Self(all)
    }
}

impl<V> IntoIterator for ByName<V> {
    type Item = (Name, V);
    type IntoIter = vec::IntoIter<(Name, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, V> IntoIterator for &'a ByName<V> {
    type Item = (&'a Name, &'a V);
    type IntoIter = std::iter::Map<slice::Iter<'a, (Name, V)>, fn(&(Name, V)) -> (&Name, &V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn names() -> impl Strategy<Value = Vec<(String, u8)>> {
        proptest::collection::vec(("[a-d]{0,3}", any::<u8>()), 0..80)
    }

    fn members(pairs: &[(String, u8)]) -> ByName<u8> {
        pairs.iter().map(|(name, value)| (Name::from(name.clone()), *value)).collect()
    }

    proptest! {
        #[test]
        fn they_are_as_an_ordered_map_has_them(
            pairs in names(), more in names(), less in names(), places in proptest::collection::vec(0..90usize, 80),
        ) {
            let mut map: BTreeMap<String, u8> = pairs.iter().cloned().collect();
            let mut own = members(&pairs);
            for (name, value) in &more {
                prop_assert_eq!(own.insert(name.clone().into(), *value), map.insert(name.clone(), *value));
            }
            for (name, _) in &less {
                prop_assert_eq!(own.remove(name), map.remove(name));
                prop_assert_eq!(own.get(name), map.get(name));
                prop_assert_eq!(*own.get_or_default(&name.clone().into(), places[0]), *map.entry(name.clone()).or_default());
            }
            let all: Vec<&str> = map.keys().map(String::as_str).collect();
            for (at, name) in all.iter().enumerate() {
                prop_assert_eq!(place_among(name, &all), at);
                prop_assert_eq!(own.get_near(name, at), map.get(*name));
                prop_assert_eq!(own.get_near(name, places[at % places.len()]), map.get(*name));
            }
            for name in map.keys() {
                prop_assert_eq!(own.get(name), map.get(name));
                prop_assert_eq!(own.get_mut(name).copied(), map.get(name).copied());
                prop_assert!(own.contains_key(name));
            }
            prop_assert_eq!(own.len(), map.len());
            let listed: Vec<(String, u8)> = own.iter().map(|(name, value)| (name.to_string(), *value)).collect();
            prop_assert_eq!(listed, map.into_iter().collect::<Vec<_>>());
        }
    }
}
