//! What ARCHITECTURE.md says about who may know whom, held by reading the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::workspace::repository;

/// Each folder or file of `src/` with the modules of this crate that it may name besides itself; `src/bin/` holds crates
/// of their own.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("stdout", &[]),
    ("env", &[]),
    ("clock", &[]),
    ("framework", &["model"]),
    ("sync_report", &[]),
    ("http", &["clock", "env"]),
    ("auth", &["clock", "env", "http"]),
    ("graph", &["auth", "clock", "http"]),
    ("essentials", &["auth", "clock", "http"]),
    ("protocol", &["framework"]),
    ("server", &["framework", "plugin", "protocol"]),
    ("plugin", &["clock", "env", "stdout"]),
    ("preview", &["clock", "essentials", "framework", "graph", "http", "model", "sync_report"]),
    ("functions", &["essentials", "framework", "graph", "model", "preview", "provider", "sync_report"]),
    ("main", &[]),
    ("lib", &[]),
    ("commands", &["env", "framework", "plugin", "server", "stdout"]),
    ("provider", &["auth", "clock", "env", "essentials", "framework", "graph", "http", "model"]),
    ("registry", &["data_sources", "env", "framework", "functions", "provider", "resources"]),
    (
        "data_sources",
        &[
            "auth",
            "clock",
            "essentials",
            "framework",
            "graph",
            "http",
            "model",
            "preview",
            "provider",
            "sync_report",
        ],
    ),
    (
        "resources",
        &[
            "auth",
            "clock",
            "essentials",
            "framework",
            "graph",
            "http",
            "model",
            "preview",
            "provider",
            "sync_report",
        ],
    ),
];

/// Crates that only these folders may name.
const KEPT_TO: &[(&str, &[&str])] = &[
    ("reqwest", &["http", "auth", "graph", "essentials", "bin"]),
    ("azure_identity", &["auth"]),
    ("azure_core", &["auth", "http"]),
    ("tonic", &["server", "protocol", "plugin", "commands"]),
    ("prost", &["protocol", "server"]),
    ("axum", &["bin"]),
    ("rmpv", &["protocol"]),
    ("url", &["http", "auth", "graph", "essentials", "provider", "framework", "bin"]),
    ("rustls", &["http", "plugin", "auth", "bin"]),
];

/// The files that wait for a time to pass, each with what ends the wait early or why nothing has to.
const MAY_SLEEP: &[(&str, &str)] = &[
    (
        "src/http/call.rs",
        "raced against deadline and cancellation; every wait of the provider goes through here",
    ),
    ("src/http/limiter.rs", "entered through `Call::run`"),
    ("src/plugin/listener.rs", "a listener that can't accept, the process out of descriptors; backs off"),
    ("src/bin/simulator/server/dispatch.rs", "a delay that was ordered"),
];

/// Words that are the name of an attribute and mean something else where they stand.
const MEANS_ANOTHER: &[(&str, &[&str], &str)] = &[
    (
        "src/resources/azure_client_secret/mod.rs",
        &["application_id", "end_date_relative", "key_id", "rotate_when_changed", "value"],
        "attributes of azuread's resource, whose state is taken over",
    ),
    ("src/resources/azure_sync/rotation.rs", &["rotate_when_changed"], "a reason to rotate, as it is shown"),
    ("src/data_sources/azure_sync_health/judge.rs", &["overdue"], "the code of a finding"),
];

