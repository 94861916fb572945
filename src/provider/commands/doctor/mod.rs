//! `doctor`: signs in to both sides, looks at what a configuration would meet there, and says what stands in the way. It
//! changes nothing.

mod arguments;
mod document;
mod entra;
mod essentials;
mod examination;
mod next;
mod order;
mod report;
mod screen;
mod step;
mod sync;

use std::io;
use std::path::Path;

use futures::FutureExt as _;

use crate::commands::new_file;
use arguments::Arguments;
use examination::Examination;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::subcommand::{Completion, Invocation, Subcommand, Terminal};
use grammar::counted;
use report::Report;
use screen::Paint;
use step::{Level, Step, StepName};

/// The subcommand.
pub(super) const SUBCOMMAND: Subcommand = Subcommand {
    name: "doctor",
    summary: "Look at both sides of a domain and say what a plan would meet",
    help: "\
DOMAIN [--tenant TENANT] [--json] [--report FILE [--yes]]

Signs in to Microsoft Entra ID and to Proofpoint Essentials as the provider would, looks at the organization of DOMAIN
and its tenant, and says what stands in the way of a sync: credentials, permissions, clocks, policies, domains, what is
there already and what a first run would do. It changes nothing on either side and takes a minute at most.

Both sides sign in from the environment, as the provider does: ARM_CLIENT_ID and its companions, and
PROOFPOINT_ESSENTIALS_USERNAME, _PASSWORD and _REGION.

Options:
  --tenant TENANT  Tenant of the organization, by id or domain. Default: ARM_TENANT_ID, else that of DOMAIN
  --report FILE    Compare every answer with what the provider relies on, show the differences without any value, ask,
                   and write them to FILE, which must not exist yet, to attach to an issue
  --yes            Write the report without asking; where nobody can be asked, it is not written otherwise
  --json           Write the findings as JSON instead: its members are told in the guide `doctor`

Exit codes:
  0    healthy: nothing stands in the way
  1    the command line can't be read, or the report can't be written
  2    it works, with warnings
  3    an apply would fail
  4    one side could not be reached or refused the sign-in
  5    one side is not configured
  130  interrupted",
    run: |invocation| run(invocation).boxed(),
};

async fn run(invocation: Invocation<'_>) -> Result<Completion, Diagnostics> {
    let arguments = Arguments::read(invocation.arguments)?;
    let cancel = invocation.cancel.clone();
    tokio::select! {
        biased;
        () = cancel.cancelled() => {
            invocation.terminal.tell("Interrupted. Nothing was changed.");
            Ok(Completion::Interrupted)
        }
        done = examine(&invocation, &arguments) => done,
    }
}

/// Goes through all steps, and shows each as soon as it is done.
async fn examine(invocation: &Invocation<'_>, arguments: &Arguments) -> Result<Completion, Diagnostics> {
    let terminal = invocation.terminal;
    let paint = Paint::for_person(terminal.is_watched(), invocation.environment);
    let show = |text: &str| terminal.print(text).map_err(|error| unwritable(&error));
    if !arguments.json {
        show(&screen::heading(&arguments.domain))?;
    }
    let mut examination = Examination::begin(invocation, arguments);
    let mut steps: Vec<Step> = Vec::new();
    for name in StepName::ALL {
        terminal.progress(steps.len(), StepName::ALL.len(), name.title());
        let step = Box::pin(order::take(name, &mut examination)).await;
        invocation.unless_interrupted().await;
        if !arguments.json {
            show(&screen::step(&step, paint))?;
        }
        steps.push(step);
    }
    let verdict = steps.iter().map(Step::level).max().unwrap_or(Level::Fine);
    let next = next::command(&examination, &steps, verdict);
    show(&if arguments.json {
        document::write(&arguments.domain, &steps, verdict, &next)
    } else {
        screen::end(verdict, &next, paint)
    })?;
    if let (Some(file), Some(tap)) = (&arguments.report, examination.tap.take()) {
        let report = Report::of(&tap.take());
        hand_over(terminal, arguments, file, &report).await?;
    }
    Ok(Completion::Answer(verdict.exit_code()))
}

/// Shows the report, and writes it if that is wanted.
async fn hand_over(
    terminal: &dyn Terminal,
    arguments: &Arguments,
    file: &Path,
    report: &Report,
) -> Result<(), Diagnostics> {
    if arguments.json {
        terminal.tell(&report.text);
    } else {
        terminal.print(&format!("\n{}\n", report.text)).map_err(|error| unwritable(&error))?;
    }
    let name = file.display();
    let wanted =
        if arguments.yes { Some(true) } else { terminal.ask(&format!("Write it to `{name}`?")).await };
    match wanted {
        Some(true) => {
            new_file::create(file, &report.text)?;
            let found = counted(report.differences, "difference");
            terminal.tell(&format!("`{name}` is written: {found}. Attach it to an issue."));
            Ok(())
        }
        Some(false) => {
            terminal.tell("Nothing was written.");
            Ok(())
        }
        None => Err(Diagnostic::error(
            format!("`{name}` was not written"),
            "Nobody can be asked here. Add `--yes` to write it once you have seen what is in it.",
        )
        .into()),
    }
}

fn unwritable(error: &io::Error) -> Diagnostics {
    Diagnostic::error("Standard output can't be written", format!("{error}.")).into()
}
