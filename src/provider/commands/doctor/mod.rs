//! `doctor`: signs in to both sides, looks at what a configuration would meet there, and says what stands in the way. It
//! changes nothing.

mod arguments;
mod document;
mod entra;
mod essentials;
mod examination;
mod level;
mod next;
mod order;
mod reach;
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
use level::Level;
use report::Report;
use screen::Paint;
use step::{Step, StepName};

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
  4    one side could not be reached, asks to come back later, or refused the sign-in
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
    // Before the end, which would leave the screen otherwise.
    let report = examination.tap.take().map(|tap| Report::of(&tap.take()));
    match &report {
        Some(report) if arguments.json => terminal.tell(&report.text),
        Some(report) => show(&format!("\n{}", report.text))?,
        None => {}
    }
    show(&if arguments.json {
        document::write(&arguments.domain, &steps, verdict, &next)
    } else {
        screen::end(&steps, verdict, examination.configuration.read_only, &next, paint)
    })?;
    if let (Some(file), Some(report)) = (&arguments.report, &report) {
        hand_over(terminal, arguments, file, report).await?;
    }
    Ok(Completion::Answer(verdict.exit_code()))
}

/// Writes the report, which has been shown, if that is wanted.
async fn hand_over(
    terminal: &dyn Terminal,
    arguments: &Arguments,
    file: &Path,
    report: &Report,
) -> Result<(), Diagnostics> {
    let name = file.display();
    let found = counted(report.differences, "difference");
    let question = format!("Write the report above to `{name}`? It has {found}.");
    let wanted = if arguments.yes { Some(true) } else { terminal.ask(&question).await };
    match wanted {
        Some(true) => {
            new_file::create(file, &report.text)?;
            let what_for = match report.differences {
                0 => "Nothing is otherwise than the provider expects: attach it where you were asked to.",
                _ => "Attach it to an issue.",
            };
            terminal.tell(&format!("`{name}` is written: {found}. {what_for}"));
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
