//! What goes wrong between the provider and the services.

use std::fmt;

use serde_json::{Value as Json, json};

use crate::differential::random::Random;

/// Requests that are of interest, by method and path; `*` stands for any method.
const PLACES: [(&str, &str); 22] = [
    ("*", "**"),
    ("*", "/v1.0/**"),
    ("*", "/api/v1/**"),
    ("POST", "**/oauth2/v2.0/token"),
    ("GET", "/v1.0/applications**"),
    ("POST", "/v1.0/applications"),
    ("PATCH", "/v1.0/applications**"),
    ("DELETE", "/v1.0/**"),
    ("POST", "**/addPassword"),
    ("POST", "**/removePassword"),
    ("POST", "/v1.0/servicePrincipals"),
    ("*", "/v1.0/servicePrincipals**"),
    ("POST", "**/appRoleAssign*"),
    ("*", "/v1.0/oauth2PermissionGrants**"),
    ("POST", "/v1.0/$batch"),
    ("GET", "**/settings/azure"),
    ("PUT", "**/settings/azure"),
    ("DELETE", "**/settings/azure"),
    ("*", "**/settings/azure/exemptions"),
    ("*", "/api/v1/**/users**"),
    ("GET", "/v1.0/users**"),
    ("GET", "/v1.0/directory/deletedItems**"),
];

/// Writes of which it hurts most not to know whether they were done.
const LOST_WRITES: [(&str, &str); 4] = [
    ("PUT", "**/settings/azure"),
    ("PUT", "**/settings/azure"),
    ("POST", "**/addPassword"),
    ("POST", "/v1.0/applications"),
];

/// How a request is answered instead.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trouble {
    /// 429 with seconds to wait.
    Throttled,
    /// 429 with the date until which to wait.
    ThrottledUntil,
    /// A status that says nothing of the effect, which may have happened.
    Status(u16, bool),
    /// The connection breaks.
    Reset { after: bool },
    /// A body that breaks off, though all was done.
    Truncated,
    /// A page of something in between, though all was done.
    Html,
    /// A token that is good no more.
    ExpiredToken,
    /// Milliseconds.
    Slow(u64),
}

/// Trouble with some requests to one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fault {
    place: (&'static str, &'static str),
    trouble: Trouble,
    skip: usize,
    count: usize,
}

impl Fault {
    pub(super) fn draw(random: &mut Random) -> Self {
        let trouble = match random.below(10) {
            0 => Trouble::Throttled,
            1 => Trouble::ThrottledUntil,
            2 | 3 => Trouble::Status(*random.pick(&[500, 502, 503, 504]), random.chance(50)),
            4 => Trouble::Reset { after: false },
            5 => Trouble::Reset { after: true },
            6 => Trouble::Truncated,
            7 => Trouble::Html,
            8 => Trouble::ExpiredToken,
            _ => Trouble::Slow(*random.pick(&[200, 700, 1500])),
        };
        Self { place: *random.pick(&PLACES), trouble, skip: random.below(4), count: 1 + random.below(4) }
    }

    /// Trouble with a write that lasts longer than anybody repeats: what was done stays unknown, whatever the patience.
    pub(super) fn draw_outage(random: &mut Random) -> Self {
        let trouble = match random.below(4) {
            0 => Trouble::Status(504, true),
            1 => Trouble::Reset { after: true },
            2 => Trouble::Truncated,
            _ => Trouble::Reset { after: false },
        };
        Self { place: *random.pick(&LOST_WRITES), trouble, skip: random.below(2), count: 40 }
    }

    /// The same of settings that never arrive: what claims to have set them lies.
    pub(super) const fn unset() -> Self {
        Self { place: LOST_WRITES[0], trouble: Trouble::Reset { after: false }, skip: 0, count: 40 }
    }

    /// A POST that is done, and whose answer nobody hears.
    pub(super) fn lost_answer(path: &'static str, random: &mut Random) -> Self {
        let trouble =
            *random.pick(&[Trouble::Status(504, true), Trouble::Reset { after: true }, Trouble::Truncated]);
        Self { place: ("POST", path), trouble, skip: 0, count: 1 }
    }

    /// A POST that is refused for longer than anybody repeats.
    pub(super) const fn refused(path: &'static str) -> Self {
        Self { place: ("POST", path), trouble: Trouble::Status(503, false), skip: 0, count: 40 }
    }

    /// As the control plane takes it. `soon` is a date a second ahead of the services, as HTTP writes dates.
    pub(super) fn order(&self, soon: &str) -> Json {
        let mut order = match self.trouble {
            Trouble::Throttled => json!({ "status": 429, "headers": { "Retry-After": "1" } }),
            Trouble::ThrottledUntil => json!({ "status": 429, "headers": { "Retry-After": soon } }),
            Trouble::Status(status, effect) => json!({ "status": status, "effect": effect }),
            Trouble::Reset { after } => json!({ "drop": if after { "after" } else { "before" } }),
            Trouble::Truncated => {
                json!({ "status": 200, "effect": true, "body": "{\"value\":[{\"id\":\"00" })
            }
            Trouble::Html => {
                json!({ "status": 200, "effect": true, "body": "<!doctype html><title>Gateway</title>" })
            }
            Trouble::ExpiredToken => json!({
                "status": 401,
                "body": { "error": { "code": "InvalidAuthenticationToken", "message": "Lifetime validation failed, the token is expired." } },
            }),
            Trouble::Slow(delay) => json!({ "delay": delay }),
        };
        let (method, path) = self.place;
        if method != "*" {
            order["method"] = method.into();
        }
        order["path"] = path.into();
        order["skip"] = self.skip.into();
        order["count"] = self.count.into();
        order
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place: (method, path), trouble, skip, count } = self;
        write!(f, "{trouble:?}, {count} times after {skip}, for {method} {path}")
    }
}

/// The request at which a command is killed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fatal {
    place: (&'static str, &'static str),
    skip: usize,
    /// Whether it has its effect; its answer is never heard.
    effect: bool,
}

impl Fatal {
    pub(super) fn draw(random: &mut Random) -> Self {
        let place = *random.pick(&PLACES);
        let many = if place.1.ends_with("**") { 12 } else { 2 };
        Self { place, skip: random.below(many), effect: random.chance(60) }
    }

    /// As the control plane takes it.
    pub(super) fn order(&self) -> Json {
        let (method, path) = self.place;
        let mut order = json!({ "path": path, "skip": self.skip, "count": 1 });
        if method != "*" {
            order["method"] = method.into();
        }
        if self.effect {
            order["drop"] = "after".into();
        } else {
            // Until long after the one who waits is dead.
            order["drop"] = "before".into();
            order["delay"] = 5_000.into();
        }
        order
    }
}

impl fmt::Display for Fatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place: (method, path), skip, effect } = self;
        let when = if *effect { "after" } else { "before" };
        write!(f, "{when} the effect of {method} {path}, after {skip} of them")
    }
}
