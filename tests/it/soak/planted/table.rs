//! The faults.

use super::Planted;

/// Each was one of this provider's, of azuread's, or of another provider that mints secrets and hands them over.
pub(super) const PLANTED: &[Planted] = &[
    Planted {
        name: "key-removed-before-proof",
        history: "the old key went before the new one was accepted, so that a refused PUT left Proofpoint without any",
        file: "src/provider/resources/azure_sync/apply.rs",
        changes: &[(
            "        let minted = self.mint_if_managed(&done.model).await?;\n",
            "        if let (Ok(keys), Some(prior)) = (self.keys(), &self.planned.prior) {\n            \
             keys.remove_all(self.call, &prior.key_id.known().cloned().into_iter().collect()).await?;\n        }\n        \
             let minted = self.mint_if_managed(&done.model).await?;\n",
        )],
    },
    Planted {
        name: "key-of-a-killed-apply",
        history: "a key that an apply had made before it was killed was never noticed again",
        file: "src/provider/resources/azure_sync/managed_secret.rs",
        changes: &[("name.contains(&self.marker))\n            })", "name == self.marker)\n            })")],
    },
    Planted {
        name: "key-left-by-a-replacement",
        history: "destroying a sync left its keys in an application that stays",
        file: "src/provider/resources/azure_sync/departure.rs",
        changes: &[(
            "        keys.remove_own(call, &known.difference(&elsewhere).cloned().collect()).await?;\n    }\n    if facts",
            "        let _ = (keys, known, elsewhere);\n    }\n    if facts",
        )],
    },
    Planted {
        name: "superseded-key-forgotten",
        history: "the state did not list a key that a rotation had replaced, and nothing removed it",
        file: "src/provider/resources/azure_sync/old_keys.rs",
        changes: &[(
            "done.model.superseded_key_ids = older.into();",
            "done.model.superseded_key_ids = BTreeSet::new().into();",
        )],
    },
    Planted {
        name: "key-of-an-unknown-put-removed",
        history: "after a PUT whose answer was lost the new key was removed, although Proofpoint had it",
        file: "src/provider/resources/azure_sync/handover.rs",
        changes: &[
            (
                "        if !error.is_definite_refusal() {\n            self.leave(LeftOver::Known(minted.key_id.clone()));\n            let mut left",
                "        if false {\n            let mut left",
            ),
            ("        if taken {", "        if false {"),
        ],
    },
    Planted {
        name: "failed-put-is-success",
        history: "an error of the PUT was logged and the apply succeeded",
        file: "src/provider/resources/azure_sync/handover.rs",
        changes: &[(
            "let supplied = self.send(change, &first).await?;",
            "let supplied = self.send(change, &first).await.unwrap_or_default();",
        )],
    },
    Planted {
        name: "frequency-stays-at-zero",
        history: "the second PUT carried the settings of the first, so that nothing ever ran",
        file: "src/provider/resources/azure_sync/handover.rs",
        changes: &[(
            "let wanted = Settings { others: shown.others.clone(), ..change.wanted.clone() };",
            "let wanted = Settings { others: shown.others.clone(), ..idle.clone() };",
        )],
    },
    Planted {
        name: "expiry-never-due",
        history: "a key was not rotated before its end: people silently stopped syncing",
        file: "src/provider/resources/azure_sync/rotation.rs",
        changes: &[(
            "        .then_some(Reason::Expiring)",
            "        .then_some(Reason::Expiring)\n        .filter(|_| false)",
        )],
    },
    Planted {
        name: "missing-key-not-seen",
        history: "a key that somebody had removed by hand was not made anew",
        file: "src/provider/resources/azure_sync/rotation.rs",
        changes: &[("return Some(Reason::KeyMissing);", "return None;")],
    },
    Planted {
        name: "exemptions-only-grow",
        history: "an address that was taken off the list stayed exempt",
        file: "src/provider/resources/azure_sync/exemptions.rs",
        changes: &[(
            "let dropped = before.into_iter().flatten().filter(|address| !wanted.contains(*address));",
            "let dropped = before.into_iter().flatten().filter(|address| wanted.contains(*address));",
        )],
    },
    Planted {
        name: "secret-in-the-log",
        history: "a secret was logged at debug level",
        file: "src/provider/resources/azure_sync/managed_secret.rs",
        changes: &[(
            "        Ok(minted.map(|minted| Minted {",
            "        if let Ok(minted) = &minted {\n            \
             tracing::debug!(secret = secrecy::ExposeSecret::expose_secret(&minted.secret), \"minted\");\n        }\n        \
             Ok(minted.map(|minted| Minted {",
        )],
    },
    Planted {
        name: "secret-made-twice",
        history: "addPassword was repeated after a lost answer: a secret that nobody knows stayed (azuread and others)",
        file: "src/clients/graph/passwords.rs",
        changes: &[
            (
                "            .holds_secret();\n        debug_assert!(ask.repeat == Repeat::Unsafe, \"a repeat would make a second secret\");",
                "            .holds_secret()\n            .repeatable();\n        let _ = Repeat::Unsafe;",
            ),
            (
                "            seen |= self.remove_password_unlocked(call, object_id, &key.key_id).await?;",
                "            seen |= !key.key_id.is_empty();",
            ),
        ],
    },
    Planted {
        name: "lost-secret-forgotten",
        history: "a create that failed without an answer left no state, and its secret stayed",
        file: "src/provider/resources/azure_client_secret/keys.rs",
        changes: &[(
            "lost: may_be_there.then_some(display_name),",
            "lost: may_be_there.then_some(display_name).filter(String::is_empty),",
        )],
    },
    Planted {
        name: "duplicate-application",
        history: "a create whose answer was lost was repeated, and no unique name told that: two applications",
        file: "src/provider/resources/azure_application/mod.rs",
        changes: &[
            (
                "let shown = properties::show(&graph, &call, &snapshot, application, &known).await?;",
                "let mut shown = properties::show(&graph, &call, &snapshot, application, &known).await?;\n            if \
             shown.unique_name.is_null() {\n                shown.unique_name = known.unique_name.clone();\n            }",
            ),
            (
                "    let Some(name) = &new.unique_name else { return Err(error.into()) };\n",
                "    if error.outcome_is_unknown() {\n        let again = NewApplication { unique_name: None, ..new.clone() };\n        \
             let application = graph.applications().create(call, &again).await?;\n        return complete(graph, call, &again, \
             application).await;\n    }\n    let Some(name) = &new.unique_name else { return Err(error.into()) };\n",
            ),
        ],
    },
    Planted {
        name: "consent-to-the-wrong-principal",
        history: "the role was assigned to Graph's own principal instead of the application's",
        file: "src/provider/resources/azure_admin_consent/effective.rs",
        changes: &[(
            "graph.app_role_assignments().assign(call, principal, &resource, &role).await;",
            "graph.app_role_assignments().assign(call, &resource, &resource, &role).await;",
        )],
    },
    Planted {
        name: "principal-of-a-restored-application",
        history: "an application came back from the recycle bin without its enterprise application",
        file: "src/provider/resources/azure_application/adoption.rs",
        changes: &[(
            "Ok(Application { deleted_date_time: Some(now), tags, ..restored })",
            "Ok(Application { deleted_date_time: None, tags, ..restored })",
        )],
    },
    Planted {
        name: "rename-by-hand-not-seen",
        history: "a name that somebody had changed in the portal was never shown as a change",
        file: "src/provider/resources/azure_application/mod.rs",
        changes: &[(
            "            let shown = properties::show(&graph, &call, &snapshot, application, &known).await?;\n",
            "            let mut shown = properties::show(&graph, &call, &snapshot, application, &known).await?;\n            shown.display_name = if known.display_name.is_known() { known.display_name.clone() } else { shown.display_name };\n",
        )],
    },
    Planted {
        name: "people-beyond-the-approved",
        history: "a run enacted what was true at the time of the apply instead of what had been approved",
        file: "src/provider/resources/azure_sync_run/reviewed.rs",
        changes: &[(
            "    let Approved { enact, broken, left: outdated, unapproved, done: _ } = estimate.hold(approved);\n",
            "    let now = estimate.changes(Reach::Everything).map(|change| (change.address.clone(), change.line())).collect();\n    let Approved { enact, broken, left: outdated, unapproved, done: _ } = estimate.hold(&now);\n",
        )],
    },
    Planted {
        name: "application-left-behind",
        history: "a destroy forgot the application and said that all was well",
        file: "src/clients/graph/ownership.rs",
        changes: &[(
            "        self.delete(call, object_id).await?;\n        if let Some(name)",
            "        if let Some(name)",
        )],
    },
    Planted {
        name: "provider-outlives-its-cli",
        history: "a provider whose CLI was killed went on for ever",
        file: "src/framework/plugin/lifecycle.rs",
        changes: &[("                    return lifecycle.leave().await;", "                    return;")],
    },
];
