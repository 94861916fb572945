//! The pages: which there are, and what stands on each.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use framework::function::Signature;
use framework::provider::Provider;
use framework::schema::Schema;
use framework::service::{Service as _, Stateless};
use framework::timeouts::DefaultTimeouts;
use framework::validators::ConfigRule;
use grammar::counted;

use crate::markdown::{indented, push, summary};
use crate::tree::Pages;
use crate::{examples, schema};

const NOTICE: &str = "<!-- Written by `make docs` from the schema and examples/: change those. -->";

/// The pages of a provider in the making.
pub struct Site<'a, C> {
    provider: &'a Provider<C>,
    examples: PathBuf,
    sections: Vec<Section<'a>>,
    index: String,
    further: Pages,
}

/// What a provider adds to the page of a type, by the type's name.
type Section<'a> = Box<dyn Fn(&str) -> String + 'a>;

impl<'a, C: Send + Sync + 'static> Site<'a, C> {
    /// The pages that follow from what a provider offers.
    pub fn new(provider: &'a Provider<C>) -> Self {
        Self {
            provider,
            examples: PathBuf::new(),
            sections: Vec::new(),
            index: String::new(),
            further: Pages::new(),
        }
    }

    /// Where the examples are.
    #[must_use]
    pub fn examples(mut self, directory: &Path) -> Self {
        directory.clone_into(&mut self.examples);
        self
    }

    /// Adds a section after the schema of each resource and data source; `render` is given the name of the type as it
    /// stands in an address, `data.` before that of a data source, `list.` before that of a list and `action.` before that of an
    /// action, and returns nothing where there is nothing to say.
    #[must_use]
    pub fn section(mut self, render: impl Fn(&str) -> String + 'a) -> Self {
        self.sections.push(Box::new(render));
        self
    }

    /// Adds text at the end of the provider's own page.
    #[must_use]
    pub fn index(mut self, text: &str) -> Self {
        self.index.push_str(text);
        self
    }

    /// Adds a page as it is, such as `guides/start.md`.
    #[must_use]
    pub fn page(mut self, path: impl Into<PathBuf>, text: String) -> Self {
        self.further.insert(path.into(), text);
        self
    }

    /// Renders everything.
    pub fn pages(self) -> io::Result<Pages> {
        let provider = self.provider;
        let name = provider.name();
        let identities = provider.identity_schemas();
        let file = |folder: &str, type_name: &str| {
            let short =
                type_name.strip_prefix(name).and_then(|rest| rest.strip_prefix('_')).unwrap_or(type_name);
            PathBuf::from(format!("{folder}/{short}.md"))
        };
        let added =
            |type_name: &str| self.sections.iter().map(|render| render(type_name)).collect::<String>();

        let mut pages = Pages::new();
        pages.insert(
            "index.md".into(),
            index(name, &provider.provider_schema(), &self.examples, &self.index)?,
        );
        for (type_name, body) in provider.resource_schemas() {
            let directory = self.examples.join("resources").join(&type_name);
            let identity = identities.get(&type_name).map(AsRef::as_ref);
            let sections = [
                head(name, &type_name, "Resource", &body.description),
                examples::section(&directory, "resource")?,
                schema::render(&body),
                combinations(&provider.resource_rules(&type_name)),
                added(&type_name),
                timeouts(&body, provider.resource_timeouts(&type_name)),
                import(&type_name, identity, &directory)?,
            ];
            pages.insert(file("resources", &type_name), joined(&sections));
        }
        for (type_name, body) in provider.data_source_schemas() {
            let directory = self.examples.join("data-sources").join(&type_name);
            let sections = [
                head(name, &type_name, "Data Source", &body.description),
                examples::section(&directory, "data-source")?,
                schema::render(&body),
                combinations(&provider.data_source_rules(&type_name)),
                added(&format!("data.{type_name}")),
                timeouts(&body, provider.data_source_timeouts(&type_name)),
            ];
            pages.insert(file("data-sources", &type_name), joined(&sections));
        }
        for (type_name, body) in provider.stateless_schemas(Stateless::List) {
            let directory = self.examples.join("list-resources").join(&type_name);
            let sections = [
                head(name, &type_name, "List Resource", &body.description),
                "With Terraform 1.14 and later, `terraform query` runs it.\n\n".to_owned(),
                examples::section(&directory, "list-resource")?,
                schema::render(&body),
                combinations(&provider.list_rules(&type_name)),
                added(&format!("list.{type_name}")),
            ];
            pages.insert(file("list-resources", &type_name), joined(&sections));
        }
        for (type_name, body) in provider.stateless_schemas(Stateless::Action) {
            let directory = self.examples.join("actions").join(&type_name);
            let sections = [
                head(name, &type_name, "Action", &body.description),
                "With Terraform 1.14 and later, `terraform apply -invoke` or an `action_trigger` of a resource starts it.\n\n"
                    .to_owned(),
                examples::section(&directory, "action")?,
                schema::render(&body),
                combinations(&provider.action_rules(&type_name)),
                added(&format!("action.{type_name}")),
            ];
            pages.insert(file("actions", &type_name), joined(&sections));
        }
        for (function_name, signature) in provider.functions() {
            let page = function(name, &signature, &self.examples.join("functions").join(&function_name))?;
            pages.insert(PathBuf::from(format!("functions/{function_name}.md")), page);
        }
        pages.extend(self.further);
        Ok(pages)
    }
}

