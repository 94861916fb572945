//! What ARCHITECTURE.md says about who may know whom, held by reading the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::workspace::repository;

/// Each crate with its folders and files, and with what else of the crate each of them may name. What a crate may name of
/// others is in its `Cargo.toml`.
const MAY_NAME: &[(&str, Layers)] = &[
    (
        "framework",
        &[
            (AUTHOR, &[]),
            ("stdout", &[]),
            ("protocol", &[AUTHOR]),
            ("plugin", &["stdout"]),
            ("server", &[AUTHOR, "plugin", "protocol"]),
            ("program", &[AUTHOR, "plugin", "server", "stdout"]),
        ],
    ),
    (
        "clients",
        &[
            ("input_name", &[]),
            ("env", &["InputName"]),
            ("clock", &[]),
            ("ledger", &[]),
            ("small_file", &[]),
            ("http", &["clock", "env", "ledger", "small_file"]),
            ("auth", &["InputName", "clock", "env", "http", "ledger", "small_file"]),
            ("graph", &["auth", "clock", "http", "ledger"]),
            ("essentials", &["auth", "clock", "http", "ledger"]),
        ],
    ),
    (
        "provider",
        &[
            ("preview", &["provider_block"]),
            ("provider_block", &[]),
            ("functions", &["preview", "provider_block"]),
            ("data_sources", &["preview", "provider_block"]),
            ("resources", &["preview", "provider_block"]),
            ("lists", &["provider_block", "resources"]),
            ("actions", &["preview", "provider_block", "resources"]),
            (
                "registry",
                &["actions", "data_sources", "functions", "lists", "provider_block", "resources", "PROGRAM"],
            ),
            (
                "commands",
                &["data_sources", "lists", "preview", "provider_block", "registry", "resources", "PROGRAM"],
            ),
        ],
    ),
];

/// The folders and files of a crate, each with those that it may name.
type Layers = &'static [(&'static str, &'static [&'static str])];

/// What authors of providers meet, all files and folders of the framework that have no line of their own.
const AUTHOR: &str = "what authors meet";

/// Crates that only these folders of a crate may name.
const KEPT_TO: &[(&str, &str, &[&str])] = &[
    ("clients", "reqwest", &["http", "auth", "graph", "essentials"]),
    ("clients", "azure_identity", &["auth"]),
    ("clients", "azure_core", &["auth", "http"]),
    ("clients", "rustls", &["http", "auth"]),
    ("framework", "tonic", &["server", "protocol", "plugin", "program"]),
    ("framework", "prost", &["protocol", "server"]),
    ("framework", "rmpv", &["protocol"]),
    ("framework", "rustls", &["plugin"]),
];

/// The files that wait for a time to pass, each with what ends the wait early or why nothing has to.
const MAY_SLEEP: &[(&str, &str)] = &[
    (
        "src/clients/http/call.rs",
        "raced against deadline and cancellation; every wait of the provider goes through here",
    ),
    (
        "src/framework/plugin/listener.rs",
        "a listener that can't accept, the process out of descriptors; backs off",
    ),
    ("src/simulator/server/dispatch.rs", "a delay that was ordered"),
    (
        "tests/it/support/azure_cli.rs",
        "a program of this name for the commands of the guides, which ends at once",
    ),
];

/// Words that are the name of an attribute and mean something else where they stand.
const MEANS_ANOTHER: &[(&str, &[&str], &str)] = &[
    (
        "src/provider/resources/azure_client_secret/mod.rs",
        &["application_id", "end_date_relative", "key_id", "rotate_when_changed", "value"],
        "attributes of azuread's resource, whose state is taken over",
    ),
    (
        "src/provider/resources/azure_application/moved.rs",
        &[
            "application_id",
            "client_id",
            "display_name",
            "id",
            "notes",
            "object_id",
            "publisher_domain",
            "redirect_uris",
            "sign_in_audience",
            "tags",
        ],
        "attributes of azuread's resources, whose states are taken over",
    ),
    (
        "src/provider/resources/azure_sync/rotation.rs",
        &["rotate_when_changed"],
        "a reason to rotate, as it is shown",
    ),
    ("src/provider/data_sources/azure_sync_health/judge.rs", &["overdue"], "the code of a finding"),
    ("src/provider/resources/domain/mod.rs", &["domain"], "the name of the type"),
    ("src/provider/resources/organization/mod.rs", &["organization"], "the name of the type"),
    ("src/provider/data_sources/azure_fleet_health.rs", &["organization"], "what is counted"),
    ("src/provider/data_sources/domains.rs", &["domains"], "the name of the type"),
    ("src/provider/data_sources/organization.rs", &["organization"], "the name of the type"),
    ("src/provider/data_sources/organizations.rs", &["organizations"], "the name of the type"),
    ("src/provider/data_sources/users.rs", &["users"], "the name of the type"),
];

