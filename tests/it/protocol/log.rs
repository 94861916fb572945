//! What the provider writes on standard error: nothing, or what a host can read.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::support::plugin;
use crate::support::plugin::Plugin;
use framework::protocol::wire::tfplugin6::{call_function, validate_resource_config};

fn environment(level: &str) -> BTreeMap<String, String> {
    [("TF_LOG".to_owned(), level.to_owned())].into()
}

/// Calls with names that would break a log that does not quote them.
async fn provoke(plugin: &Plugin) {
    for name in ["{\"@message\": 1}", "a\n{\"@message\": 2, \"@level\": 3}\nb", "panic: no", "\u{1}\u{2028}"]
    {
        let request = validate_resource_config::Request { type_name: name.to_owned(), ..Default::default() };
        let answer = plugin.rpc().validate_resource_config(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics.len(), 1);
        let request = call_function::Request { name: name.to_owned(), arguments: Vec::new() };
        plugin.rpc().call_function(request).await.unwrap();
    }
}

#[tokio::test]
async fn every_line_is_one_that_the_host_can_read() {
    let plugin = plugin::start(&environment("TRACE")).await;
    provoke(&plugin).await;
    let long = "x".repeat(200_000);
    let request = validate_resource_config::Request { type_name: long, ..Default::default() };
    plugin.rpc().validate_resource_config(request).await.unwrap();
    let lines = plugin.log_with("xxxxxxxx").await;
    assert!(lines.len() >= 9, "{lines:?}");
    for line in lines {
        assert!(line.len() < 64 * 1024);
        let object: Json = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        // A host of any version crashes when one of these is no string.
        for key in ["@level", "@message", "@module", "@timestamp"] {
            assert!(object[key].is_string(), "{key} in {line}");
        }
        let level = object["@level"].as_str().unwrap();
        assert!(["trace", "debug", "info", "warn", "error"].contains(&level), "{level}");
        let timestamp = object["@timestamp"].as_str().unwrap();
        assert!(timestamp.parse::<jiff::Timestamp>().is_ok());
        let (_, fraction) = timestamp.split_once('.').unwrap();
        assert_eq!((fraction.len(), fraction.ends_with('Z')), (7, true), "{timestamp}");
    }
}

#[tokio::test]
async fn without_a_level_there_is_no_log() {
    for environment in [BTreeMap::new(), environment("OFF")] {
        let mut plugin = plugin::start(&environment).await;
        provoke(&plugin).await;
        plugin.shut_down().await;
        plugin.exit().await;
        assert!(plugin.log().is_empty(), "{:?}", plugin.log());
    }
}

#[tokio::test]
async fn a_level_leaves_out_what_is_finer() {
    let mut environment = environment("TRACE");
    environment.insert("TF_LOG_PROVIDER".to_owned(), "ERROR".to_owned());
    let plugin = plugin::start(&environment).await;
    assert!(plugin.schema().await.provider.is_some());
    provoke(&plugin).await;
    let lines = plugin.log_with("failed").await;
    assert!(lines.iter().all(|line| line.contains("\"@level\":\"error\"")), "{lines:?}");
}
