//! A source file as it has to read when its crate is a module of another crate.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What becomes of the names of crates.
pub(crate) struct Names<'a> {
    /// The module that the file's own crate has become.
    pub own: &'a str,
    /// The modules that the other crates have become, by the names that code calls them.
    pub others: &'a BTreeMap<String, String>,
    /// Where its build script has written.
    pub out_dir: Option<&'a str>,
}

/// Rewrites paths that begin with a crate, and what a build script left; every line stays where it is.
pub(crate) fn rewrite(text: &str, file: &Path, names: &Names<'_>) -> Result<String, String> {
    let stream: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    let local = local_modules(&tokens);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let Some(word) = token.word() else { continue };
        let before = |back: usize| index.checked_sub(back).and_then(|at| tokens.get(at));
        let after = |ahead: usize| tokens.get(index + ahead);
        let whole = before(1).is_some_and(|token| token.text == "use")
            && after(1).is_some_and(|token| ["as", ";"].contains(&token.text.as_str()));
        let followed = whole || is_separator(after(1), after(2));
        let preceded = is_separator(before(2), before(1));
        if word == "crate" && followed {
            edits.push((token.range.clone(), format!("crate::{}", names.own)));
        } else if let Some(module) = names.others.get(word).filter(|_| followed && !local.contains(&word)) {
            let leading = preceded && !before(3).is_some_and(Token::ends_a_path);
            match (leading, before(2)) {
                (true, Some(separator)) => {
                    edits.push((separator.range.start..token.range.end, format!("crate::{module}")));
                }
                _ if preceded => {}
                _ => edits.push((token.range.clone(), format!("crate::{module}"))),
            }
        } else if ["include_str", "include_bytes"].contains(&word) {
            // The data stays where it is.
            if let Some(data) = after(3).filter(|data| data.text.starts_with('"')) {
                let data_path = file.parent().unwrap_or(Path::new("")).join(data.text.trim_matches('"'));
                edits.push((data.range.clone(), format!("{:?}", data_path.display().to_string())));
            }
        } else if let Some(out_dir) = names.out_dir {
            if word == "env" && after(3).is_some_and(|name| name.text == "\"OUT_DIR\"") {
                let end = after(4).map_or(token.range.end, |close| close.range.end);
                edits.push((token.range.start..end, format!("{out_dir:?}")));
            } else if word == "tonic" && followed && after(3).is_some_and(|name| name.text == "include_proto")
            {
                let (Some(package), Some(close)) =
                    (argument(&tokens, index + 5), closing(&tokens, index + 5))
                else {
                    continue;
                };
                let call = format!("include!(concat!({out_dir:?}, \"/\", {package}, \".rs\"))");
                edits.push((token.range.start..close, call));
            }
        }
    }
    Ok(apply(text, edits))
}

/// Makes the `main` of a program something that another file can call.
pub(crate) fn with_public_main(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in &mut lines {
        if line.starts_with("fn main(") || line.starts_with("async fn main(") {
            *line = format!("pub(crate) {line}");
        }
    }
    lines.join("\n") + "\n"
}

struct Token {
    text: String,
    range: Range<usize>,
    is_word: bool,
}

impl Token {
    fn word(&self) -> Option<&str> {
        self.is_word.then_some(self.text.as_str())
    }

    /// Whether `::` after it goes on with a path: else it begins one.
    fn ends_a_path(&self) -> bool {
        (self.is_word
            && !["use", "as", "in", "return", "mut", "dyn", "impl", "for", "pub"]
                .contains(&self.text.as_str()))
            || self.text == ">"
    }
}

fn is_separator(first: Option<&Token>, second: Option<&Token>) -> bool {
    let colon = |token: Option<&Token>| token.is_some_and(|token| token.text == ":");
    colon(first) && colon(second)
}

/// Everything, with brackets as tokens of their own.
fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                let mut bracket = |text: &str, range| {
                    tokens.push(Token { text: text.to_owned(), range, is_word: false });
                };
                bracket(open, group.span_open().byte_range());
                flatten(group.stream(), tokens);
                let range = group.span_close().byte_range();
                tokens.push(Token { text: close.to_owned(), range, is_word: false });
            }
            TokenTree::Ident(word) => {
                tokens.push(Token { text: word.to_string(), range: word.span().byte_range(), is_word: true });
            }
            TokenTree::Punct(mark) => {
                let range = mark.span().byte_range();
                tokens.push(Token { text: mark.as_char().to_string(), range, is_word: false });
            }
            TokenTree::Literal(literal) => {
                let range = literal.span().byte_range();
                tokens.push(Token { text: literal.to_string(), range, is_word: false });
            }
        }
    }
}

/// The modules that the file declares or takes: their names are no crates there.
fn local_modules(tokens: &[Token]) -> Vec<&str> {
    let pairs = tokens.windows(2);
    pairs.filter_map(|pair| (pair[0].text == "mod").then(|| pair[1].word()).flatten()).collect()
}

fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let close = tokens.get(open..)?.iter().find(|token| [")", "]", "}"].contains(&token.text.as_str()))?;
    Some(close.range.end)
}

fn argument(tokens: &[Token], open: usize) -> Option<String> {
    let rest = tokens.get(open + 1..)?;
    let inside = rest.iter().take_while(|token| token.text != ")");
    Some(inside.map(|token| token.text.as_str()).collect())
}

fn apply(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut result = String::with_capacity(text.len() + edits.len() * 16);
    let mut at = 0;
    for (range, new) in edits {
        if range.start < at {
            continue; // inside of what was replaced already
        }
        result.push_str(&text[at..range.start]);
        result.push_str(&new);
        at = range.end;
    }
    result + &text[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        let others = [("clients".to_owned(), "clients".to_owned())].into();
        rewrite(text, Path::new("/a/b.rs"), &Names { own: "shop", others: &others, out_dir: Some("/out") })
            .unwrap()
    }

    #[test]
    fn paths_begin_below_the_module_that_their_crate_has_become() {
        assert_eq!(rewritten("use crate::{a, b};"), "use crate::shop::{a, b};");
        assert_eq!(rewritten("use clients::http;"), "use crate::clients::http;");
        assert_eq!(rewritten("use clients as c;"), "use crate::clients as c;");
        assert_eq!(rewritten("let x: ::clients::A;"), "let x: crate::clients::A;");
        assert_eq!(rewritten("pub(crate) fn f() { $crate::g() }"), "pub(crate) fn f() { $crate::shop::g() }");
    }

    #[test]
    fn what_only_looks_like_a_crate_stays() {
        for text in ["self::clients::A", "mod clients; use clients::A;", "let clients: A = clients.b;"] {
            assert_eq!(rewritten(text), text);
        }
    }

    #[test]
    fn data_is_included_from_where_it_is() {
        assert_eq!(rewritten(r#"include_str!("c.txt")"#), r#"include_str!("/a/c.txt")"#);
    }

    #[test]
    fn what_a_build_script_wrote_is_found() {
        assert_eq!(
            rewritten(r#"include!(concat!(env!("OUT_DIR"), "/a.rs"));"#),
            r#"include!(concat!("/out", "/a.rs"));"#
        );
        assert_eq!(
            rewritten("tonic::include_proto!($package);"),
            r#"include!(concat!("/out", "/", $package, ".rs"));"#
        );
    }
}
