//! Every kind of bad input gets one error, on its attribute, that says what to do, before anything is written.

use serde_json::Value as Json;

use crate::support::mistakes::{Mistake, Noticed, Subject, assert_harmless, mistakes, prepare};
use crate::support::plugin;
use crate::support::plugin::Plugin;
use crate::support::plugin::calls::Messages;
use crate::support::simulator::Simulator;

#[test]
fn every_mistake_is_one_error_on_its_attribute_before_anything_is_written() {
    let simulator = Simulator::start(&["--tenants", "2"]);
    prepare(&simulator);
    let environment = simulator.environment();
    let table = mistakes(&simulator);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut wrong = Vec::new();
    for mistake in &table {
        let (noticed, messages) = runtime.block_on(async {
            let plugin = plugin::start(&environment).await;
            let answer = make(&plugin, mistake).await;
            plugin.shut_down().await;
            answer
        });
        let errors: Vec<_> = messages.0.iter().filter(|message| message.error).collect();
        let good = noticed == Some(mistake.noticed)
            && matches!(errors[..], [error] if error.path == mistake.path && error.detail.contains(mistake.words)
                && error.detail.split("\n\n").next().is_some_and(|what| what.ends_with(['.', '?', ':'])));
        if !good {
            let Mistake { name, path, words, .. } = mistake;
            wrong.push(format!("{name}: {words:?} at `{path}`, but {noticed:?}: {messages}"));
        }
        assert_harmless(&simulator, mistake.noticed, &messages.to_string());
        simulator.forget_requests();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    simulator.assert_every_route_was_known();
}

/// Makes a mistake as far as it gets: when it was noticed, and what was said.
async fn make(plugin: &Plugin, mistake: &Mistake) -> (Option<Noticed>, Messages) {
    let refused = |messages: &Messages| messages.0.iter().any(|message| message.error);
    let messages = plugin.configure(mistake.provider.clone()).await;
    if refused(&messages) {
        return (Some(Noticed::Validate), messages);
    }
    let resource = match mistake.subject {
        Subject::Data(name) => {
            let (_, messages) = plugin.data(name, mistake.arguments.clone()).await;
            return (Some(Noticed::Plan), messages);
        }
        Subject::Resource(name) => plugin.resource(name).await,
    };
    let messages = resource.validate(mistake.arguments.clone()).await;
    if refused(&messages) {
        return (Some(Noticed::Validate), messages);
    }
    let plan = resource.plan(None, mistake.arguments.clone()).await;
    if refused(&plan.messages) {
        return (Some(Noticed::Plan), plan.messages);
    }
    let applied = resource.apply(None, plan).await;
    assert_eq!(applied.state, Json::Null, "a failed creation leaves no state");
    (refused(&applied.messages).then_some(Noticed::Apply), applied.messages)
}
