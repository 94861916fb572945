//! `examples/pipelines`: what is run is what the files of the forges say, word for word, by their own variables and as the
//! identities that they name; only the forge and the services are played.

mod forges;
mod identities;
mod scripts;

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Stage, on_every_cli_with};
use crate::support::forge::{Forge, TOKEN};
use crate::support::sign_in::application_with;
use crate::support::workspace::{Install, Outcome, repository};

/// What the identity that plans may do, and the one that applies.
const READER: [&str; 3] = ["Application.Read.All", "Directory.Read.All", "Policy.Read.All"];
const WRITER: [&str; 5] = [
    "Application.ReadWrite.OwnedBy",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Policy.Read.All",
];

const MARKER: &str = "<!-- proofpoint: plan -->\n";

type Variables = BTreeMap<String, String>;

/// A repository with the example in it, a forge around it, and an identity for each kind of job.
pub(super) struct Repository<'a> {
    pub(super) stage: &'a mut Stage,
    pub(super) forge: Forge,
    /// What is set up in the forge: variables and secrets.
    pub(super) variables: Variables,
}

fn variables<const N: usize>(pairs: [(&str, &str); N]) -> Variables {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl<'a> Repository<'a> {
    /// Whose jobs that plan and apply are known to Entra by these names.
    fn new(stage: &'a mut Stage, reader: &[&str], writer: &str) -> Self {
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/pipelines");
        // Nothing but what a job is given.
        for name in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"] {
            stage.workspace.set(name, "");
        }
        for name in ["PROOFPOINT_ESSENTIALS_USERNAME", "PROOFPOINT_ESSENTIALS_PASSWORD"] {
            stage.workspace.set(name, "");
        }
        // Stands for an image that there is none of here.
        stage.workspace.provide("docker", "echo \"$*\" >> docker.txt");
        stage.workspace.provide("apk", "true");
        let tenant = stage.simulator.tenant().clone();
        let who_plans = identity(stage, &READER, reader);
        let who_applies = identity(stage, &WRITER, &[writer]);
        let variables = variables([
            ("ARM_TENANT_ID", &tenant.tenant_id),
            ("PROOFPOINT_ESSENTIALS_REGION", ""),
            ("READER_CLIENT_ID", &who_plans),
            ("READER_USERNAME", &tenant.essentials_reader_username),
            ("READER_PASSWORD", &tenant.essentials_reader_password),
            ("WRITER_CLIENT_ID", &who_applies),
            ("WRITER_USERNAME", &tenant.essentials_username),
            ("WRITER_PASSWORD", &tenant.essentials_password),
        ]);
        Self { stage, forge: Forge::start(), variables }
    }

    /// The token of a job, as the forge signs it.
    pub(super) fn token(&self, subject: &str) -> String {
        let answer =
            self.stage.simulator.control(Method::POST, "assertion", Some(&json!({ "subject": subject })));
        answer["token"].as_str().expect("a token").to_owned()
    }

    /// A file of the repository that is YAML, as the CLI reads it.
    pub(super) fn read(&self, file: &str) -> Value {
        // Where there is no configuration, there is nothing that it needs.
        let read = format!("jsonencode(yamldecode(file(\"../config/{file}\")))");
        let script = format!("mkdir -p ../reading && cd ../reading && echo '{read}' | tofu console");
        let printed = self.stage.workspace.run_script(&script, &Variables::new()).succeeds().stdout;
        let text: String =
            serde_json::from_str(printed.trim()).unwrap_or_else(|error| panic!("{file}: {error}\n{printed}"));
        serde_json::from_str(&text).expect("JSON")
    }

    pub(super) fn run(&self, script: &str, variables: &Variables) -> Outcome {
        self.stage.workspace.run_script(script, variables)
    }

    /// Fails the test when a job has changed something.
    #[track_caller]
    pub(super) fn assert_nothing_was_changed(&self) {
        let writes = self.stage.simulator.writes();
        assert!(writes.is_empty(), "{writes:#?}");
        self.stage.simulator.forget_requests();
    }

    /// The one comment on the change, which must be whole.
    #[track_caller]
    pub(super) fn comment(&self) -> String {
        let said = self.forge.said();
        let [comment] = said.as_slice() else { panic!("one comment: {said:#?}") };
        assert!(comment.starts_with(MARKER) && comment.ends_with("</pre></details>\n"), "{comment}");
        comment.clone()
    }

    /// What is set up in Proofpoint.
    pub(super) fn settings(&self) -> Value {
        self.stage.simulator.state()["organizations"]["contoso.com"]["settings"].clone()
    }
}