fn joined(sections: &[String]) -> String {
    format!("{}\n", sections.concat().trim_end())
}

fn index(provider: &str, body: &Schema, examples: &Path, more: &str) -> io::Result<String> {
    Ok(joined(&[
        // The index has no subcategory.
        format!(
            "---\npage_title: \"{provider} Provider\"\ndescription: |-\n  {}\n---\n\n{NOTICE}\n\n# {provider} Provider\n\n",
            summary(&body.description)
        ),
        format!("{}\n\n", body.description),
        examples::section(&examples.join("provider"), "provider")?,
        schema::render(body),
        more.to_owned(),
    ]))
}

/// Which versions of the CLIs call functions of providers.
const FUNCTIONS_NEED: &str = "Functions of providers need Terraform 1.8 or OpenTofu 1.7, or later.";

fn function(provider: &str, signature: &Signature, examples: &Path) -> io::Result<String> {
    let name = signature.name;
    let mut declared = Vec::new();
    let mut arguments = String::new();
    for (index, parameter) in signature.parameters.iter().chain(&signature.variadic).enumerate() {
        let kind = schema::type_name(&parameter.value_type);
        let description = indented(parameter.description);
        push(&mut arguments, format_args!("{}. `{}` ({kind}) {description}\n", index + 1, parameter.name));
        declared.push(format!("{} {}", parameter.name, kind.to_lowercase()));
    }
    let returns = schema::type_name(&signature.returns).to_lowercase();
    Ok(joined(&[
        format!(
            "---\npage_title: \"{name} function - {provider}\"\nsubcategory: \"\"\ndescription: |-\n  {}\n---\n\n",
            summary(signature.summary)
        ),
        format!("{NOTICE}\n\n# function: {name}\n\n{}\n\n{FUNCTIONS_NEED}\n\n", signature.description),
        examples::section(examples, "function")?,
        format!("## Signature\n\n```text\n{name}({}) {returns}\n```\n\n", declared.join(", ")),
        format!("## Arguments\n\n{arguments}"),
    ]))
}

fn head(provider: &str, type_name: &str, kind: &str, description: &str) -> String {
    format!(
        "---\npage_title: \"{type_name} {kind} - {provider}\"\nsubcategory: \"\"\ndescription: |-\n  {}\n---\n\n\
         {NOTICE}\n\n# {type_name} ({kind})\n\n{description}\n\n",
        summary(description)
    )
}

