//! The other forges: GitLab, Azure Pipelines and Atlantis.

use serde_json::Value;

use super::{Repository, Step, Variables, variables, with_repository};
use crate::support::forge::TOKEN;
use crate::support::workspace::Outcome;

const REVIEW: &str = "project_path:contoso/mail:ref_type:branch:ref:change";
const MAIN: &str = "project_path:contoso/mail:ref_type:branch:ref:main";
/// What GitLab calls a job that applies: like any other of its branch, since a subject tells no environment.
const PRODUCTION: &str = MAIN;

fn lines(list: &Value) -> String {
    let lines = list.as_array().cloned().unwrap_or_default();
    lines.iter().map(|line| line.as_str().expect("a line")).collect::<Vec<_>>().join("\n")
}

impl Repository<'_> {
    /// Runs a job of GitLab's, with what it extends.
    fn gitlab(&self, job: &str, subject: &str) -> Outcome {
        let file = self.read("gitlab/gitlab-ci.yml");
        let job = &file[job];
        let parent = job["extends"].as_str().map_or(Value::Null, |name| file[name].clone());
        let mut environment = self.variables.clone();
        environment.extend(variables([
            ("CI_API_V4_URL", format!("{}/api/v4", self.forge.address).as_str()),
            ("CI_PROJECT_ID", "1"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("REPORT_TOKEN", TOKEN),
        ]));
        for layer in [&parent, job] {
            for name in layer["id_tokens"].as_object().into_iter().flat_map(|tokens| tokens.keys()) {
                environment.insert(name.clone(), self.token(subject));
            }
            for (name, value) in layer["variables"].as_object().into_iter().flatten() {
                let value = value.as_str().expect("text");
                let value = value.strip_prefix('$').map_or(value, |other| self.variables[other].as_str());
                environment.insert(name.clone(), value.to_owned());
            }
        }
        let before = if job["before_script"].is_null() {
            &file["default"]["before_script"]
        } else {
            &job["before_script"]
        };
        self.run(&format!("{}\n{}", lines(before), lines(&job["script"])), &environment)
    }

    /// Runs the scripts of a job of Azure Pipelines.
    fn azure(&self, stage: &str, group: &str, subject: &str, pull_request: bool) -> Outcome {
        let file = self.read("azure-devops/azure-pipelines.yml");
        let stages = file["stages"].as_array().expect("stages");
        let stage = stages.iter().find(|one| one["stage"] == stage).expect("the stage");
        let job = &stage["jobs"][0];
        let deployment = &job["strategy"]["runOnce"]["deploy"]["steps"];
        let steps = if deployment.is_null() { &job["steps"] } else { deployment };
        self.forge.runs_as(&self.token(subject));
        let mut groups = 0;
        let mut environment = variables([
            ("SYSTEM_COLLECTIONURI", format!("{}/", self.forge.address).as_str()),
            ("SYSTEM_TEAMPROJECTID", "mail"),
            ("BUILD_REPOSITORY_ID", "r"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"),
            ("SYSTEM_OIDCREQUESTURI", &format!("{}/oidc", self.forge.address)),
            ("PIPELINE_WORKSPACE", &format!("{}/pipeline", self.stage.workspace.root().display())),
        ]);
        for variable in job["variables"].as_array().expect("variables") {
            if let Some(name) = variable["name"].as_str() {
                environment.insert(name.to_owned(), variable["value"].as_str().expect("text").to_owned());
            } else {
                assert_eq!(
                    variable["group"].as_str(),
                    Some(format!("proofpoint-{}", group.to_lowercase()).as_str())
                );
                groups += 1;
            }
        }
        assert_eq!(groups, 1, "{job:#}");
        self.run_until_one_fails(steps.as_array().expect("steps").iter().filter_map(|step| {
            let only = step["condition"].as_str().unwrap_or_default();
            let script = step["bash"].as_str().filter(|_| pull_request || !only.contains("'PullRequest'"))?;
            let mut environment = environment.clone();
            for (name, value) in step["env"].as_object().into_iter().flatten() {
                let value = value.as_str().expect("text");
                let filled = match value {
                    "$(System.AccessToken)" => TOKEN,
                    "$(connection)" => "the-connection",
                    "$(tenant)" => &self.variables["ARM_TENANT_ID"],
                    "$(client)" => &self.variables[&format!("{group}_CLIENT_ID")],
                    "$(region)" => "",
                    "$(username)" => &self.variables[&format!("{group}_USERNAME")],
                    "$(password)" => &self.variables[&format!("{group}_PASSWORD")],
                    other if other.contains("$(") => panic!("nobody gives a job {other}"),
                    other => other,
                };
                environment.insert(name.clone(), filled.to_owned());
            }
            Some(Step { script, environment, always: only.contains("not(canceled())") })
        }))
    }

    /// Runs the steps of a stage of Atlantis' workflow, and gives what it would show as a comment.
    fn atlantis(&self, stage: &str) -> Outcome {
        let file = self.read("atlantis/repos.yaml");
        let root = self.stage.workspace.root().display().to_string();
        let mut environment: Variables = self.variables.clone();
        let token = format!("{root}/token");
        std::fs::write(&token, self.token(MAIN)).expect("the pod's token");
        environment.extend(variables([
            ("AZURE_FEDERATED_TOKEN_FILE", token.as_str()),
            ("PLANFILE", &format!("{root}/atlantis.tfplan")),
            ("SHOWFILE", &format!("{root}/atlantis.json")),
        ]));
        let mut shown: Option<Outcome> = None;
        for step in file["workflows"]["proofpoint"][stage]["steps"].as_array().expect("steps") {
            if let Some(variable) = step["env"].as_object() {
                let value = match variable.get("command").and_then(Value::as_str) {
                    Some(command) => self.run(command, &environment).succeeds().stdout,
                    None => variable["value"].as_str().expect("text").to_owned(),
                };
                environment.insert(variable["name"].as_str().expect("a name").to_owned(), value);
            } else if let Some(script) = step["run"].as_str() {
                let mut outcome = self.run(script, &environment).succeeds();
                if let Some(before) = shown {
                    outcome.stdout = before.stdout + &outcome.stdout;
                }
                shown = Some(outcome);
            } else {
                assert_eq!(step, "policy_check");
            }
        }
        shown.expect("a step that runs something")
    }
}

#[test]
fn on_gitlab_a_merge_request_has_one_note_and_what_is_started_by_hand_is_applied() {
    with_repository(&[REVIEW, MAIN], PRODUCTION, |repository| {
        repository.gitlab("review", REVIEW).succeeds();
        assert!(repository.comment().contains("`jack.king@contoso.com`"));
        repository.stage.hire("nora.olsen");
        repository.stage.simulator.forget_requests();
        repository.gitlab("review", REVIEW).succeeds();
        assert!(repository.comment().contains("`nora.olsen@contoso.com`"));
        repository.gitlab("plan", MAIN).succeeds().says("Entra ID sync of `contoso.com`");
        repository.gitlab("policy", MAIN).succeeds();
        repository.assert_nothing_was_changed();
        repository.gitlab("apply", PRODUCTION).succeeds().says("3 added, 0 changed, 0 destroyed");
        repository.gitlab("nightly", MAIN).succeeds();
    });
}

#[test]
fn on_azure_devops_a_pull_request_has_one_thread_and_what_is_approved_is_applied() {
    const READS: &str = "sc://contoso/mail/proofpoint-reader";
    const WRITES: &str = "sc://contoso/mail/proofpoint-writer";
    with_repository(&[READS], WRITES, |repository| {
        repository.azure("plan", "READER", READS, true).succeeds();
        assert!(repository.comment().contains("`jack.king@contoso.com`"));
        repository.stage.hire("nora.olsen");
        repository.stage.simulator.forget_requests();
        repository.azure("plan", "READER", READS, true).succeeds();
        assert!(repository.comment().contains("`nora.olsen@contoso.com`"));
        repository.azure("plan", "READER", READS, false).succeeds();
        repository.assert_nothing_was_changed();
        // By hand somebody may start it on any branch.
        let file = repository.read("azure-devops/azure-pipelines.yml");
        let apply = &file["stages"].as_array().expect("stages")[1];
        let when = apply["condition"].as_str().expect("a condition");
        assert!(when.contains("eq(variables['Build.SourceBranch'], 'refs/heads/main')"), "{when}");
        // What `publish` and `download` carry from one stage to the other.
        let carried = "mkdir -p ../pipeline/plan && cp tfplan ../pipeline/plan/";
        repository.run(carried, &Variables::new()).succeeds();
        repository.azure("apply", "WRITER", WRITES, false).succeeds().says("3 added, 0 changed, 0 destroyed");
        repository.azure("nightly", "READER", READS, false).succeeds();
    });
}

#[test]
fn atlantis_shows_the_report_and_applies_the_plan_that_it_saved() {
    with_repository(&[MAIN], MAIN, |repository| {
        let shown = repository.atlantis("plan");
        shown.says("proofpoint_azure_sync.this will be created").says("`jack.king@contoso.com`");
        repository.atlantis("policy_check");
        // What is judged is the plan that is applied, with the report that its policies ask about.
        let file = repository.stage.workspace.root().join("atlantis.json");
        let judged: Value =
            serde_json::from_slice(&std::fs::read(file).expect("what is judged")).expect("JSON");
        let changes = judged["resource_changes"].as_array().expect("changes");
        assert!(changes.iter().any(|one| one["address"] == "proofpoint_azure_sync.this"), "{judged:#}");
        let read = judged["prior_state"].to_string();
        assert!(
            read.contains("proofpoint_azure_sync_preview") && read.contains("\"removals\""),
            "{judged:#}"
        );
        repository.assert_nothing_was_changed();
        repository.atlantis("apply").says("3 added, 0 changed, 0 destroyed");
    });
}