/// An application that trusts the jobs with these names.
fn identity(stage: &Stage, permissions: &[&str], subjects: &[&str]) -> String {
    let (client_id, _) = application_with(&stage.simulator, permissions.iter().copied());
    let answer = stage.simulator.control(Method::POST, "assertion", Some(&json!({ "subject": "" })));
    for (number, subject) in subjects.iter().enumerate() {
        let credential = json!({
            "name": format!("jobs-{number}"), "issuer": answer["issuer"], "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
        });
        let path = format!("applications(appId='{client_id}')/federatedIdentityCredentials");
        stage.simulator.graph_done(Method::POST, &path, Some(&credential));
    }
    client_id
}

fn with_repository(reader: &[&str], writer: &str, test: impl Fn(&mut Repository<'_>) + Sync) {
    on_every_cli_with(&[], Install::Mirror, |stage| {
        let mut repository = Repository::new(stage, reader, writer);
        repository.stage.simulator.forget_requests();
        test(&mut repository);
    });
}

const PULL_REQUEST: &str = "repo:contoso/mail:pull_request";
const MAIN: &str = "repo:contoso/mail:ref:refs/heads/main";
const PRODUCTION: &str = "repo:contoso/mail:environment:production";

impl Repository<'_> {
    /// `${{ … }}` as GitHub fills it in.
    fn filled_in(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{ ") {
            let (expression, after) = after.split_once(" }}").expect("the end of an expression");
            let value = match expression.split_once('.') {
                Some(("vars" | "secrets", name)) => self.variables.get(name),
                _ => None,
            };
            filled.push_str(before);
            filled.push_str(match expression {
                "github.token" => TOKEN,
                "github.event.pull_request.number" => "7",
                _ => value.unwrap_or_else(|| panic!("nobody gives a job {expression}")),
            });
            rest = after;
        }
        filled + rest
    }

    /// Runs a job of GitHub's up to the first step that fails.
    fn github(&self, workflow: &str, job: &str, subject: &str) -> Outcome {
        let file = self.read(&format!("github/{workflow}.yml"));
        let job = &file["jobs"][job];
        let strings = |map: &Value| -> Variables {
            let map = map.as_object().cloned().unwrap_or_default();
            map.into_iter()
                .map(|(name, value)| (name, self.filled_in(value.as_str().expect("text"))))
                .collect()
        };
        self.forge.runs_as(&self.token(subject));
        let root = self.stage.workspace.root().display().to_string();
        let mut environment = variables([
            ("GITHUB_API_URL", self.forge.address.as_str()),
            ("GITHUB_REPOSITORY", "contoso/mail"),
            ("GITHUB_OUTPUT", &format!("{root}/output")),
            ("GITHUB_STEP_SUMMARY", &format!("{root}/summary")),
        ]);
        if job["permissions"]["id-token"] == "write" {
            environment.insert(
                "ACTIONS_ID_TOKEN_REQUEST_URL".to_owned(),
                format!("{}/token?v=1", self.forge.address),
            );
            environment.insert("ACTIONS_ID_TOKEN_REQUEST_TOKEN".to_owned(), TOKEN.to_owned());
        }
        environment.extend(strings(&job["env"]));
        self.run_until_one_fails(job["steps"].as_array().expect("steps").iter().filter_map(|step| {
            let Some(script) = step["run"].as_str() else {
                assert!(step["uses"].is_string(), "{step:#}");
                return None;
            };
            let mut environment = environment.clone();
            environment.extend(strings(&step["env"]));
            let always = step["if"].as_str().is_some_and(|only| only.contains("!cancelled()"));
            Some(Step { script, environment, always })
        }))
    }

    /// Runs steps one after the other until one fails, and after it those that run even then; gives what came of the one that
    /// failed, else of the last.
    fn run_until_one_fails<'a>(&self, steps: impl Iterator<Item = Step<'a>>) -> Outcome {
        let mut last: Option<Outcome> = None;
        for step in steps {
            let failed = last.as_ref().is_some_and(|outcome| outcome.code != Some(0));
            if !failed {
                last = Some(self.run(step.script, &step.environment));
            } else if step.always {
                self.run(step.script, &step.environment).succeeds();
            }
        }
        last.expect("a step that runs something")
    }
}

