//! `$filter`, as far as directory objects take it.

use std::cmp::Ordering;

use serde_json::Value;

/// A parsed filter expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Compare {
        path: String,
        operator: Operator,
        value: Value,
    },
    In {
        path: String,
        values: Vec<Value>,
    },
    StartsWith {
        path: String,
        value: String,
    },
    EndsWith {
        path: String,
        value: String,
    },
    /// `path/any(x:..)`; inside, `x` alone is the path "".
    Any {
        path: String,
        condition: Option<Box<Self>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// Clauses within clauses that an expression may have.
const DEPTH: usize = 32;
/// Words, literals and signs that an expression may have.
const TOKENS: usize = 1000;

impl Filter {
    /// Reads an expression; the error is the position's rest, for the message.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let tokens = tokenize(text)?;
        if tokens.len() > TOKENS {
            return Err("Too many clauses".to_owned());
        }
        let mut parser = Parser { tokens, at: 0, depth: 0, variable: None };
        let filter = parser.either()?;
        match parser.tokens.get(parser.at) {
            None => Ok(filter),
            Some(token) => Err(format!("{token:?}")),
        }
    }

    /// Whether the directory answers this only with `ConsistencyLevel: eventual` and `$count=true`; the name of
    /// the operator that needs it.
    pub(crate) fn needs_advanced(&self) -> Option<&'static str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.needs_advanced().or_else(|| right.needs_advanced())
            }
            Self::Not(_) => Some("not"),
            Self::EndsWith { .. } => Some("endsWith"),
            Self::Compare { operator: Operator::Ne, .. } => Some("ne"),
            Self::Compare { path, .. } if path.ends_with("/$count") => Some("$count"),
            Self::Compare { .. } | Self::In { .. } | Self::StartsWith { .. } => None,
            Self::Any { condition, .. } => {
                condition.as_ref().and_then(|condition| condition.needs_advanced())
            }
        }
    }

    /// The first segment of every property named.
    pub(crate) fn properties(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                let mut all = left.properties();
                all.extend(right.properties());
                all
            }
            Self::Not(inner) => inner.properties(),
            Self::Compare { path, .. }
            | Self::In { path, .. }
            | Self::StartsWith { path, .. }
            | Self::EndsWith { path, .. }
            | Self::Any { path, .. } => vec![path.split('/').next().unwrap_or(path)],
        }
    }

    /// Whether an object passes; `value` gives its top-level properties.
    pub(crate) fn passes(&self, value: &dyn Fn(&str) -> Value) -> bool {
        match self {
            Self::And(left, right) => left.passes(value) && right.passes(value),
            Self::Or(left, right) => left.passes(value) || right.passes(value),
            Self::Not(inner) => !inner.passes(value),
            Self::Compare { path, operator, value: wanted } => {
                compare(&follow(value, path), *operator, wanted)
            }
            Self::In { path, values } => {
                let found = follow(value, path);
                values.iter().any(|wanted| compare(&found, Operator::Eq, wanted))
            }
            Self::StartsWith { path, value: wanted } => {
                follow(value, path).as_str().is_some_and(|found| lower(found).starts_with(&lower(wanted)))
            }
            Self::EndsWith { path, value: wanted } => {
                follow(value, path).as_str().is_some_and(|found| lower(found).ends_with(&lower(wanted)))
            }
            Self::Any { path, condition } => match follow(value, path) {
                Value::Array(items) => items.iter().any(|item| match condition {
                    None => true,
                    Some(condition) => condition.passes(&|property| {
                        if property.is_empty() {
                            item.clone()
                        } else {
                            item.get(property).cloned().unwrap_or_default()
                        }
                    }),
                }),
                _ => false,
            },
        }
    }
}

fn follow(value: &dyn Fn(&str) -> Value, path: &str) -> Value {
    let mut steps = path.split('/');
    let mut found = value(steps.next().unwrap_or_default());
    for step in steps {
        found = match (&found, step) {
            (Value::Array(items), "$count") => Value::from(items.len()),
            _ => found.get(step).cloned().unwrap_or_default(),
        };
    }
    found
}

