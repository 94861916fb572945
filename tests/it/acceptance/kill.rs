//! A provider that dies in the middle of an apply.

use reqwest::Method;
use serde_json::{Value, json};

use super::Stage;
use crate::support::quickstart::Moment;

impl Stage {
    /// Applies the configuration and kills the provider (`kill -9`) when it has sent its `nth` request, counted from 1.
    /// Returns false, with the apply done and successful, when there were not so many.
    #[track_caller]
    pub(crate) fn apply_killed_at(&self, nth: u64, moment: Moment) -> bool {
        let drop = match moment {
            Moment::Before => "before",
            Moment::After => "after",
        };
        // What follows the fatal request is held up without effect, so that the moment is exact.
        let hold = |skip: u64, count: Value, drop: &str, delay: u64| json!({ "path": "**", "skip": skip, "count": count, "drop": drop, "delay": delay });
        let long = 600_000;
        let fatal = hold(nth - 1, json!(1), drop, if moment == Moment::Before { long } else { 0 });
        self.simulator.set_faults(&json!([fatal, hold(nth - 1, Value::Null, "before", long)]));

        let mut apply =
            self.workspace.start("killed", &["apply", "-no-color", "-input=false", "-auto-approve"]);
        let struck = loop {
            // Each look is a request of its own, which is pause enough.
            if self.simulator.control(Method::GET, "faults", None)[0]["count"] == 0 {
                break true;
            }
            if let Some(status) = apply.try_wait().expect("the CLI's exit code") {
                assert!(status.success(), "the apply failed by itself");
                break false;
            }
        };
        if struck {
            assert!(self.workspace.kill_provider() > 0, "no provider to kill");
            apply.wait().expect("the CLI ends");
        }
        self.simulator.set_faults(&json!([]));
        struck
    }
}
