//! What a connection has in mind: each kind of object keeps there what it must know, in a type of its own, so that the
//! connection knows none of them.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Kept = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// One value of each type.
#[derive(Default)]
pub(super) struct Memory(Mutex<Kept>);

impl Memory {
    /// The value of this type, which is the default one when nobody has asked for it before.
    pub(super) fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut kept = self.kept();
        let value = kept.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        // It is of that type, since it stands under its id.
        Arc::clone(value).downcast().unwrap_or_default()
    }

    /// Forgets all.
    pub(super) fn clear(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_value_of_each_type_until_all_is_forgotten() {
        let memory = Memory::default();
        *memory.of::<Mutex<u8>>().lock().expect("a number") = 7;
        assert_eq!(*memory.of::<Mutex<u8>>().lock().expect("the same"), 7);
        assert_eq!(*memory.of::<Mutex<String>>().lock().expect("another"), "");
        memory.clear();
        assert_eq!(*memory.of::<Mutex<u8>>().lock().expect("a new one"), 0);
    }
}
