//! What leaves nothing to manage, over the wire: ephemeral resources, lists, actions, and generated configurations.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tonic::Code;

use super::call::Calls;
use super::provider::Rpcs;
use crate::attr::Attr;
use crate::example::{self, Shelf};
use crate::library_desk::{Book, Dusting, ShelfFinder, ShelfSearch, Ticket, provider};
use crate::model::Model;
use crate::plugin::Lifecycle;
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::invoke_action::event::Type as Step;
use crate::protocol::wire::tfplugin6::{self as wire, DynamicValue};
use crate::service::{ConfigureRequest, Service};
use crate::value::Value;

const NAMES: [&str; 3] = ["library_ticket", "library_shelf", "library_dust"];

fn rpcs(service: Arc<dyn Service>) -> Rpcs {
    let config = Value::object([("closed", Value::Null)]);
    let said = service.configure(ConfigureRequest { config, terraform_version: "1.15.0".to_owned() });
    assert!(!said.has_errors());
    Rpcs(Calls::new(service, Lifecycle::default()))
}

fn library() -> (Rpcs, Book) {
    let (provider, book) = provider();
    (rpcs(Arc::new(provider)), book)
}

fn lines(book: &Book) -> Vec<String> {
    book.lock().unwrap().clone()
}

#[expect(clippy::unnecessary_wraps, reason = "the fields it is for are optional")]
fn packed<M: Model>(model: &M) -> Option<DynamicValue> {
    Some(convert::dynamic_value(&model.write(), &M::schema().value_type()).unwrap())
}

fn unpacked<M: Model>(value: Option<&DynamicValue>) -> M {
    let value = convert::value_of_dynamic(value, &M::schema().value_type()).unwrap();
    crate::model::read(&value).unwrap()
}

