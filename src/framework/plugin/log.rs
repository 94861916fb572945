//! The log: one JSON object a line on standard error, as hclog writes it and the host reads it.
//!
//! `@level` and `@message` must be strings (anything else crashes the host), `@timestamp` has exactly six fractional
//! digits (else the line counts as plain text), and a line stays below 64 KiB. Only events of this crate and of those that
//! are called after the provider are written: what libraries say about requests may hold secrets.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;

use serde_json::{Map, Value as Json};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::variables::{self, Variables};

/// Longest text of one field in bytes; what is longer is cut.
const LONGEST_TEXT: usize = 8 * 1024;

/// Longest line in bytes; fields that do not fit are left out.
const LONGEST_LINE: usize = 60 * 1024;

/// The crate that is this framework.
const FRAMEWORK: &str = env!("CARGO_CRATE_NAME");

/// The variables that decide the level of the log of the provider called `name`, with what each means in one sentence of
/// Markdown; the first that is set decides.
pub fn variables(name: &str) -> [(String, &'static str); 3] {
    [
        (
            format!("TF_LOG_PROVIDER_{}", name.to_ascii_uppercase()),
            "Makes this provider alone quieter than `TF_LOG_PROVIDER` or `TF_LOG` lets it be; by itself it writes nothing.",
        ),
        ("TF_LOG_PROVIDER".to_owned(), "The same for providers only; it takes precedence over `TF_LOG`."),
        ("TF_LOG".to_owned(), "Level of the log: `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `OFF`."),
    ]
}

/// Starts logging for the provider called `name` at the level that the environment asks for. When it asks for none, nothing
/// is installed and every event costs one comparison.
pub(crate) fn install(name: &'static str, env: &Variables) {
    let Some(level) = level(name, env) else { return };
    let subscriber = Registry::default().with(Hclog { level, name });
    // Fails only where a subscriber is installed already, in tests of this function's callers.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// The level asked for: the most particular variable that is set decides.
fn level(name: &str, env: &Variables) -> Option<LevelFilter> {
    let asked = variables(name).into_iter().find_map(|(variable, _)| variables::value(env, &variable))?;
    match asked.to_ascii_uppercase().as_str() {
        "OFF" => None,
        "ERROR" => Some(LevelFilter::ERROR),
        "WARN" => Some(LevelFilter::WARN),
        "INFO" => Some(LevelFilter::INFO),
        "DEBUG" => Some(LevelFilter::DEBUG),
        // `JSON`, `TRACE` and everything that core does not know mean all there is.
        _ => Some(LevelFilter::TRACE),
    }
}

/// Writes events in hclog's form.
struct Hclog {
    level: LevelFilter,
    /// The provider's.
    name: &'static str,
}

impl Hclog {
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level && module(metadata.target(), self.name).is_some()
    }
}

/// The module that an event came from, without its crate; none where the crate is another than this one and those called
/// after the provider: `NAME`, `NAME_anything` and `terraform_provider_NAME`.
fn module<'a>(target: &'a str, name: &str) -> Option<&'a str> {
    let (of, module) = target.split_once("::").unwrap_or((target, ""));
    let named = of.strip_prefix("terraform_provider_").unwrap_or(of).strip_prefix(name);
    let ours = of == FRAMEWORK || named.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    ours.then_some(module)
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Hclog {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        // Before the span is locked: a value whose Debug panics would be logged under the lock, and wait for it for ever.
        let mut recorded = Fields::default();
        values.record(&mut recorded);
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            fields.0.extend(recorded.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in
            context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.0.extend(of_span.0.clone());
            }
        }
        event.record(&mut fields);
        let line = line(event.metadata(), self.name, &microseconds(now()), fields);
        // Standard error may be closed; there is nowhere else to say it.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

/// A log tells the time of this machine.
#[expect(clippy::disallowed_methods, reason = "what a log line says decides nothing")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Fields of an event and of the spans around it. Text only keeps its head, and names that hclog uses are not
/// accepted, so that nothing but a string can stand under them.
#[derive(Default)]
struct Fields(Map<String, Json>);