/// Names of the schema that clients and report quote for another reason.
const SERVICES_OWN: &[(&str, &str)] = &[
    ("exemptions", "Proofpoint's API calls them so"),
    ("firstname", "a member of Proofpoint's accounts"),
    ("surname", "a member of Proofpoint's accounts"),
    ("type", "a member of Proofpoint's accounts"),
];

#[test]
fn every_layer_names_only_those_below_it() {
    let mut wrong = Vec::new();
    for (krate, layers) in MAY_NAME {
        let known: BTreeMap<&str, &[&str]> = layers.iter().copied().collect();
        // A file of the framework's authoring part goes by the name of that part.
        let layer_of = |name: &str| match known.get_key_value(name) {
            Some((name, _)) => Some(*name),
            None => known.get_key_value(AUTHOR).map(|(name, _)| *name),
        };
        for source in sources(&format!("src/{krate}")) {
            if ["lib", "build"].contains(&source.layer.as_str()) {
                continue;
            }
            let Some(layer) = layer_of(&source.layer) else {
                wrong.push(format!("{} belongs to no layer that `MAY_NAME` knows", source.path.display()));
                continue;
            };
            for name in source.names_after("crate::") {
                let named = layer_of(&name).unwrap_or(&name);
                if named != layer && !known[layer].contains(&named) {
                    wrong.push(format!("{} names `crate::{name}`", source.path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_stay_in_their_layers() {
    let mut wrong = Vec::new();
    for (krate, name, layers) in KEPT_TO {
        for source in sources(&format!("src/{krate}")) {
            if !layers.contains(&source.layer.as_str()) && source.uses_crate(name) {
                wrong.push(format!("{} names `{name}`", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_authors_meet_does_no_io_and_the_framework_names_no_vendor() {
    let mut wrong = Vec::new();
    let process = ["plugin", "program", "server", "stdout", "build", "lib"];
    for source in sources("src/framework") {
        let io = !process.contains(&source.layer.as_str());
        for name in
            ["std::fs", "std::net", "std::process", "std::env", "tokio::net", "tokio::fs", "tokio::process"]
        {
            if io && source.code.contains(name) {
                wrong.push(format!("{} names `{name}`", source.path.display()));
            }
        }
        // Examples in comments and tests may need a name; the code has no use for one.
        let code = source.code.to_lowercase();
        for vendor in ["proofpoint", "microsoft", "entra", "graph."] {
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
        sources("src/provider/resources").into_iter().chain(sources("src/provider/data_sources")).collect();
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
fn below_the_provider_no_text_quotes_a_name_of_its_schema() {
    let provider = sources("src/provider");
    let names: BTreeSet<&str> = provider.iter().flat_map(Source::attributes).collect();
    assert!(names.contains("client_id") && names.contains("default_role"), "{names:?}");
    let below: Vec<Source> =
        ["src/clients", "src/sync-report", "src/grammar"].into_iter().flat_map(sources).collect();
    let quoted: Vec<String> = below
        .iter()
        .flat_map(|source| {
            let quoted = quoted_names(&source.code, &names).into_iter();
            quoted
                .filter(|name| !SERVICES_OWN.iter().any(|(own, _)| own == name))
                .map(|name| format!("{}: `{name}`", source.path.display()))
        })
        .collect();
    assert!(quoted.is_empty(), "the provider block says which argument would help:\n{}", quoted.join("\n"));
}

#[test]
fn a_text_that_quotes_a_name_of_the_schema_is_found() {
    let names = BTreeSet::from(["client_id", "use_cli"]);
    let code = "let (client_id, x) = f(\"set `client_id` or \\\n  `use_cli` (a `client`)\", \"client_id\");";
    assert_eq!(quoted_names(code, &names), ["client_id", "use_cli"]);
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
fn every_folder_is_on_the_map() {
    let map = fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let folders = |below: &str| -> Vec<String> {
        let entries = repository().join(below).read_dir().expect("a directory").flatten();
        let directories = entries.filter(|entry| entry.path().is_dir());
        directories.map(|entry| format!("{below}/{}", entry.file_name().to_string_lossy())).collect()
    };
    let crates = folders("src");
    let inside = ["src/clients", "src/provider"].into_iter().flat_map(folders);
    let missing: Vec<String> = crates
        .iter()
        .cloned()
        .chain(inside)
        .filter(|folder| !map.contains(&format!("`{folder}/`")))
        .collect();
    assert!(missing.is_empty(), "not in ARCHITECTURE.md: {missing:?}");
}

/// One source file, without its comments and without its unit tests.
struct Source {
    path: PathBuf,
    /// The folder of its crate, or the file's own name.
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

/// Which of these names stand in backticks in the texts of this code.
fn quoted_names(code: &str, names: &BTreeSet<&str>) -> Vec<String> {
    let quoted = literals(code).into_iter().flat_map(|text| text.split('`').skip(1).step_by(2));
    quoted.filter(|name| names.contains(name)).map(str::to_owned).collect()
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
    let layer = relative.iter().nth(2).map(|name| name.to_string_lossy().trim_end_matches(".rs").to_owned());
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