fn summaries(diagnostics: &[wire::Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect()
}

#[tokio::test]
async fn what_is_registered_is_announced_and_nothing_else() {
    let schema = |rpcs: Rpcs| async move {
        let request = wire::get_provider_schema::Request {};
        rpcs.get_provider_schema(request).await.unwrap()
    };
    let all = schema(library().0).await;
    assert!(all.ephemeral_resource_schemas.keys().eq([NAMES[0]]));
    assert!(all.list_resource_schemas.keys().eq([NAMES[1]]));
    assert!(all.action_schemas.keys().eq([NAMES[2]]));
    assert!(all.action_schemas[NAMES[2]].schema.is_some());
    assert!(all.server_capabilities.unwrap().generate_resource_config);
    let request = wire::get_metadata::Request {};
    let metadata = library().0.get_metadata(request).await.unwrap();
    assert_eq!(metadata.ephemeral_resources[0].type_name, NAMES[0]);
    assert_eq!(metadata.list_resources[0].type_name, NAMES[1]);
    assert_eq!(metadata.actions[0].type_name, NAMES[2]);

    let none = schema(rpcs(example::provider())).await;
    assert!(none.ephemeral_resource_schemas.is_empty() && none.list_resource_schemas.is_empty());
    assert!(none.action_schemas.is_empty());
    assert!(!none.server_capabilities.unwrap().generate_resource_config);
}

#[tokio::test]
async fn a_provider_without_them_leaves_their_rpcs_unimplemented() {
    let rpcs = rpcs(example::provider());
    macro_rules! unimplemented {
        ($($rpc:ident $request:ident),*) => {$(
            let status = rpcs.$rpc(wire::$request::Request::default()).await.map(drop).unwrap_err();
            assert_eq!(status.code(), Code::Unimplemented, stringify!($rpc));
        )*};
    }
    unimplemented! {
        validate_ephemeral_resource_config validate_ephemeral_resource_config,
        open_ephemeral_resource open_ephemeral_resource, renew_ephemeral_resource renew_ephemeral_resource,
        close_ephemeral_resource close_ephemeral_resource,
        validate_list_resource_config validate_list_resource_config, list_resource list_resource,
        validate_action_config validate_action_config, plan_action plan_action, invoke_action invoke_action,
        generate_resource_config generate_resource_config
    }
}

#[test]
fn a_list_needs_its_resource() {
    let (whole, _) = provider();
    assert_eq!(whole.check(), Vec::<String>::new());
    let configure = |_: example::LibraryProvider, _: &str| {
        Ok::<_, crate::diagnostic::Diagnostics>(example::Library::default())
    };
    let alone =
        crate::provider::Provider::new("library", configure).list_resource(ShelfFinder(Book::default()));
    assert_eq!(
        alone.check(),
        ["list resource library_shelf: there is no resource of this name with an identity"]
    );
}

fn reader(name: &str) -> Ticket {
    Ticket { reader: name.into(), ..Ticket::default() }
}

#[tokio::test]
async fn an_ephemeral_resource_is_opened_renewed_and_closed() {
    let (rpcs, book) = library();
    let request = |config| wire::open_ephemeral_resource::Request {
        type_name: NAMES[0].to_owned(),
        config: packed(&config),
        client_capabilities: None,
    };
    let opened = rpcs.open_ephemeral_resource(request(reader("Ada"))).await.unwrap();
    assert_eq!(opened.diagnostics, []);
    let ticket: Ticket = unpacked(opened.result.as_ref());
    assert_eq!(ticket, Ticket { code: Attr::Known("code of Ada".to_owned().into()), ..reader("Ada") });
    assert_eq!(opened.renew_at.map(|time| time.seconds), Some(0));

    let renew = wire::renew_ephemeral_resource::Request {
        type_name: NAMES[0].to_owned(),
        private: opened.private.clone(),
    };
    let renewed = rpcs.renew_ephemeral_resource(renew).await.unwrap();
    assert_eq!((renewed.diagnostics.as_slice(), renewed.renew_at), ([].as_slice(), None));
    let renew =
        wire::renew_ephemeral_resource::Request { type_name: NAMES[0].to_owned(), private: renewed.private };
    rpcs.renew_ephemeral_resource(renew).await.unwrap();

    let close =
        wire::close_ephemeral_resource::Request { type_name: NAMES[0].to_owned(), private: opened.private };
    let closed = rpcs.close_ephemeral_resource(close).await.unwrap();
    assert_eq!(closed.diagnostics, []);
    let expected =
        ["opened code of Ada", "renewed code of Ada 1", "renewed code of Ada 2", "closed code of Ada 0"];
    assert_eq!(lines(&book), expected);
}

#[tokio::test]
async fn facts_that_can_t_be_read_are_an_error_that_does_not_show_them() {
    let (rpcs, _) = library();
    let close = wire::close_ephemeral_resource::Request {
        type_name: NAMES[0].to_owned(),
        private: Some(b"hunter2".to_vec()),
    };
    let closed = rpcs.close_ephemeral_resource(close).await.unwrap();
    assert_eq!(summaries(&closed.diagnostics), ["Facts about an ephemeral resource are lost"]);
    assert!(!closed.diagnostics[0].detail.contains("hunter2"));
}

#[tokio::test]
async fn configurations_of_each_kind_are_validated() {
    let (rpcs, _) = library();
    let ticket = async |config: Ticket| {
        let request = wire::validate_ephemeral_resource_config::Request {
            type_name: NAMES[0].to_owned(),
            config: packed(&config),
        };
        rpcs.validate_ephemeral_resource_config(request).await.unwrap().diagnostics
    };
    assert_eq!(ticket(reader("Ada")).await, []);
    assert_eq!(summaries(&ticket(reader("nobody")).await), ["Nobody reads"]);
    // A rule about several arguments.
    assert_eq!(summaries(&ticket(Ticket::default()).await), ["Invalid combination of arguments"]);
    let both = Ticket { group: 1.into(), ..reader("Ada") };
    assert_eq!(summaries(&ticket(both).await), ["Invalid combination of arguments"]);

    let request = wire::validate_list_resource_config::Request {
        type_name: NAMES[1].to_owned(),
        config: packed(&ShelfSearch { wood: "steel".into() }),
        ..Default::default()
    };
    let said = rpcs.validate_list_resource_config(request).await.unwrap();
    assert_eq!(summaries(&said.diagnostics), ["Steel is not wood"]);
    let config = packed(&Dusting { tool: "axe".into(), ..Dusting::default() });
    let request = wire::validate_action_config::Request { type_name: NAMES[2].to_owned(), config };
    let said = rpcs.validate_action_config(request).await.unwrap();
    assert_eq!(summaries(&said.diagnostics), ["Too sharp"]);
}

/// A library with shelves of oak.
fn stocked(shelves: usize) -> (Rpcs, Book) {
    let (provider, book) = provider();
    let provider = Arc::new(provider);
    let rpcs = rpcs(provider.clone());
    provider.with_clients(|library: &example::Library| {
        let mut stock = library.shelves.lock().unwrap();
        for number in 1..=shelves {
            let id = format!("{number:03}");
            let shelf = Shelf {
                id: id.clone().into(),
                label: format!("label {number}").into(),
                wood: "oak".into(),
                key_changes: 0.into(),
                ..Shelf::default()
            };
            stock.insert(id, shelf);
        }
    });
    (rpcs, book)
}

async fn search(rpcs: &Rpcs, wood: &str, limit: i64, objects: bool) -> Vec<wire::list_resource::Event> {
    let request = wire::list_resource::Request {
        type_name: NAMES[1].to_owned(),
        config: packed(&ShelfSearch { wood: wood.into() }),
        include_resource_object: objects,
        limit,
    };
    let events = rpcs.list_resource(request).await.unwrap();
    events.collect().await
}

#[tokio::test]
async fn a_search_finds_objects_with_their_identities() {
    let (rpcs, _) = stocked(3);
    let events = search(&rpcs, "oak", 100, false).await;
    assert_eq!(summaries(&events[0].diagnostic), ["Dust"]);
    assert_eq!(events[0].identity, None);
    let names: Vec<&str> = events[1..].iter().map(|event| event.display_name.as_str()).collect();
    assert_eq!(names, ["label 1", "label 2", "label 3"]);
    assert!(events[1..].iter().all(|event| event.identity.is_some() && event.resource_object.is_none()));

    let events = search(&rpcs, "oak", 0, true).await;
    let shelf: Shelf = unpacked(events[3].resource_object.as_ref());
    assert_eq!((shelf.id, shelf.wood), ("003".into(), "oak".into()));
}

#[tokio::test]
async fn a_search_ends_at_its_limit() {
    let (rpcs, book) = stocked(5);
    assert_eq!(search(&rpcs, "oak", 2, false).await.len(), 3);
    assert_eq!(lines(&book), ["found 001", "found 002"]);
}

#[tokio::test]
async fn a_search_ends_when_nobody_reads_on() {
    let (rpcs, book) = stocked(1000);
    let request = wire::list_resource::Request {
        type_name: NAMES[1].to_owned(),
        config: packed(&ShelfSearch { wood: "oak".into() }),
        ..Default::default()
    };
    let mut events = rpcs.list_resource(request).await.unwrap();
    assert!(events.next().await.is_some());
    drop(events);
    rpcs.0.lifecycle().calls_returned().await;
    assert!(lines(&book).len() < 1000);
}

#[tokio::test]
async fn whatever_ends_a_search_is_its_last_event() {
    let (rpcs, _) = stocked(0);
    for (wood, summary) in [("ebony", "Too dark"), ("glass", "The provider failed unexpectedly")] {
        let events = search(&rpcs, wood, 10, false).await;
        assert_eq!(summaries(&events.last().unwrap().diagnostic), [summary]);
    }
    let request = wire::list_resource::Request { type_name: "library_cat".to_owned(), ..Default::default() };
    let events = rpcs.list_resource(request).await.unwrap();
    let events: Vec<_> = events.collect().await;
    assert_eq!(summaries(&events[0].diagnostic), ["Not offered by this version of the provider"]);
    assert_eq!(events.len(), 1);
}

fn invocation(config: &Dusting) -> wire::invoke_action::Request {
    wire::invoke_action::Request {
        action_type: NAMES[2].to_owned(),
        config: packed(config),
        client_capabilities: None,
    }
}

/// The lines of progress of an action, and what was said at its end.
async fn invoked(rpcs: &Rpcs, tool: &str) -> (Vec<String>, Vec<String>) {
    let config = Dusting { times: Attr::Null, tool: tool.into() };
    let steps = rpcs.invoke_action(invocation(&config)).await.unwrap();
    let mut steps: Vec<Step> = steps.map(|event| event.r#type.expect("a step")).collect().await;
    let Some(Step::Completed(completed)) = steps.pop() else { panic!("no end") };
    let progress = steps.into_iter().map(|step| match step {
        Step::Progress(progress) => progress.message,
        Step::Completed(_) => panic!("a second end"),
    });
    (progress.collect(), summaries(&completed.diagnostics).into_iter().map(str::to_owned).collect())
}

#[tokio::test]
async fn an_action_tells_of_its_progress_and_always_of_its_end() {
    let (rpcs, _) = library();
    let time = vec!["time 1".to_owned()];
    let said = |text: &str| vec![text.to_owned()];
    assert_eq!(invoked(&rpcs, "cloth").await, (time.clone(), said("Cloth")));
    assert_eq!(invoked(&rpcs, "broom").await, (time.clone(), said("Wrong tool")));
    assert_eq!(invoked(&rpcs, "vacuum cleaner").await, (time, said("The provider failed unexpectedly")));
}

#[tokio::test]
async fn an_action_of_which_nobody_would_know_begins_nothing_more() {
    let (rpcs, book) = library();
    let config = Dusting { tool: "patience".into(), ..Dusting::default() };
    let mut steps = rpcs.invoke_action(invocation(&config)).await.unwrap();
    assert!(steps.next().await.is_some());
    drop(steps);
    let returned = rpcs.0.lifecycle().calls_returned();
    tokio::time::timeout(Duration::from_secs(20), returned).await.expect("it waits on");
    assert_eq!(lines(&book), ["gave up"]);
}

#[tokio::test]
async fn the_check_of_an_action_runs_while_it_is_planned() {
    let (provider, _) = provider();
    let config = Value::object([("closed", Value::Bool(true))]);
    let said = provider.configure(ConfigureRequest { config, terraform_version: "1.15.0".to_owned() });
    assert!(!said.has_errors());
    let rpcs = Rpcs(Calls::new(Arc::new(provider), Lifecycle::default()));
    let request = wire::plan_action::Request {
        action_type: NAMES[2].to_owned(),
        config: packed(&Dusting::default()),
        client_capabilities: None,
    };
    let planned = rpcs.plan_action(request).await.unwrap();
    assert_eq!(summaries(&planned.diagnostics), ["Library closed"]);
}

#[tokio::test]
async fn a_generated_configuration_holds_what_a_user_would_write() {
    let (rpcs, _) = library();
    let shelf = Shelf {
        id: "7".into(),
        label: "Novels".into(),
        wood: "oak".into(),
        key_version: 2.into(),
        light: Attr::Known(example::Light { on: false.into(), colour: "red".into() }),
        key_changes: 3.into(),
        ..Shelf::default()
    };
    let request =
        wire::generate_resource_config::Request { type_name: NAMES[1].to_owned(), state: packed(&shelf) };
    let generated = rpcs.generate_resource_config(request).await.unwrap();
    assert_eq!(generated.diagnostics, []);
    let config: Shelf = unpacked(generated.config.as_ref());
    let expected = Shelf {
        label: "Novels".into(),
        // The resource's own addition.
        key: "change me".into(),
        key_version: 2.into(),
        light: Attr::Known(example::Light { on: Attr::Null, colour: "red".into() }),
        ..Shelf::default()
    };
    assert_eq!(config, expected);
    let plain = Shelf {
        light: Attr::Known(example::Light { on: false.into(), colour: "white".into() }),
        key_version: Attr::Null,
        ..shelf
    };
    let request =
        wire::generate_resource_config::Request { type_name: NAMES[1].to_owned(), state: packed(&plain) };
    let generated = rpcs.generate_resource_config(request).await.unwrap();
    let config: Shelf = unpacked(generated.config.as_ref());
    assert_eq!(config, Shelf { label: "Novels".into(), ..Shelf::default() });
}