impl Fields {
    fn put(&mut self, field: &Field, value: Json) {
        if !field.name().starts_with('@') {
            self.0.insert(field.name().to_owned(), value);
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // Writing to a String cannot fail; a Debug that does has written what it could.
        let _ = write!(text, "{value:?}");
        self.put(field, cut(text).into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, cut(value.to_owned()).into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        let end = (0..=LONGEST_TEXT).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

/// One line of the log with its line end.
fn line(metadata: &Metadata<'_>, name: &str, timestamp: &str, fields: Fields) -> String {
    let mut fields = fields.0;
    let message = match fields.remove("message") {
        Some(Json::String(text)) => text,
        Some(other) => other.to_string(),
        None => metadata.name().to_owned(),
    };
    let level = match *metadata.level() {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    };
    let module = match module(metadata.target(), name) {
        None => metadata.target().replace("::", "."),
        Some("") => name.to_owned(),
        Some(module) => format!("{name}.{}", module.replace("::", ".")),
    };

    let mut object: Map<String, Json> = [
        ("@level", level.to_owned()),
        ("@message", message),
        ("@module", module),
        ("@timestamp", timestamp.to_owned()),
    ]
    .into_iter()
    .map(|(key, text)| (key.to_owned(), text.into()))
    .collect();
    let mut length = Json::from(object.clone()).to_string().len();
    for (name, value) in fields {
        length += name.len() + value.to_string().len() + 4;
        if length <= LONGEST_LINE {
            object.insert(name, value);
        }
    }
    Json::from(object).to_string() + "\n"
}

/// RFC 3339 with exactly six fractional digits.
fn microseconds(time: jiff::Timestamp) -> String {
    format!("{time:.6}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// Runs `act` under a subscriber and returns the lines it would write.
    fn lines(act: impl FnOnce()) -> Vec<Json> {
        #[derive(Clone, Default)]
        struct Collect(Arc<Mutex<Vec<String>>>);
        impl<S: Subscriber> Layer<S> for Collect {
            fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
                let mut fields = Fields::default();
                event.record(&mut fields);
                self.0.lock().unwrap().push(line(
                    event.metadata(),
                    "shelf",
                    "2026-01-02T03:04:05.000000Z",
                    fields,
                ));
            }
        }
        let collect = Collect::default();
        tracing::subscriber::with_default(Registry::default().with(collect.clone()), act);
        let lines = collect.0.lock().unwrap();
        lines.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[test]
    fn the_most_particular_variable_decides() {
        let level = |variables: &[(&str, &str)]| {
            let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
            level("shelf", &variables.iter().map(owned).collect())
        };
        assert_eq!(level(&[]), None);
        assert_eq!(level(&[("TF_LOG", "debug")]), Some(LevelFilter::DEBUG));
        assert_eq!(level(&[("TF_LOG", "DEBUG"), ("TF_LOG_PROVIDER", "WARN")]), Some(LevelFilter::WARN));
        assert_eq!(level(&[("TF_LOG_PROVIDER", "WARN"), ("TF_LOG_PROVIDER_SHELF", "off")]), None);
        assert_eq!(level(&[("TF_LOG", "JSON")]), Some(LevelFilter::TRACE));
    }

    #[test]
    fn the_message_is_a_string_whatever_it_was() {
        let lines = lines(|| {
            tracing::info!(message = 5);
            tracing::info!(message = true);
            tracing::warn!(status = 429, "{{\"@message\": 1}}");
            tracing::error!({ "@message" = 1, "@level" = 2, "@timestamp" = 3 }, "kept");
        });
        for line in &lines {
            for key in ["@level", "@message", "@module", "@timestamp"] {
                assert!(line[key].is_string(), "{key} of {line}");
            }
        }
        assert_eq!(lines[0]["@message"], "5");
        assert_eq!(lines[1]["@message"], "true");
        assert_eq!(lines[2]["status"], 429);
        assert_eq!(lines[3]["@message"], "kept");
        assert_eq!(lines[3]["@level"], "error");
    }

    #[test]
    fn the_timestamp_has_six_digits_and_a_zone() {
        let time = jiff::Timestamp::constant(1_767_323_045, 0);
        assert_eq!(microseconds(time), "2026-01-02T03:04:05.000000Z");
        let time = jiff::Timestamp::constant(1_767_323_045, 123_456_789);
        assert_eq!(microseconds(time), "2026-01-02T03:04:05.123456Z");
    }

    #[test]
    fn a_line_stays_below_what_the_host_reads_at_once() {
        let long = "é".repeat(40_000);
        let lines = lines(|| {
            let text = long.as_str();
            tracing::info!(
                a = text,
                b = text,
                c = text,
                d = text,
                e = text,
                f = text,
                g = text,
                h = text,
                "{text}"
            );
        });
        assert!(lines[0].to_string().len() < 64 * 1024);
        assert!(lines[0]["@message"].as_str().unwrap().ends_with('…'));
    }

    #[test]
    fn events_of_other_crates_are_not_written() {
        struct Ask(Hclog, Arc<Mutex<Vec<bool>>>);
        impl<S: Subscriber> Layer<S> for Ask {
            fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
                self.1.lock().unwrap().push(self.0.wants(event.metadata()));
            }
        }
        let hclog = Hclog { level: LevelFilter::INFO, name: "shelf" };
        let wanted = Arc::new(Mutex::new(Vec::new()));
        tracing::subscriber::with_default(Registry::default().with(Ask(hclog, wanted.clone())), || {
            tracing::info!("ours");
            tracing::debug!("too fine");
            tracing::info!(target: "hyper::client", "theirs");
            tracing::info!(target: "shelfish::client", "theirs");
            tracing::info!(target: "shelf_clients::http", "a crate of the provider");
            tracing::info!(target: "terraform_provider_shelf", "the provider's program");
        });
        assert_eq!(*wanted.lock().unwrap(), [true, false, false, false, true, true]);
    }

    #[test]
    fn the_module_is_named_after_the_provider_whatever_crate_it_is_in() {
        assert_eq!(module("shelf_clients::http::send", "shelf"), Some("http::send"));
        assert_eq!(module(concat!(env!("CARGO_CRATE_NAME"), "::server"), "shelf"), Some("server"));
        assert_eq!(module("shelf", "shelf"), Some(""));
        assert_eq!(module("h2::frame", "shelf"), None);
        let lines = lines(|| tracing::info!(target: "shelf_clients::http::send", "sent"));
        assert_eq!(lines[0]["@module"], "shelf.http.send");
    }
}
