//! What becomes of a panic: a log line when a call caught it, the host's crash report otherwise.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

use futures::FutureExt as _;

tokio::task_local! {
    /// Set while a call runs: the place of its panic, once there is one.
    static CAUGHT: RefCell<Option<Panic>>;
}

/// The last panic that ended a task, for the call that waits for the task and panics in its turn.
static LAST_OF_A_TASK: Mutex<Option<Panic>> = Mutex::new(None);

/// A caught panic. Formatted messages are left out, because they may hold a value of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Panic {
    /// File and line.
    place: String,
    /// The message, when it is a literal.
    message: Option<&'static str>,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message {
            Some(message) => write!(f, "{message} (at {})", self.place),
            None => write!(f, "panic at {}", self.place),
        }
    }
}

impl Panic {
    fn new(info: &PanicHookInfo<'_>) -> Self {
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        Self { place, message: literal(info.payload()) }
    }
}

fn literal(payload: &(dyn Any + Send)) -> Option<&'static str> {
    payload.downcast_ref::<&'static str>().copied()
}

/// Who deals with a panic here and now.
#[derive(Debug, PartialEq, Eq)]
enum Catcher {
    /// The call it happens in.
    Call,
    /// The runtime, which ends the task: whoever waits for that learns it, and nobody else does.
    Task,
    /// Nobody: the process is about to end.
    Nobody,
}

fn catcher() -> Catcher {
    if CAUGHT.try_with(|_| ()).is_ok() {
        Catcher::Call
    } else if tokio::task::try_id().is_some() {
        Catcher::Task
    } else {
        Catcher::Nobody
    }
}

/// Replaces Rust's own report on standard error. The host takes a line that starts with `panic: ` for the crash of
/// the whole process, so it is written only where nothing catches the panic.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let panic = Panic::new(info);
        match catcher() {
            Catcher::Call => CAUGHT.with(|place| *place.borrow_mut() = Some(panic)),
            Catcher::Task => {
                tracing::error!(%panic, "a task panicked");
                *LAST_OF_A_TASK.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
            }
            // Standard error may be closed; there is nowhere else to say it.
            Catcher::Nobody => drop(writeln!(std::io::stderr().lock(), "panic: {panic}")),
        }
    }));
}

/// Runs one call and catches its panic.
pub(crate) async fn caught<T>(call: impl Future<Output = T>) -> Result<T, Panic> {
    let call = async {
        let result = AssertUnwindSafe(call).catch_unwind().await;
        result.map_err(|payload| {
            let noted = CAUGHT.with(|place| place.borrow_mut().take());
            noted.unwrap_or_else(|| resumed(literal(&*payload)))
        })
    };
    let result = CAUGHT.scope(RefCell::new(None), call).await;
    if let Err(panic) = &result {
        tracing::error!(%panic, "a call panicked");
    }
    result
}

/// A panic that went on from a task to the call: the hook was told of it there.
fn resumed(message: Option<&'static str>) -> Panic {
    let last = LAST_OF_A_TASK.lock().unwrap_or_else(PoisonError::into_inner).take();
    let same = last.filter(|panic| panic.message == message);
    same.unwrap_or_else(|| Panic { place: "an unknown place".to_owned(), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_an_error_with_its_literal_message() {
        let panic = caught(async { panic!("the schema is wrong") }).await.map(|(): ()| ()).unwrap_err();
        assert_eq!(panic.message, Some("the schema is wrong"));
    }

    #[tokio::test]
    async fn a_formatted_message_is_withheld() {
        let secret = String::from("hunter2");
        let panic = caught(async { panic!("no such value: {secret}") }).await.map(|(): ()| ()).unwrap_err();
        assert_eq!(panic.message, None);
        assert!(!panic.to_string().contains("hunter2"));
    }

    #[test]
    fn only_what_nothing_catches_is_the_end_of_the_process() {
        assert_eq!(catcher(), Catcher::Nobody);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        assert_eq!(
            runtime.block_on(async { tokio::spawn(async { catcher() }).await.unwrap() }),
            Catcher::Task
        );
        let blocking = async { tokio::task::spawn_blocking(catcher).await.unwrap() };
        assert_eq!(runtime.block_on(blocking), Catcher::Task);
        assert_eq!(runtime.block_on(caught(async { catcher() })), Ok(Catcher::Call));
        let spawned = caught(async { tokio::spawn(caught(async { catcher() })).await.unwrap() });
        assert_eq!(runtime.block_on(spawned), Ok(Ok(Catcher::Call)));
        assert_eq!(runtime.block_on(async { catcher() }), Catcher::Nobody);
    }

    #[tokio::test]
    async fn a_call_that_returns_returns() {
        assert_eq!(caught(async { 5 }).await, Ok(5));
    }
}
