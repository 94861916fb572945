//! The ids of resources: paths of objects, in the form that `hashicorp/azuread` uses for Graph objects.
//!
//! `/applications/{object id}`, with `/tenants/{tenant}` before it where the tenant is not the provider's, and what
//! belongs to an object after it: `/servicePrincipals/{object id}/adminConsent`, `/orgs/{domain}/settings/azure`.

use std::fmt;

use clients::auth::TenantId;
use framework::validators::is_domain_name;

/// The path of an object, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPath {
    /// The tenant, where it is named.
    pub tenant: Option<TenantId>,
    /// `applications`, `servicePrincipals` or `orgs`.
    pub collection: String,
    /// The object id, or the domain of an organization; lower case.
    pub id: String,
    /// What follows, such as `adminConsent` or `settings/azure`.
    pub part: Option<String>,
}

/// The text is not the path of an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of the form `{expected}`")]
pub struct NotAPath {
    text: String,
    expected: String,
}

const EVERY_FORM: &str = "/applications/{object id}`, `/applications/{object id}/password/{key id}`, \
                          `/servicePrincipals/{object id}/adminConsent`, `/orgs/{domain}`, `/orgs/{domain}/domains/{domain}`, `/orgs/{domain}/settings/azure`, with or without `/tenants/{tenant id}";

impl ObjectPath {
    /// The object `id` of `collection`; name a tenant only where it is not the provider's.
    pub fn new(tenant: Option<TenantId>, collection: &str, id: &str) -> Self {
        Self { tenant, collection: collection.to_owned(), id: id.to_ascii_lowercase(), part: None }
    }

    /// A part of this object.
    #[must_use]
    pub fn part(mut self, part: &str) -> Self {
        self.part = Some(part.to_owned());
        self
    }

    /// Reads the path of an object of `collection`, which is no part of it.
    pub fn parse(text: &str, collection: &str) -> Result<Self, NotAPath> {
        Self::read(text).filter(|path| path.collection == collection && path.part.is_none()).ok_or_else(
            || NotAPath { text: text.to_owned(), expected: format!("/{collection}/{{object id}}") },
        )
    }

    /// Reads the path of the part `part` of an object of `collection`.
    pub(crate) fn parse_part(text: &str, collection: &str, part: &str) -> Result<Self, NotAPath> {
        Self::read(text)
            .filter(|path| path.collection == collection && path.part.as_deref() == Some(part))
            .ok_or_else(|| NotAPath {
                text: text.to_owned(),
                expected: format!("/{collection}/{{id}}/{part}"),
            })
    }

    /// Reads the path of a member of an object of `collection`, such as `/applications/{id}/password/{key id}`, where the
    /// step before the member is one of `parts`: the object and the member's id, lower case.
    pub(crate) fn parse_member(
        text: &str,
        collection: &str,
        parts: &[&str],
    ) -> Result<(Self, String), NotAPath> {
        let read = || {
            let mut path = Self::read(text).filter(|path| path.collection == collection)?;
            let part = path.part.take()?;
            let (part, member) = part.split_once('/')?;
            let fits = parts.contains(&part) && member.len() == 36 && uuid::Uuid::try_parse(member).is_ok();
            fits.then(|| (path, member.to_ascii_lowercase()))
        };
        read().ok_or_else(|| NotAPath {
            text: text.to_owned(),
            expected: format!("/{collection}/{{object id}}/{}/{{id}}", parts.first().unwrap_or(&"")),
        })
    }

    /// Reads the path of a domain of an organization, `/orgs/{organization}/domains/{domain}`, with `end` behind it: both
    /// domains, in lower case.
    pub(crate) fn parse_domain(text: &str, end: &str) -> Result<(String, String), NotAPath> {
        let read = || {
            let path = Self::read(text.strip_suffix(end)?).filter(|path| path.collection == "orgs")?;
            let domain = path.part.as_deref()?.strip_prefix("domains/")?.to_ascii_lowercase();
            is_domain_name(&domain).then_some((path.id, domain))
        };
        read().ok_or_else(|| NotAPath {
            text: text.to_owned(),
            expected: format!("/orgs/{{organization}}/domains/{{domain}}{end}"),
        })
    }

    /// Reads the path of an organization, or of the part `part` of one, or the domain alone, as a person would write it at
    /// `terraform import`: the domain, in lower case.
    pub(crate) fn parse_organization(text: &str, part: Option<&str>) -> Result<String, NotAPath> {
        let domain = text.to_ascii_lowercase();
        if is_domain_name(&domain) {
            return Ok(domain);
        }
        let end = part.map(|part| format!("/{part}")).unwrap_or_default();
        Self::read(text)
            .filter(|path| path.collection == "orgs" && path.part.as_deref() == part)
            .map(|path| path.id)
            .ok_or_else(|| NotAPath {
                text: text.to_owned(),
                expected: format!("/orgs/{{domain}}{end}`, nor a domain such as `contoso.com"),
            })
    }

    /// Reads the path of any object or part.
    pub(crate) fn parse_any(text: &str) -> Result<Self, NotAPath> {
        Self::read(text).ok_or_else(|| NotAPath { text: text.to_owned(), expected: EVERY_FORM.to_owned() })
    }

