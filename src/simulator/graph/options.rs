//! The query options of a request, and the rules about which go together.

use serde_json::{Value, json};

use super::errors::{Failure, Outcome};
use super::filter::Filter;
use crate::directory::entity::Entity;
use crate::server::exchange::Request;

/// Query options, with or without the dollar sign in front.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) select: Option<Vec<String>>,
    pub(crate) filter: Option<String>,
    pub(crate) search: Option<String>,
    pub(crate) order_by: Option<String>,
    pub(crate) expand: Option<String>,
    pub(crate) top: Option<String>,
    pub(crate) skip_token: Option<String>,
    pub(crate) delta_token: Option<String>,
    pub(crate) count: bool,
    /// `ConsistencyLevel: eventual` was sent.
    pub(crate) eventual: bool,
    /// Asked of `/beta`.
    pub(crate) beta: bool,
}

/// What a list request asks for, checked.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) filter: Option<Filter>,
    /// Terms of `$search`, property and text.
    pub(crate) search: Vec<(String, String)>,
    pub(crate) order_by: Option<(String, bool)>,
    pub(crate) top: usize,
    pub(crate) count: bool,
}

impl Options {
    pub(crate) fn read(request: &Request) -> Outcome<Self> {
        let mut options = Self {
            eventual: request
                .header("consistencylevel")
                .is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
            beta: request.version() == "beta",
            ..Self::default()
        };
        for (name, value) in request.parameters() {
            match name.trim_start_matches('$').to_ascii_lowercase().as_str() {
                "select" => {
                    let names = value.split(',').map(|name| name.trim().to_owned());
                    options.select = Some(names.filter(|name| !name.is_empty()).collect());
                }
                "filter" => options.filter = Some(value),
                "search" => options.search = Some(value),
                "orderby" => options.order_by = Some(value),
                "expand" => options.expand = Some(value),
                "top" => options.top = Some(value),
                "skiptoken" => options.skip_token = Some(value),
                "deltatoken" => options.delta_token = Some(value),
                "count" => options.count = value.eq_ignore_ascii_case("true"),
                "skip" => return Err(Failure::bad("'$skip' is not supported by the service.")),
                _ if name.starts_with('$') => {
                    return Err(Failure::bad(format!("The query parameter '{name}' is not supported.")));
                }
                _ => {}
            }
        }
        Ok(options)
    }

    /// The properties to show: those selected, else the given ones.
    pub(crate) fn shown<T: Entity>(&self, default: &'static [&'static str]) -> Outcome<Vec<&'static str>> {
        let Some(select) = &self.select else { return Ok(default.to_vec()) };
        if select.iter().any(|name| name == "*") {
            return Ok(T::PROPERTIES.to_vec());
        }
        let beta = if self.beta { T::BETA } else { &[] };
        let of_beta = |name: &String| beta.iter().find(|known| *known == name).copied();
        select.iter().map(|name| of_beta(name).map_or_else(|| known::<T>(name), Ok)).collect()
    }

    /// Checks everything about a list but its paging.
    pub(crate) fn selection<T: Entity>(&self) -> Outcome<Selection> {
        let advanced = self.eventual && (self.count || self.search.is_some());
        let filter = match &self.filter {
            None => None,
            Some(text) => Some(Filter::parse(text).map_err(|problem| {
                Failure::bad(format!("Invalid filter clause: syntax error near '{problem}' in '{text}'."))
            })?),
        };
        if let Some(filter) = &filter {
            for property in filter.properties() {
                if !T::PROPERTIES.contains(&property) {
                    return Err(Failure::query(format!(
                        "Unsupported or invalid query filter clause specified for property '{property}' of resource '{}'.",
                        T::TYPE
                    )));
                }
            }
            if let Some(operator) = filter.needs_advanced()
                && !advanced
            {
                return Err(Failure::query(format!(
                    "Operator '{operator}' is not supported because the required parameters might be missing. \
                     Try adding $count=true query parameter and ConsistencyLevel:eventual header."
                )));
            }
        }
        if self.search.is_some() && !self.eventual {
            return Err(Failure::query(
                "Request with $search query parameter only works through MSGraph with a special request header: \
                 'ConsistencyLevel: eventual'",
            ));
        }
        let search = match &self.search {
            None => Vec::new(),
            Some(text) => text.split(" AND ").map(search_term).collect::<Outcome<_>>()?,
        };
        let order_by = match &self.order_by {
            None => None,
            Some(text) => {
                let (name, direction) = text.trim().split_once(' ').unwrap_or((text.trim(), "asc"));
                let property = known::<T>(name)?;
                let simple = ["displayName", "userPrincipalName"].contains(&property) && filter.is_none();
                if !simple && !advanced {
                    return Err(Failure::query("Sorting not supported for current query."));
                }
                Some((property.to_owned(), direction.trim().eq_ignore_ascii_case("desc")))
            }
        };
        if let Some(expand) = &self.expand {
            let message = format!("the simulator does not expand '{expand}'");
            return Err(Failure::new(501, "SimulatorUnknownRoute", message));
        }
        Ok(Selection { filter, search, order_by, top: self.page_size()?, count: self.count && self.eventual })
    }

    fn page_size(&self) -> Outcome<usize> {
        let Some(text) = &self.top else { return Ok(100) };
        match text.parse::<usize>() {
            Ok(size @ 1..=999) => Ok(size),
            _ => Err(Failure::query(format!(
                "Invalid page size specified: '{text}'. Must be between 1 and 999 inclusive."
            ))),
        }
    }
}

impl Selection {
    pub(crate) fn passes<T: Entity>(&self, object: &T) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.passes(&|property| object.value(property)))
            && self.search.iter().all(|(property, text)| found(&object.value(property), text))
    }
}

fn found(value: &Value, text: &str) -> bool {
    match value {
        Value::String(value) => {
            value.split([' ', '@', '.', '-']).any(|word| word.to_lowercase().starts_with(text))
                || value.to_lowercase().starts_with(text)
        }
        Value::Array(values) => values.iter().any(|value| found(value, text)),
        _ => false,
    }
}

fn search_term(term: &str) -> Outcome<(String, String)> {
    term.trim()
        .trim_matches('"')
        .split_once(':')
        .map(|(property, text)| (property.to_owned(), text.to_lowercase()))
        .ok_or_else(|| {
            Failure::bad(format!("Syntax error: the search term {term} must be \"property:text\"."))
        })
}

/// The property of that name; matched exactly, as JSON names are.
fn known<T: Entity>(name: &str) -> Outcome<&'static str> {
    T::PROPERTIES.iter().find(|known| **known == name).copied().ok_or_else(|| {
        Failure::bad(format!(
            "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{}'.",
            T::TYPE
        ))
    })
}

/// A page token: where to go on, and when it was given out. Opaque to clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageToken {
    /// The last object of the page before.
    pub(crate) after: Option<String>,
    /// With `$orderby`: how many objects came before.
    pub(crate) passed: usize,
    /// Unix seconds on the simulator's clock.
    pub(crate) given: i64,
}

impl PageToken {
    pub(crate) fn encode(&self) -> String {
        use base64::Engine as _;
        let text = json!([self.after, self.passed, self.given]).to_string();
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()?;
        let (after, passed, given) = serde_json::from_slice(&bytes).ok()?;
        Some(Self { after, passed, given })
    }
}
