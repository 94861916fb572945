//! Places inside a configuration or state.

use std::borrow::Cow;
use std::fmt;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute or nested block by name.
    Attribute(Cow<'static, str>),
    /// An element of a list, from 0.
    Index(usize),
    /// An element of a map.
    Key(String),
}

/// A place in a configuration or state, from its root. Elements of sets have no step: a path ends at the set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// An attribute at the root. Resource files use the functions that `model!` makes instead of naming one.
    pub fn attribute(name: impl Into<Cow<'static, str>>) -> Self {
        Self(vec![Step::Attribute(name.into())])
    }

    /// The element of a list.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }

    /// The element of a map.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.0.push(Step::Key(key.into()));
        self
    }

    /// This path followed by another, as in `Sync::what().join(What::active_users())`.
    #[must_use]
    pub fn join(mut self, rest: Self) -> Self {
        self.0.extend(rest.0);
        self
    }

    /// Does something one step further on, without a path of its own for it: most places are only passed.
    pub(crate) fn within<T>(&mut self, step: Step, work: impl FnOnce(&mut Self) -> T) -> T {
        self.0.push(step);
        let done = work(self);
        self.0.pop();
        done
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this path is the other one or leads to it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_taken_back_after_it() {
        let mut path = Path::attribute("rows");
        let inner = path.within(Step::Index(1), |path| path.to_string());
        assert_eq!((inner.as_str(), path.to_string().as_str()), ("rows[1]", "rows"));
    }

    #[test]
    fn paths_read_as_in_a_configuration() {
        let path = Path::attribute("rows").key("a b").join(Path::attribute("tags").index(2));
        assert_eq!(path.to_string(), "rows[\"a b\"].tags[2]");
        assert!(Path::attribute("rows").contains(&path));
        assert!(!path.contains(&Path::attribute("rows")));
    }
}