    fn read(text: &str) -> Option<Self> {
        let mut steps: Vec<&str> = text.strip_prefix('/')?.split('/').collect();
        let mut tenant = None;
        if let ["tenants", name, ..] = steps[..] {
            tenant = Some(TenantId::parse(name).ok()?);
            steps.drain(..2);
        }
        let [collection, id, rest @ ..] = &steps[..] else { return None };
        let fits = match *collection {
            "applications" | "servicePrincipals" => id.len() == 36 && uuid::Uuid::try_parse(id).is_ok(),
            "orgs" => tenant.is_none() && is_domain_name(&id.to_ascii_lowercase()),
            _ => false,
        };
        if !fits || rest.iter().any(|step| matches!(*step, "" | "." | "..")) {
            return None;
        }
        let path = Self::new(tenant, collection, id);
        Some(if rest.is_empty() { path } else { path.part(&rest.join("/")) })
    }
}

/// A client id by itself, which imports take in the provider's own tenant; in lower case.
pub(crate) fn bare_client_id(text: &str) -> Option<String> {
    let is_one = text.len() == 36 && uuid::Uuid::try_parse(text).is_ok();
    is_one.then(|| text.to_ascii_lowercase())
}

impl fmt::Display for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tenant) = &self.tenant {
            write!(f, "/tenants/{tenant}")?;
        }
        write!(f, "/{}/{}", self.collection, self.id)?;
        self.part.iter().try_for_each(|part| write!(f, "/{part}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6f1b7c1e-8d7a-4e0b-9d5f-0a6b7c8d9e0f";
    const TENANT: &str = "11111111-1111-1111-1111-111111111111";

    #[test]
    fn paths_are_read_as_they_are_written() {
        for text in [
            format!("/applications/{ID}"),
            format!("/tenants/{TENANT}/applications/{ID}"),
            format!("/servicePrincipals/{ID}/adminConsent"),
            format!("/applications/{ID}/password/{ID}"),
            "/orgs/contoso.com/settings/azure".to_owned(),
        ] {
            assert_eq!(ObjectPath::parse_any(&text).map(|path| path.to_string()), Ok(text));
        }
    }

    #[test]
    fn object_ids_are_compared_in_lower_case() {
        let path = ObjectPath::parse(&format!("/applications/{}", ID.to_uppercase()), "applications")
            .expect("a path");
        assert_eq!(path.id, ID);
    }

    #[test]
    fn other_collections_and_parts_are_refused_with_the_form_that_is_meant() {
        let consent = format!("/servicePrincipals/{ID}/adminConsent");
        let error = ObjectPath::parse(&consent, "applications").expect_err("refused").to_string();
        assert!(error.ends_with("`/applications/{object id}`"), "{error}");
        assert!(ObjectPath::parse_part(&consent, "servicePrincipals", "adminConsent").is_ok());
        assert!(ObjectPath::parse_part(&consent, "servicePrincipals", "x").is_err());
    }

    #[test]
    fn a_member_is_read_with_every_name_of_its_part() {
        let parts = ["password", "passwordCredentials"];
        for part in parts {
            let text = format!("/tenants/{TENANT}/applications/{ID}/{part}/{}", ID.to_uppercase());
            let (object, member) = ObjectPath::parse_member(&text, "applications", &parts).expect("a member");
            assert_eq!(object.to_string(), format!("/tenants/{TENANT}/applications/{ID}"));
            assert_eq!(member, ID);
        }
        for text in ["/password/x", "/keys/6f1b7c1e-8d7a-4e0b-9d5f-0a6b7c8d9e0f", "", "/password"]
            .map(|end| format!("/applications/{ID}{end}"))
        {
            let error = ObjectPath::parse_member(&text, "applications", &parts).expect_err("refused");
            assert!(error.to_string().ends_with("`/applications/{object id}/password/{id}`"), "{error}");
        }
    }

    #[test]
    fn a_domain_is_read_with_its_organization() {
        let read = |text: &str, end| ObjectPath::parse_domain(text, end).map_err(|error| error.to_string());
        let both = Ok(("contoso.com".to_owned(), "second.example".to_owned()));
        assert_eq!(read("/orgs/Contoso.com/domains/Second.example", ""), both);
        assert_eq!(read("/orgs/contoso.com/domains/second.example/verification", "/verification"), both);
        for (text, end) in [
            ("/orgs/contoso.com/domains/second.example", "/verification"),
            ("/orgs/contoso.com/domains/second.example/verification", ""),
            ("/orgs/contoso.com/domains/second", ""),
            ("/orgs/contoso.com", ""),
        ] {
            let refused = read(text, end).expect_err("refused");
            assert!(
                refused.ends_with(&format!("`/orgs/{{organization}}/domains/{{domain}}{end}`")),
                "{refused}"
            );
        }
    }

    #[test]
    fn an_organization_is_read_from_its_path_or_its_domain_alone() {
        for part in [None, Some("settings/azure")] {
            let end = part.map(|part| format!("/{part}")).unwrap_or_default();
            for text in [format!("/orgs/Contoso.com{end}"), "Contoso.com".to_owned()] {
                let read = ObjectPath::parse_organization(&text, part);
                assert_eq!(read, Ok("contoso.com".to_owned()), "{text}");
            }
            for text in ["contoso".to_owned(), format!("/orgs/contoso.com{end}/x"), "/orgs".to_owned()] {
                let refused = ObjectPath::parse_organization(&text, part).expect_err("refused").to_string();
                let form = format!("`{text}` is not an id of the form `/orgs/{{domain}}{end}`, nor a domain");
                assert!(refused.starts_with(&form), "{refused}");
            }
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "",
            ID,
            "/applications",
            "/applications/not-an-id",
            &format!("/applications/{ID}/"),
            &format!("/tenants/common/applications/{ID}"),
            &format!("/users/{ID}"),
            "/orgs/contoso",
            "/orgs/contoso.com/../x",
            &format!("/tenants/{TENANT}/orgs/contoso.com"),
        ] {
            assert!(ObjectPath::parse_any(text).is_err(), "{text}");
        }
    }
}
