//! What a forge is to a running job: it hands out tokens that say which job it is, and keeps what is said on a change. One
//! place for GitHub, GitLab and Azure DevOps, each under its own addresses.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{Method, StatusCode, Uri};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What a job proves itself to the forge with.
pub(crate) const TOKEN: &str = "the-token-of-the-job";

/// Who says what the jobs say, as GitHub names it. GitLab and Azure DevOps know people by number.
const BOT: &str = "github-actions[bot]";

/// A comment on the change.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) author: String,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
struct Held {
    comments: Vec<Comment>,
    /// The token that says which job is running.
    identity: String,
    /// Requests that were refused, for whoever wonders.
    refused: Vec<String>,
}

/// The service; it lives as long as the test's process.
#[derive(Debug)]
pub(crate) struct Forge {
    /// Its origin, with plain http.
    pub(crate) address: String,
    held: Arc<Mutex<Held>>,
}

impl Forge {
    /// Starts one, with a change that people have said so much about that it takes a second page.
    pub(crate) fn start() -> Self {
        let talk = |number: u32| Comment { author: "somebody".to_owned(), body: format!("Remark {number}") };
        let mut comments: Vec<Comment> = (0..120).map(talk).collect();
        // Who quotes a report is not its author.
        comments.push(Comment {
            author: "somebody".to_owned(),
            body: "<!-- proofpoint: plan -->\nQuoted".to_owned(),
        });
        let held = Arc::new(Mutex::new(Held { comments, ..Held::default() }));
        let (sender, address) = std::sync::mpsc::channel();
        let book = Arc::clone(&held);
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                sender.send(listener.local_addr().expect("an address")).expect("somebody waits");
                let handler = move |request: Request| {
                    let book = Arc::clone(&book);
                    async move {
                        let (asked, body) = request.into_parts();
                        let body = to_bytes(body, 1 << 20).await.expect("a body");
                        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
                        let shown = ["authorization", "private-token"].iter().any(|name| {
                            asked
                                .headers
                                .get(*name)
                                .is_some_and(|value| value.as_bytes().ends_with(TOKEN.as_bytes()))
                        });
                        let mut held = lock(&book);
                        let answer = if shown { held.answer(&asked.method, &asked.uri, &body) } else { None };
                        answer.map_or_else(
                            || {
                                // Nobody can change another's comment, which whoever tries is prepared for.
                                if asked.method != Method::PATCH {
                                    held.refused.push(format!("{} {}", asked.method, asked.uri));
                                }
                                (StatusCode::NOT_FOUND, Json(json!({ "message": "Not Found" })))
                            },
                            |answer| (StatusCode::OK, Json(answer)),
                        )
                    }
                };
                axum::serve(listener, Router::new().fallback(handler)).await.expect("the forge serves");
            });
        });
        Self { address: format!("http://{}", address.recv().expect("an address")), held }
    }

    /// From now on the running job is the one that this token says.
    pub(crate) fn runs_as(&self, identity: &str) {
        identity.clone_into(&mut lock(&self.held).identity);
    }

    /// What jobs have said.
    #[track_caller]
    pub(crate) fn said(&self) -> Vec<String> {
        let held = lock(&self.held);
        assert!(held.refused.is_empty(), "{:#?}", held.refused);
        held.comments.iter().filter(|one| one.author == BOT).map(|one| one.body.clone()).collect()
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Held {
    fn answer(&mut self, method: &Method, uri: &Uri, body: &Value) -> Option<Value> {
        let path: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        match (method.as_str(), path.as_slice()) {
            ("GET", ["token"]) => Some(json!({ "value": self.identity })),
            ("POST", ["oidc"]) => Some(json!({ "oidcToken": self.identity })),
            // GitHub
            ("GET", ["repos", "contoso", "mail", "issues", "7", "comments"]) => Some(self.page(uri, github)),
            ("POST", ["repos", "contoso", "mail", "issues", "7", "comments"]) => {
                self.say(text("body")?, github)
            }
            ("PATCH", ["repos", "contoso", "mail", "issues", "comments", id]) => {
                self.correct(id, text("body")?, github)
            }
            // GitLab
            ("GET", ["api", "v4", "user"]) => Some(json!({ "id": 1, "username": "project_1_bot" })),
            ("GET", ["api", "v4", "projects", "1", "merge_requests", "7", "notes"]) => {
                Some(self.page(uri, gitlab))
            }
            ("POST", ["api", "v4", "projects", "1", "merge_requests", "7", "notes"]) => {
                self.say(text("body")?, gitlab)
            }
            ("PUT", ["api", "v4", "projects", "1", "merge_requests", "7", "notes", id]) => {
                self.correct(id, text("body")?, gitlab)
            }
            // Azure DevOps: a thread for each, all of them at once
            ("GET", ["mail", "_apis", "git", "repositories", "r", "pullRequests", "7", "threads"]) => {
                let threads: Vec<Value> =
                    self.comments.iter().enumerate().map(|(id, comment)| azure_devops(id, comment)).collect();
                Some(json!({ "count": threads.len(), "value": threads }))
            }
            ("POST", ["mail", "_apis", "git", "repositories", "r", "pullRequests", "7", "threads"]) => {
                self.say(body["comments"][0]["content"].as_str()?.to_owned(), azure_devops)
            }
            (
                "PATCH",
                [
                    "mail",
                    "_apis",
                    "git",
                    "repositories",
                    "r",
                    "pullRequests",
                    "7",
                    "threads",
                    id,
                    "comments",
                    "1",
                ],
            ) => self.correct(id, text("content")?, azure_devops),
            _ => None,
        }
    }

    fn page(&self, uri: &Uri, shown: fn(usize, &Comment) -> Value) -> Value {
        let asked = |name: &str| {
            let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(key, _)| *key == name).find_map(|(_, value)| value.parse::<usize>().ok())
        };
        let (size, page) = (asked("per_page").unwrap_or(30), asked("page").unwrap_or(1));
        let all = self.comments.iter().enumerate().skip((page - 1) * size).take(size);
        all.map(|(id, comment)| shown(id, comment)).collect()
    }

    fn say(&mut self, body: String, shown: fn(usize, &Comment) -> Value) -> Option<Value> {
        // As GitHub does, which has the least room of the three.
        if body.len() > 65_536 {
            return None;
        }
        self.comments.push(Comment { author: BOT.to_owned(), body });
        let last = self.comments.len() - 1;
        Some(shown(last, &self.comments[last]))
    }

    fn correct(&mut self, id: &str, body: String, shown: fn(usize, &Comment) -> Value) -> Option<Value> {
        let id: usize = id.parse().ok()?;
        let comment = self.comments.get_mut(id).filter(|comment| comment.author == BOT)?;
        comment.body = body;
        Some(shown(id, comment))
    }
}

fn github(id: usize, comment: &Comment) -> Value {
    json!({ "id": id, "user": { "login": comment.author }, "body": comment.body,
        "html_url": format!("https://github.com/contoso/mail/pull/7#issuecomment-{id}") })
}

fn gitlab(id: usize, comment: &Comment) -> Value {
    json!({ "id": id, "author": { "id": usize::from(comment.author == BOT) }, "body": comment.body })
}

fn azure_devops(id: usize, comment: &Comment) -> Value {
    json!({ "id": id, "isDeleted": false, "status": "closed",
        "comments": [{ "id": 1, "content": comment.body, "commentType": "text" }] })
}