/// The rules about several attributes, a sentence each.
fn combinations(rules: &[ConfigRule]) -> String {
    if rules.is_empty() {
        return String::new();
    }
    let mut text = "## Combinations of Arguments\n\n".to_owned();
    for rule in rules {
        push(&mut text, format_args!("- {rule}\n"));
    }
    text + "\n"
}

/// The `## Timeouts` section: the operations that the page's `timeouts` block names, with their defaults.
fn timeouts(body: &Schema, defaults: Option<DefaultTimeouts>) -> String {
    let (Some(block), Some(defaults)) = (body.block("timeouts"), defaults) else { return String::new() };
    let mut text = "## Timeouts\n\nThe `timeouts` block may set these:\n\n".to_owned();
    for (operation, default) in [
        ("create", defaults.create),
        ("read", defaults.read),
        ("update", defaults.update),
        ("delete", defaults.delete),
    ] {
        if block.body.attribute(operation).is_some() {
            push(&mut text, format_args!("- `{operation}` - {} by default\n", minutes(default)));
        }
    }
    text + "\n"
}

fn minutes(duration: Duration) -> String {
    match (duration.as_secs() / 60, duration.as_secs() % 60) {
        (minutes, 0) => counted(minutes, "minute"),
        _ => counted(duration.as_secs(), "second"),
    }
}

/// The `## Import` section: identity first, then id, then the command.
fn import(type_name: &str, identity: Option<&Schema>, directory: &Path) -> io::Result<String> {
    let by_identity = examples::file(&directory.join("import-by-identity.tf"))?;
    let by_id = examples::file(&directory.join("import-by-string-id.tf"))?;
    let command = examples::file(&directory.join("import.sh"))?;
    let mut text = String::new();
    if let (Some(example), Some(identity)) = (by_identity, identity) {
        push(
            &mut text,
            format_args!(
                "With Terraform or OpenTofu 1.12 and later, `{type_name}` can be imported by its identity:\n\n\
             ```terraform\n{example}\n```\n\n### Identity Schema\n\n{}",
                schema::render_identity(identity)
            ),
        );
    }
    if let Some(example) = by_id {
        push(
            &mut text,
            format_args!(
                "With Terraform 1.5, OpenTofu 1.6 and later, by its `id`:\n\n```terraform\n{example}\n```\n\n"
            ),
        );
    }
    if let Some(example) = command {
        push(&mut text, format_args!("With the command of any version:\n\n```shell\n{example}\n```\n"));
    }
    Ok(if text.is_empty() { text } else { format!("## Import\n\n{text}") })
}

#[cfg(test)]
mod tests {
    use framework::prelude::*;

    use super::Site;

    model! {
        /// A ticket.
        struct Ticket {
            /// Who reads.
            reader: Attr<String> => optional(),
            /// Which group reads.
            group: Attr<String> => optional(),
        }
    }

    struct Tickets;

    impl DataSource for Tickets {
        type Model = Ticket;
        type Clients = ();
        type Error = Diagnostics;

        fn describe(&self) -> DataSourceDescription {
            DataSourceDescription::new("ticket")
        }

        fn config_rules(&self) -> Vec<ConfigRule> {
            vec![ConfigRule::exactly_one_of([Ticket::reader(), Ticket::group()])]
        }

        async fn read(
            &self,
            _: &Context,
            config: Ticket,
            _: &mut Diagnostics,
        ) -> Result<Ticket, Diagnostics> {
            Ok(config)
        }
    }

    #[test]
    fn a_page_tells_which_arguments_go_together() {
        let provider = Provider::without_configuration("desk", "A desk.").data_source(Tickets);
        let pages = Site::new(&provider).pages().unwrap();
        let page = &pages[std::path::Path::new("data-sources/ticket.md")];
        let told = "## Combinations of Arguments\n\n- Exactly one of `reader`, `group` must be set.\n";
        assert!(page.contains(told), "{page}");
    }
}