/// The directory compares text without regard to case; times written with different precision are equal.
fn compare(found: &Value, operator: Operator, wanted: &Value) -> bool {
    let order = match (found, wanted) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Bool(found), Value::Bool(wanted)) => Some(found.cmp(wanted)),
        (Value::Number(found), Value::Number(wanted)) => {
            found.as_f64().zip(wanted.as_f64()).and_then(|(found, wanted)| found.partial_cmp(&wanted))
        }
        (Value::String(found), Value::String(wanted)) => {
            match (found.parse::<jiff::Timestamp>(), wanted.parse::<jiff::Timestamp>()) {
                (Ok(found), Ok(wanted)) => Some(found.cmp(&wanted)),
                _ => Some(lower(found).cmp(&lower(wanted))),
            }
        }
        _ => None,
    };
    match operator {
        Operator::Eq => order == Some(Ordering::Equal),
        Operator::Ne => order != Some(Ordering::Equal),
        Operator::Gt => order == Some(Ordering::Greater),
        Operator::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Operator::Lt => order == Some(Ordering::Less),
        Operator::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
    Colon,
}

fn tokenize(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' => {}
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            ',' => tokens.push(Token::Comma),
            '\'' => {
                let mut literal = String::new();
                loop {
                    match letters.next() {
                        Some('\'') if letters.peek() == Some(&'\'') => {
                            letters.next();
                            literal.push('\'');
                        }
                        Some('\'') => break,
                        Some(other) => literal.push(other),
                        None => return Err("There is an unterminated string literal".to_owned()),
                    }
                }
                tokens.push(Token::Text(literal));
            }
            ':' => tokens.push(Token::Colon),
            other => {
                let mut word = String::from(other);
                // A colon belongs to a word only inside a time.
                while let Some(&next) = letters.peek() {
                    let in_time =
                        next == ':' && word.contains('T') && word.starts_with(|c: char| c.is_ascii_digit());
                    if " \t(),'".contains(next) || (next == ':' && !in_time) {
                        break;
                    }
                    word.push(next);
                    letters.next();
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// How many clauses the one being read is in.
    depth: usize,
    /// The variable of the lambda being read.
    variable: Option<String>,
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word_ahead(&self, wanted: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted))
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), String> {
        match self.next() {
            Some(token) if token == *wanted => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }

    fn either(&mut self) -> Result<Filter, String> {
        let mut left = self.both()?;
        while self.word_ahead("or") {
            self.at += 1;
            left = Filter::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Filter, String> {
        let mut left = self.single()?;
        while self.word_ahead("and") {
            self.at += 1;
            left = Filter::And(Box::new(left), Box::new(self.single()?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Filter, String> {
        if self.depth >= DEPTH {
            return Err("Too many nested clauses".to_owned());
        }
        self.depth += 1;
        let read = self.clause();
        self.depth -= 1;
        read
    }

    fn clause(&mut self) -> Result<Filter, String> {
        match self.next() {
            Some(Token::Open) => {
                let inner = self.either()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("not") => {
                Ok(Filter::Not(Box::new(self.single()?)))
            }
            Some(Token::Word(word)) if self.tokens.get(self.at) == Some(&Token::Open) => self.call(&word),
            Some(Token::Word(word)) => self.comparison(&word),
            other => Err(format!("{other:?}")),
        }
    }

    fn call(&mut self, name: &str) -> Result<Filter, String> {
        self.expect(&Token::Open)?;
        if let Some(path) = name.strip_suffix("/any") {
            return self.any(path);
        }
        let Some(Token::Word(path)) = self.next() else { return Err(name.to_owned()) };
        let path = self.path(&path);
        self.expect(&Token::Comma)?;
        let Some(Token::Text(value)) = self.next() else { return Err(name.to_owned()) };
        self.expect(&Token::Close)?;
        match name.to_ascii_lowercase().as_str() {
            "startswith" => Ok(Filter::StartsWith { path, value }),
            "endswith" => Ok(Filter::EndsWith { path, value }),
            _ => Err(name.to_owned()),
        }
    }

    fn any(&mut self, path: &str) -> Result<Filter, String> {
        let path = self.path(path);
        if self.tokens.get(self.at) == Some(&Token::Close) {
            self.at += 1;
            return Ok(Filter::Any { path, condition: None });
        }
        let Some(Token::Word(variable)) = self.next() else { return Err("any".to_owned()) };
        self.expect(&Token::Colon)?;
        let outer = self.variable.replace(variable);
        let condition = self.either()?;
        self.variable = outer;
        self.expect(&Token::Close)?;
        Ok(Filter::Any { path, condition: Some(Box::new(condition)) })
    }

    fn comparison(&mut self, word: &str) -> Result<Filter, String> {
        let path = self.path(word);
        let Some(Token::Word(operator)) = self.next() else { return Err(word.to_owned()) };
        let operator = match operator.to_ascii_lowercase().as_str() {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "gt" => Operator::Gt,
            "ge" => Operator::Ge,
            "lt" => Operator::Lt,
            "le" => Operator::Le,
            "in" => {
                self.expect(&Token::Open)?;
                let mut values = vec![self.literal()?];
                while self.tokens.get(self.at) == Some(&Token::Comma) {
                    self.at += 1;
                    values.push(self.literal()?);
                }
                self.expect(&Token::Close)?;
                return Ok(Filter::In { path, values });
            }
            other => return Err(other.to_owned()),
        };
        Ok(Filter::Compare { path, operator, value: self.literal()? })
    }

    /// Without the lambda's variable; `x` alone becomes the empty path.
    fn path(&self, word: &str) -> String {
        match &self.variable {
            Some(variable) if word == variable => String::new(),
            Some(variable) => word
                .strip_prefix(variable.as_str())
                .and_then(|rest| rest.strip_prefix('/'))
                .unwrap_or(word)
                .to_owned(),
            None => word.to_owned(),
        }
    }

    fn literal(&mut self) -> Result<Value, String> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Value::String(text)),
            Some(Token::Word(word)) => Ok(match word.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                number if number.parse::<i64>().is_ok() => {
                    Value::from(number.parse::<i64>().unwrap_or_default())
                }
                _ => Value::String(word),
            }),
            other => Err(format!("{other:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn passes(filter: &str) -> bool {
        let user = json!({
            "mail": "Ann@contoso.com", "accountEnabled": true, "userType": null, "assignedLicenses": [{"skuId": "1"}],
            "proxyAddresses": ["SMTP:ann@contoso.com", "smtp:a@contoso.com"], "displayName": "O'Hara",
            "createdDateTime": "2026-01-02T03:04:05Z",
        });
        Filter::parse(filter).unwrap().passes(&|property| user.get(property).cloned().unwrap_or_default())
    }

    #[test]
    fn filters_in_use_are_understood() {
        assert!(passes("mail eq 'ann@contoso.com' and accountEnabled eq true"));
        assert!(!passes("not(accountEnabled eq true)"));
        assert!(passes("userType eq null or userType eq 'Member'"));
        assert!(passes("proxyAddresses/any(p:p eq 'smtp:a@contoso.com')"));
        assert!(passes("assignedLicenses/any(l:l/skuId eq '1')"));
        assert!(passes("assignedLicenses/$count ne 0"));
        assert!(passes("startsWith(mail,'ANN') and endswith(mail, '@contoso.com')"));
        assert!(passes("mail in ('x', 'ann@contoso.com')"));
        assert!(passes("displayName eq 'O''Hara'"));
        assert!(passes("createdDateTime ge 2026-01-01T00:00:00Z"));
        assert!(!passes("createdDateTime ge 2026-02-01T00:00:00Z"));
    }

    #[test]
    fn operators_that_need_the_advanced_index_are_known() {
        let needs = |text: &str| Filter::parse(text).unwrap().needs_advanced();
        assert_eq!(needs("endsWith(mail,'x')"), Some("endsWith"));
        assert_eq!(needs("a eq 1 and b ne 2"), Some("ne"));
        assert_eq!(needs("assignedLicenses/$count eq 0"), Some("$count"));
        assert_eq!(needs("startsWith(mail,'x')"), None);
    }

    #[test]
    fn an_expression_without_end_is_refused() {
        let deep = format!("{}a eq 1{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(Filter::parse(&deep).is_err());
        assert!(Filter::parse(&format!("{}a eq 1", "not ".repeat(40))).is_err());
        assert!(Filter::parse(&format!("a eq 1{}", " or a eq 1".repeat(1000))).is_err());
        assert!(Filter::parse(&format!("a eq 1{}", " or a eq 1".repeat(100))).is_ok());
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Filter::parse("mail eq").is_err());
        assert!(Filter::parse("mail like 'x'").is_err());
        assert!(Filter::parse("mail eq 'x").is_err());
        assert!(Filter::parse("mail eq 'x' )").is_err());
    }
}
