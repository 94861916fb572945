//! What a user may write in a `proofpoint_domain_verification` block and what it answers with.

use framework::attr::Attr;
use framework::model;
use framework::timeouts::Timeouts;
use framework::validators::{domain_name, length};
use framework::words;

words! {
    /// Where Proofpoint looks for the code.
    #[derive(Default)]
    pub enum Method {
        /// In the DNS.
        #[default]
        Txt = "txt",
        /// On the start page.
        Meta = "meta",
    }
}

model! {
    /// Asks Proofpoint to verify a domain, and waits until it has: as long as Proofpoint does not find the code, the create
    /// goes on asking, until its timeout.
    ///
    /// The code comes from [`proofpoint_domain`](domain.md), and goes into the DNS with any provider:
    ///
    /// ```terraform
    /// resource "proofpoint_domain" "mail" {
    ///   organization = "contoso.com"
    ///   name         = "mail.contoso.com"
    ///   destination  = "contoso-com.mail.protection.outlook.com"
    /// }
    ///
    /// resource "azurerm_dns_txt_record" "proofpoint" {
    ///   name                = "mail"
    ///   zone_name           = "contoso.com"
    ///   resource_group_name = "dns"
    ///   ttl                 = 300
    ///   record { value = proofpoint_domain.mail.txt_value }
    /// }
    ///
    /// resource "proofpoint_domain_verification" "mail" {
    ///   organization = proofpoint_domain.mail.organization
    ///   domain       = proofpoint_domain.mail.name
    ///   txt_value    = proofpoint_domain.mail.txt_value
    ///   depends_on   = [azurerm_dns_txt_record.proofpoint]
    /// }
    /// ```
    ///
    /// No API tells whether a domain is verified. So reading this resource asks nothing and finds no drift, and destroying it
    /// only forgets: a verified domain stays one. Whether Proofpoint accepts to verify a domain again is not published; where it
    /// refuses, the create of one that is verified already ends at its timeout, and the error says how to import it.
    pub struct VerificationModel {
        /// Path of the verification, `/orgs/{organization}/domains/{domain}/verification`.
        id: Attr<String> => computed().use_state_for_unknown(),

        /// A domain of the organization, in lower case: the primary one, which stays.
        organization: Attr<String> => required().requires_replace().validate(domain_name()),

        /// The domain to verify, in lower case.
        domain: Attr<String> => required().requires_replace().validate(domain_name()),

        /// Where Proofpoint looks for the code: `txt` (the default) in the DNS of the domain, `meta` in a META tag on its start
        /// page. A change once it is verified does nothing.
        method: Attr<Method> => optional().computed().default_value(Method::default()),

        /// The code of the domain, `txt_value` of `proofpoint_domain`. It is not sent: another code means that the domain was
        /// made anew, and has to be verified again.
        txt_value: Attr<String> => optional().requires_replace_if(is_another_code).validate(length(1, 255)),

        /// How long each operation may take. The create waits for the DNS.
        timeouts: Attr<Timeouts> => timeouts(),
    }
}

/// What was not known when the domain was verified, or is not told any more, is no other code.
fn is_another_code(change: &framework::plan::modifiers::AttributeChange<'_>) -> bool {
    !change.prior.is_null() && !change.config.is_null()
}

model! {
    /// What identifies a verification.
    pub struct VerificationIdentity {
        /// A domain of the organization, the primary one.
        organization: Attr<String> => required_for_import(),
        /// The domain.
        domain: Attr<String> => required_for_import(),
    }
}