#[test]
fn every_layer_names_only_those_below_it() {
    let known: BTreeMap<&str, &[&str]> = MAY_NAME.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources("src") {
        if source.layer == "bin" {
            continue;
        }
        let Some(allowed) = known.get(source.layer.as_str()) else {
            wrong.push(format!("{} belongs to no layer that `MAY_NAME` knows", source.path.display()));
            continue;
        };
        for name in source.names_after("crate::") {
            if name != source.layer && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} names `crate::{name}`", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_stay_in_their_layers() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        for (name, layers) in KEPT_TO {
            if !layers.contains(&source.layer.as_str()) && source.uses_crate(name) {
                wrong.push(format!("{} names `{name}`", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_simulator_shares_nothing_with_the_provider() {
    let sources = sources("src/bin/simulator");
    let guilty: Vec<_> =
        sources.iter().filter(|source| source.uses_crate("terraform_provider_proofpoint")).collect();
    assert!(guilty.is_empty(), "{:?}", guilty.iter().map(|source| &source.path).collect::<Vec<_>>());
}

#[test]
fn the_framework_does_no_io_and_names_no_vendor() {
    let mut wrong = Vec::new();
    for source in sources("src/framework") {
        for name in
            ["std::fs", "std::net", "std::process", "std::env", "tokio::net", "tokio::fs", "tokio::process"]
        {
            if source.code.contains(name) {
                wrong.push(format!("{} names `{name}`", source.path.display()));
            }
        }
        // Examples in comments and tests may need a name; the code has no use for one.
        let code = source.code.to_lowercase();
        for vendor in ["proofpoint", "microsoft", "entra", "graph.", "terraform-provider"] {
            if code.contains(vendor) {
                wrong.push(format!("{} names {vendor}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_sleeps_a_fixed_time() {
    let mut wrong = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        let may = MAY_SLEEP.iter().any(|(file, _)| source.path == Path::new(file));
        if !may && !source.path.ends_with("architecture.rs") && source.code.contains("sleep") {
            wrong.push(source.path.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "wait for the fact, through `http::call` or `tokio::time::timeout`: {wrong:?}");
}

#[test]
fn no_resource_names_an_attribute_by_a_string() {
    let sources: Vec<Source> =
        sources("src/resources").into_iter().chain(sources("src/data_sources")).collect();
    let attributes: BTreeSet<&str> = sources.iter().flat_map(Source::attributes).collect();
    assert!(attributes.contains("default_role") && attributes.len() > 50, "{attributes:?}");
    let mut wrong = Vec::new();
    for source in &sources {
        let code = source.without_models();
        for literal in literals(&code).into_iter().filter(|literal| attributes.contains(literal)) {
            let path = Path::new(&source.path);
            let means_another = MEANS_ANOTHER
                .iter()
                .any(|(file, words, _)| path == Path::new(file) && words.contains(&literal));
            if !means_another {
                wrong.push(format!("{}: {literal:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "an attribute is a field of its model:\n{}", wrong.join("\n"));
}

#[test]
fn files_fit_a_readers_head() {
    let long: Vec<String> = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .filter(|source| source.lines > 480)
        .map(|source| format!("{}: {} lines", source.path.display(), source.lines))
        .collect();
    assert!(long.is_empty(), "split these:\n{}", long.join("\n"));
}

#[test]
fn every_layer_is_on_the_map() {
    let map = fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let layers: BTreeSet<String> = sources("src").into_iter().map(|source| source.layer).collect();
    let known = ["main", "lib", "bin"];
    let missing: Vec<_> = layers
        .iter()
        .filter(|layer| !known.contains(&layer.as_str()))
        .filter(|layer| {
            !map.contains(&format!("`src/{layer}/`")) && !map.contains(&format!("`src/{layer}.rs`"))
        })
        .collect();
    assert!(missing.is_empty(), "not in ARCHITECTURE.md: {missing:?}");
}

/// One source file, without its comments and without its unit tests.
struct Source {
    path: PathBuf,
    /// The folder below `src/`, or the file's own name.
    layer: String,
    code: String,
    lines: usize,
}

impl Source {
    /// The identifiers that follow `prefix`, including those in a braced list.
    fn names_after(&self, prefix: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for rest in self.code.split(prefix).skip(1) {
            match rest.strip_prefix('{') {
                Some(list) => names.extend(first_names(list)),
                None => names.extend(identifier(rest)),
            }
        }
        names
    }

    /// The names of the attributes that its models declare.
    fn attributes(&self) -> impl Iterator<Item = &str> {
        let fields =
            self.models().flat_map(|model| model.lines()).filter_map(|line| line.split_once(": Attr<"));
        fields.map(|(name, _)| name.trim().trim_start_matches("r#"))
    }

    /// The `model!` declarations.
    fn models(&self) -> impl Iterator<Item = &str> {
        self.code.split(MODEL).skip(1).filter_map(|rest| rest.split_once("\n}\n")).map(|(model, _)| model)
    }

    fn without_models(&self) -> String {
        let mut parts = self.code.split(MODEL);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.filter_map(|rest| rest.split_once("\n}\n")).fold(first, |code, (_, rest)| code + rest)
    }

    fn uses_crate(&self, name: &str) -> bool {
        let path = format!("{name}::");
        self.code.match_indices(&path).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
        })
    }
}

/// How the declaration of a model begins.
const MODEL: &str = "\nmodel! {";

/// What stands between quotation marks; one that is escaped, or a character of its own, is none.
fn literals(code: &str) -> Vec<&str> {
    let marks = code.match_indices('"').map(|(at, _)| at);
    let marks: Vec<usize> = marks.filter(|at| !code[..*at].ends_with(['\\', '\''])).collect();
    marks.chunks(2).filter_map(|pair| code.get(pair.first()? + 1..*pair.get(1)?)).collect()
}

/// The first identifier of each entry of `use crate::{a::b, c::{d, e}}`.
fn first_names(list: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let (mut depth, mut at_start) = (1_u32, true);
    for (index, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => at_start = true,
            _ if c.is_whitespace() => {}
            _ if at_start => {
                names.extend(identifier(&list[index..]));
                at_start = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn identifier(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

fn sources(below: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut directories = vec![repository().join(below)];
    while let Some(directory) = directories.pop() {
        for entry in directory.read_dir().expect("a directory of sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(source(&path));
            }
        }
    }
    assert!(!found.is_empty(), "no sources below {below}");
    found
}

fn source(path: &Path) -> Source {
    let text = fs::read_to_string(path).expect("a source file");
    let relative = path.strip_prefix(repository()).expect("a file of this repository").to_owned();
    let layer = relative.iter().nth(1).map(|name| name.to_string_lossy().trim_end_matches(".rs").to_owned());
    let only_tests = path
        .file_stem()
        .is_some_and(|name| ["tests", "testing"].iter().any(|end| name.to_string_lossy().ends_with(end)));
    let tests = if only_tests { 0 } else { text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len()) };
    let code = text[..tests].lines().filter(|line| !line.trim_start().starts_with("//")).fold(
        String::new(),
        |mut code, line| {
            code.push_str(line);
            code.push('\n');
            code
        },
    );
    Source { layer: layer.unwrap_or_default(), code, lines: text.lines().count(), path: relative }
}

#[test]
fn the_reader_of_sources_sees_what_is_there() {
    let source = Source {
        path: PathBuf::new(),
        layer: String::new(),
        code: "use crate::{a::{b, c}, d};\nuse crate::e::f;\nlet x = xurl::parse(); url::parse();".to_owned(),
        lines: 3,
    };
    assert_eq!(source.names_after("crate::").into_iter().collect::<Vec<_>>(), ["a", "d", "e"]);
    assert!(source.uses_crate("url"));
    assert!(!source.uses_crate("parse"));
}

#[test]
fn the_reader_of_sources_tells_a_model_from_the_code_around_it() {
    let source = Source {
        path: PathBuf::new(),
        layer: String::new(),
        code: "use a;\nmodel! {\n    pub struct M {\n        r#type: Attr<String> => one_of(\"mode\"),\n    }\n}\n\
               let x = (\"a\\\"b\", '\"', \"type\");\n"
            .to_owned(),
        lines: 7,
    };
    assert_eq!(source.attributes().collect::<Vec<_>>(), ["type"]);
    assert_eq!(literals(&source.without_models()), ["a\\\"b", "type"]);
}
