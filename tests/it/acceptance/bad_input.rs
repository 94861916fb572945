//! Bad input as a person sees it: every CLI shows each mistake's words, and nothing was written.

use serde_json::{Map, Value as Json, json};

use super::{Stage, on_every_cli_with};
use crate::support::mistakes::{Mistake, Noticed, SECRET, Subject, assert_harmless, mistakes, prepare};
use crate::support::workspace::Install;

#[test]
fn every_cli_says_what_is_wrong_and_nothing_is_written() {
    on_every_cli_with(&["--tenants", "2"], Install::Override, |stage| {
        prepare(&stage.simulator);
        let table = mistakes(&stage.simulator);
        // What is noticed at the same time goes into one configuration, so that the CLI needs to start only thrice.
        for noticed in [Noticed::Validate, Noticed::Plan, Noticed::Apply] {
            let mistakes: Vec<&Mistake> = table.iter().filter(|mistake| mistake.noticed == noticed).collect();
            assert!(!mistakes.is_empty());
            show(stage, noticed, &mistakes);
        }
    });
}

fn show(stage: &Stage, noticed: Noticed, mistakes: &[&Mistake]) {
    stage.workspace.write("main.tf.json", &format!("{:#}", configuration(mistakes)));
    let outcome = match noticed {
        Noticed::Validate | Noticed::Plan => stage.workspace.plan(&[]).fails(),
        Noticed::Apply => stage.workspace.apply(&[]).fails(),
    };
    let errors = outcome.errors();
    for Mistake { name, words, .. } in mistakes {
        // Each CLI names the block in which it found the mistake: `with proofpoint_azure_sync.frequency,`.
        let place = format!(".{name},");
        let told = errors.iter().any(|error| error.contains(&place) && error.contains(words));
        assert!(told, "{}: no error at {name} says {words:?}\n{outcome}", stage.cli);
    }
    assert_eq!(errors.len(), mistakes.len(), "{outcome}");
    assert_harmless(&stage.simulator, noticed, &outcome.to_string());
    stage.simulator.forget_requests();
}

/// One configuration with a provider of its own for every mistake, in the CLIs' JSON syntax.
fn configuration(mistakes: &[&Mistake]) -> Json {
    let (mut providers, mut resources, mut data) = (Vec::new(), Map::new(), Map::new());
    for mistake in mistakes {
        let mut provider = without_secret(&mistake.provider);
        provider["alias"] = mistake.name.into();
        providers.push(provider);
        let (blocks, kind) = match mistake.subject {
            Subject::Resource(kind) => (&mut resources, kind),
            Subject::Data(kind) => (&mut data, kind),
        };
        let mut arguments = without_secret(&mistake.arguments);
        arguments["provider"] = format!("proofpoint.{}", mistake.name).into();
        blocks.entry(kind).or_insert_with(|| json!({}))[mistake.name] = arguments;
    }
    // The CLIs quote the line of a mistake, so that a secret has to stand elsewhere; variables are unknown to `validate`.
    let secret = format!("${{sensitive(\"{SECRET}\")}}");
    let mut configuration =
        json!({ "provider": { "proofpoint": providers }, "locals": { "secret": secret } });
    for (name, blocks) in [("resource", resources), ("data", data)] {
        if !blocks.is_empty() {
            configuration[name] = blocks.into();
        }
    }
    configuration
}

fn without_secret(arguments: &Json) -> Json {
    let mut arguments = arguments.clone();
    for value in
        arguments.as_object_mut().into_iter().flat_map(Map::values_mut).filter(|value| **value == SECRET)
    {
        *value = "${local.secret}".into();
    }
    arguments
}
