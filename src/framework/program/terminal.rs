//! The terminal of a subcommand: the result goes to standard output, all else to standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};

use futures::future::BoxFuture;

use crate::stdout;
use crate::subcommand::Terminal;

/// Columns of the bar.
const WIDTH: usize = 30;

/// Takes the bar off the line.
const CLEAR: &str = "\r\u{1b}[2K";

/// The terminal that the process was started in.
pub(super) struct Console {
    /// Whether somebody looks at standard error.
    is_watched: bool,
    /// Whether a bar stands on the last line.
    bar: Mutex<bool>,
}

impl Console {
    pub(super) fn of_this_process() -> Self {
        Self { is_watched: io::stderr().is_terminal(), bar: Mutex::new(false) }
    }

    /// Takes the bar away, if there is one: standard output may be the same screen.
    fn clear(&self) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut *bar) {
            let mut err = io::stderr().lock();
            let _ = write!(err, "{CLEAR}").and_then(|()| err.flush());
        }
    }

    /// Writes over the bar, if there is one. With standard error closed there is nobody to tell.
    fn write(&self, text: &str, is_bar: bool) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let clear = if *bar { CLEAR } else { "" };
        let end = if is_bar { "" } else { "\n" };
        tokio::task::block_in_place(|| {
            let mut err = io::stderr().lock();
            let _ = write!(err, "{clear}{text}{end}").and_then(|()| err.flush());
        });
        *bar = is_bar;
    }
}

impl Terminal for Console {
    fn print(&self, text: &str) -> io::Result<()> {
        self.clear();
        // Nobody may take it: the signal that ends the program has to be heard meanwhile.
        tokio::task::block_in_place(|| stdout::text(text))
    }

    fn tell(&self, text: &str) {
        self.write(text, false);
    }

    fn ask<'a>(&'a self, question: &'a str) -> BoxFuture<'a, Option<bool>> {
        Box::pin(async move {
            if !io::stdin().is_terminal() || !self.is_watched {
                return None;
            }
            self.write(&format!("{question} [y/N]"), false);
            // On a thread of its own, so that an interruption ends it.
            let answer = tokio::task::spawn_blocking(|| {
                let mut line = String::new();
                io::stdin().read_line(&mut line).map(|_| line)
            });
            let answer = answer.await.ok().and_then(Result::ok).unwrap_or_default();
            Some(is_yes(&answer))
        })
    }

    fn is_watched(&self) -> bool {
        io::stdout().is_terminal()
    }

    fn progress(&self, done: usize, of: usize, what: &str) {
        if self.is_watched {
            self.write(&bar(done, of, what), done < of);
        } else {
            self.write(&format!("{done} of {of}: {what}"), false);
        }
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

fn bar(done: usize, of: usize, what: &str) -> String {
    let full = (done * WIDTH).checked_div(of).unwrap_or(WIDTH).min(WIDTH);
    let digits = of.to_string().len();
    format!("[{}{}] {done:>digits$}/{of} {what}", "#".repeat(full), "-".repeat(WIDTH - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        assert!([" y\n", "YES\n", "Yes"].into_iter().all(is_yes));
        assert!(!["", "\n", "n\n", "yeah\n", "yes please"].into_iter().any(is_yes));
    }

    #[test]
    fn the_bar_grows_with_the_work() {
        assert_eq!(bar(0, 10, "a"), format!("[{}]  0/10 a", "-".repeat(30)));
        assert_eq!(bar(5, 10, "b"), format!("[{}{}]  5/10 b", "#".repeat(15), "-".repeat(15)));
        assert_eq!(bar(10, 10, "c"), format!("[{}] 10/10 c", "#".repeat(30)));
        assert_eq!(bar(0, 0, "d"), format!("[{}] 0/0 d", "#".repeat(30)));
    }
}
