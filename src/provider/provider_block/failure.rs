//! Why an operation failed: the one error of resources and data sources. `?` makes it of the errors of the clients.

use clients::{auth, essentials, graph, http};
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::path::Path;

use super::diagnose::Diagnose as _;

/// Why an operation failed, and the attribute it is about where there is one.
#[derive(Debug)]
pub struct Failure {
    /// In a box: results are passed on much more often than they fail.
    cause: Box<Cause>,
    at: Option<Path>,
}

/// What there is behind a failure.
#[derive(Debug)]
pub(crate) enum Cause {
    Auth(auth::Error),
    Http(http::Error),
    Graph(graph::Error),
    Essentials(essentials::Error),
    Told(Diagnostics),
}

impl Failure {
    /// The same about an attribute. What is about one already stays there.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.at.get_or_insert(path);
        self
    }

    /// What there is behind it.
    pub(crate) fn cause(&self) -> &Cause {
        &self.cause
    }

    /// Whether nobody signed in to Entra, so that nothing was asked.
    pub(crate) fn is_of_sign_in(&self) -> bool {
        match &*self.cause {
            Cause::Auth(_) => true,
            Cause::Graph(error) => matches!(error.kind(), graph::ErrorKind::Auth(_)),
            _ => false,
        }
    }
}

/// Says of a result what its error is about: `organization.settings(call).await.at(SyncModel::domain())?`.
pub trait At<T> {
    /// The same result, its error about the attribute at `path`.
    fn at(self, path: Path) -> Result<T, Failure>;
}

impl<T, E: Into<Failure>> At<T> for Result<T, E> {
    fn at(self, path: Path) -> Result<T, Failure> {
        self.map_err(|error| error.into().at(path))
    }
}

impl From<Failure> for Diagnostics {
    fn from(Failure { cause, at }: Failure) -> Self {
        let diagnostic = match *cause {
            Cause::Auth(error) => error.diagnose(),
            Cause::Http(error) => error.diagnose(),
            Cause::Graph(error) => error.diagnose(),
            Cause::Essentials(error) => error.diagnose(),
            Cause::Told(diagnostics) => return diagnostics,
        };
        match at {
            Some(path) => diagnostic.at(path).into(),
            None => diagnostic.into(),
        }
    }
}

impl IntoIterator for Failure {
    type Item = Diagnostic;
    type IntoIter = <Diagnostics as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        Diagnostics::from(self).into_iter()
    }
}

macro_rules! from {
    ($($error:ty => $cause:ident),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self { cause: Box::new(Cause::$cause(error)), at: None }
            }
        })*
    };
}

from!(
    auth::Error => Auth,
    http::Error => Http,
    graph::Error => Graph,
    essentials::Error => Essentials,
    Diagnostics => Told
);

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Diagnostics::from(diagnostic).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attribute_nearest_to_the_error_is_the_one_it_is_about() {
        let refused: Result<(), auth::Error> = Err(auth::Error::Cancelled { tenant: None });
        let failure = refused.at(Path::attribute("near")).at(Path::attribute("far")).unwrap_err();
        let diagnostics = Diagnostics::from(failure);
        let told = diagnostics.iter().next().unwrap();
        assert_eq!(told.attribute, Some(Path::attribute("near")));
        assert_eq!(told.summary, "The sign-in to Entra was not finished");
    }

    #[test]
    fn what_is_told_already_is_told_as_it_is() {
        let told = Diagnostic::error("a", "b").at(Path::attribute("own"));
        let failure = Failure::from(told.clone()).at(Path::attribute("other"));
        assert_eq!(Diagnostics::from(failure), told.into());
    }
}
