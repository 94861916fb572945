//! Organizations, domains and verifications, planned while parts of their configuration are unknown and once more when all is
//! known: what the first plan knew stays, or core refuses to apply it.

use super::hand::{Hand, with};
use super::*;

#[test]
fn what_a_first_plan_knew_stays() {
    let simulator = Simulator::start(&["--users", "1"]);
    let hand = Hand::with(&as_partner(&simulator));
    let organization = json!({
        "primary_domain": "adatum.example", "name": "Adatum", "user_licenses": 25, "country": "DE", "trial": false,
        "admin_user": { "email": "it@adatum.example", "first_name": null, "last_name": null },
        "domain": { "destination": "mx.example", "failovers": null, "relay": null, "active": null },
    });
    let domain = json!({ "organization": "contoso.com", "name": "a.example", "destination": "mx.example" });
    let verification = json!({ "organization": "contoso.com", "domain": "a.example", "txt_value": "ppe-1" });
    let other = |own: &Json, arguments: Json| vec![own.clone(), with(own, arguments)];
    for (kind, samples) in [
        (
            "proofpoint_organization",
            other(
                &organization,
                json!({
                    "user_licenses": 9, "licensing_package": "advanced", "eula_confirmed": true, "active": false,
                    "on_destroy": "delete", "deletion_protection": false, "timeouts": { "read": "2m" },
                }),
            ),
        ),
        (
            "proofpoint_domain",
            other(
                &domain,
                json!({
                    "organization": "other.example", "name": "b.example", "relay": false, "active": false,
                    "destination": "mx2.example", "failovers": ["f.example"], "on_destroy": "deactivate",
                }),
            ),
        ),
        (
            "proofpoint_domain_verification",
            other(
                &verification,
                json!({ "organization": "other.example", "domain": "b.example", "method": "meta", "txt_value": "ppe-2" }),
            ),
        ),
    ] {
        let made = hand.apply(kind, None, samples[0].clone());
        // Not configured, so that nothing is looked up meanwhile.
        let bare = Hand::bare();
        for object in [None, Some(&made)] {
            let found = bare.replans(kind, object, &samples);
            assert!(
                found.compared > 50 && found.told_more > 20,
                "{kind}: {} {}",
                found.compared,
                found.told_more
            );
            assert!(found.refused.is_empty(), "{kind}: {:?}", found.refused.first());
        }
    }
}