/// A step of a job that runs something.
struct Step<'a> {
    script: &'a str,
    environment: Variables,
    /// Also where one before it has failed.
    always: bool,
}

#[test]
fn on_github_a_pull_request_has_one_comment_and_what_is_approved_is_applied() {
    with_repository(&[PULL_REQUEST, MAIN], PRODUCTION, |repository| {
        repository.github("plan", "plan", PULL_REQUEST).succeeds();
        let first = repository.comment();
        for text in ["### Entra ID sync of `contoso.com`", "1 to delete", "`jack.king@contoso.com`"] {
            assert!(first.contains(text), "{text}: {first}");
        }
        assert!(first.contains("proofpoint_azure_sync.this will be created"), "{first}");
        assert!(!first.contains("nora.olsen"), "{first}");

        // The next push: the same comment, brought up to date.
        repository.stage.hire("nora.olsen");
        repository.stage.simulator.forget_requests();
        repository.github("plan", "plan", PULL_REQUEST).succeeds();
        let second = repository.comment();
        assert!(second.contains("`nora.olsen@contoso.com`"), "{second}");
        repository.assert_nothing_was_changed();

        // Merged: planned once more, and shown to whoever approves.
        repository.github("apply", "plan", MAIN).succeeds();
        let root = repository.stage.workspace.root();
        let text = |name: &str| std::fs::read_to_string(root.join(name)).expect("what a step left");
        assert_eq!(text("output"), "changes=true\n");
        assert!(text("summary").contains("`nora.olsen@contoso.com`"), "{}", text("summary"));
        repository.assert_nothing_was_changed();

        // The identity that writes is for jobs behind the approval alone.
        let refused = repository.github("apply", "apply", MAIN);
        assert_ne!(refused.code, Some(0), "{refused}");
        refused.says("federated");
        assert_eq!(repository.settings(), json!(null));
        // An apply that failed has written the state, so that its plan is one of before.
        repository.github("apply", "plan", MAIN).succeeds();
        repository.github("apply", "apply", PRODUCTION).succeeds().says("3 added, 0 changed, 0 destroyed");
        assert_eq!(repository.settings()["sync_frequency"], json!(6));

        // Nothing is left to approve, and the comment of the next change says so.
        repository.stage.simulator.forget_requests();
        repository.github("apply", "plan", MAIN).succeeds();
        assert!(repository.stage.workspace.read("changes").starts_with("false"));
        repository.github("plan", "plan", PULL_REQUEST).succeeds();
        assert!(repository.comment().contains("The plan, which changes nothing"));
        repository.assert_nothing_was_changed();

        // Nobody commits what the jobs have left by mistake: it names people.
        let script = "git init --quiet . && git add --all && git ls-files";
        let kept = repository.run(script, &Variables::new()).succeeds().stdout;
        let example = crate::support::workspace::repository().join("examples/pipelines");
        let ours =
            |file: &&str| example.join(file).exists() || ["docker.txt", ".terraform.lock.hcl"].contains(file);
        let strange: Vec<&str> = kept.lines().filter(|file| !ours(file)).collect();
        assert!(strange.is_empty() && kept.contains("main.tf"), "not in .gitignore: {strange:?}");
    });
}

