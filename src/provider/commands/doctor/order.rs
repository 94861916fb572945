//! How each step is taken. One that fails is told; those that need it are skipped, and the rest goes on.

use super::examination::Examination;
use super::step::{Step, StepName};
use super::{entra, essentials, sync};

/// Takes a step.
pub(super) async fn take(name: StepName, known: &mut Examination) -> Step {
    let mut step = Step::new(name);
    let into = &mut step;
    known.limit(name);
    match name {
        StepName::EntraCredential => entra::credential(known, into),
        StepName::EntraSignIn => Box::pin(entra::sign_in(known, into)).await,
        StepName::EntraPermissions => entra::permissions(known, into),
        StepName::ProofpointCredential => essentials::credential(known, into),
        StepName::ProofpointSignIn => Box::pin(essentials::sign_in(known, into)).await,
        StepName::Clocks => essentials::clocks(known, into),
        StepName::Organization => Box::pin(essentials::organization(known, into)).await,
        StepName::Domains => Box::pin(sync::domains(known, into)).await,
        StepName::DirectorySync => Box::pin(sync::directory(known, into)).await,
        StepName::Policies => Box::pin(sync::policies(known, into)).await,
        StepName::Applications => Box::pin(entra::applications(known, into)).await,
        StepName::Sync => Box::pin(sync::held(known, into)).await,
        StepName::FirstRun => Box::pin(sync::next_run(known, into)).await,
    }
    step
}