#[test]
fn a_plan_that_is_refused_is_shown_with_its_reason_and_the_report() {
    with_repository(&[PULL_REQUEST, MAIN], PRODUCTION, |repository| {
        repository.github("plan", "plan", PULL_REQUEST).succeeds();
        assert!(repository.comment().contains("1 to delete"));
        for name in ["anna.berg", "ben.cole"] {
            repository.stage.delete_person(name);
        }
        repository.stage.simulator.forget_requests();
        let refused = repository.github("plan", "plan", PULL_REQUEST);
        assert_eq!(refused.code, Some(1), "{refused}");
        let shown = repository.comment();
        for text in [
            "**3 to delete",
            "`anna.berg@contoso.com`",
            "<details open><summary>There is no plan</summary>",
            "The sync would remove too many accounts of contoso.com",
            "raise `max_removals`",
        ] {
            assert!(shown.contains(text), "{text}: {shown}");
        }
        // The plan of before is not there to be judged, or applied.
        for left in ["tfplan", "plan.json"] {
            assert!(!repository.stage.workspace.path().join(left).exists(), "{left}");
        }
        // And whoever would approve sees why there is nothing to approve.
        let merged = repository.github("apply", "plan", MAIN);
        assert_eq!(merged.code, Some(1), "{merged}");
        let root = repository.stage.workspace.root();
        let text = |name: &str| std::fs::read_to_string(root.join(name)).expect("what a step left");
        assert_eq!(text("output"), "changes=refused\n");
        assert!(text("summary").contains("There is no plan"), "{}", text("summary"));
        repository.assert_nothing_was_changed();
    });
}

#[test]
fn a_nightly_pipeline_is_quiet_while_people_come_and_go_and_fails_when_the_sync_stands_still() {
    with_repository(&[MAIN], PRODUCTION, |repository| {
        let nightly = |repository: &Repository<'_>| repository.github("nightly", "nightly", MAIN);
        // There is no sync yet: that is what nobody has applied, and no alarm.
        let first = nightly(repository);
        assert_eq!(first.code, Some(2), "{first}");
        first.does_not_say("needs attention");
        repository.github("apply", "plan", MAIN).succeeds();
        repository.github("apply", "apply", PRODUCTION).succeeds();
        repository.stage.simulator.forget_requests();
        nightly(repository).succeeds();
        repository.assert_nothing_was_changed();

        // What nobody has applied.
        let text = repository.stage.workspace.read("main.tf");
        repository.stage.workspace.write("main.tf", &text.replace("frequency    = 6", "frequency    = 12"));
        let waiting = nightly(repository);
        assert_eq!(waiting.code, Some(2), "{waiting}");
        repository.stage.workspace.write("main.tf", &text);

        repository.stage.hire("nora.olsen");
        repository.stage.delete_person("ben.cole");
        nightly(repository).succeeds().does_not_say("needs attention");
        repository.stage.simulator.advance_clock("25h");
        assert!(repository.stage.account("nora.olsen").is_object(), "Proofpoint has run");
        nightly(repository).succeeds().does_not_say("needs attention");

        // A domain that Proofpoint does not know stops every run.
        for (path, body) in
            [("domains", json!({ "id": "contoso.net" })), ("domains/contoso.net/verify", json!({}))]
        {
            repository.stage.simulator.graph_done(Method::POST, path, Some(&body));
        }
        repository.stage.simulator.advance_clock("25h");
        let alarm = nightly(repository);
        assert_eq!(alarm.code, Some(3), "{alarm}");
        alarm.says("No changes").says("needs attention").says("The last good run ended");
    });
}

#[test]
fn a_comment_fits_however_much_there_is_to_say() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("a file");
    // As long as the function lets a report be, and a plan in which somebody's name tries to break out of it.
    write("report.md", &"| `a@contoso.com` | of whom there is much to say |\n".repeat(1100));
    write("plan.txt", &"  + \"e@contoso.com\" = \"</pre> @all & more\"\n".repeat(5000));
    write("changes", "true\n");
    let script = repository().join("examples/pipelines/ci/comment.sh");
    let status = std::process::Command::new("sh").arg(script).current_dir(dir.path()).status().expect("sh");
    assert!(status.success());
    let comment = std::fs::read_to_string(dir.path().join("comment.md")).expect("the comment");
    assert!(comment.len() <= 65_536 && comment.len() > 65_000, "{} bytes", comment.len());
    assert!(
        comment.starts_with(MARKER) && comment.ends_with("is in the log of the job.\n</pre></details>\n")
    );
    assert_eq!(comment.matches("</pre>").count(), 1);
    assert!(comment.contains("&lt;/pre&gt; @all &amp; more"));
}
