//! A provider of files of this machine: each is created, read, changed in place, deleted and imported.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

use framework::prelude::*;

/// What the program says of itself.
pub const PROGRAM: Program = Program {
    name: "another",
    source: "example/another",
    version: env!("CARGO_PKG_VERSION"),
    help: "Keeps files of this machine as they are written in a configuration.",
    subcommands: &[],
};

model! {
    /// A file with its content and its permissions.
    pub struct FileModel {
        /// Where it is. Another path means another file.
        path: Attr<String> => required().requires_replace(),
        /// What stands in it, text in UTF-8.
        content: Attr<String> => required(),
        /// Who may read, write and execute it: four octal digits.
        mode: Attr<String> => optional().computed().default_value("0644").check(four_octal_digits),
    }
}

fn four_octal_digits(mode: &str) -> Result<(), String> {
    let fits = mode.len() == 4 && mode.chars().all(|digit| digit.is_digit(8));
    if fits { Ok(()) } else { Err("must be four octal digits, such as `0644`".to_owned()) }
}

/// The provider with all that it offers.
pub fn provider() -> Provider<()> {
    Provider::without_configuration(PROGRAM.name, PROGRAM.help).resource(FileResource)
}

struct FileResource;

impl Resource for FileResource {
    plain!(FileModel);

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("file").imported_by(FileModel::path)
    }

    async fn create(&self, _: &Context, plan: Planned<Self>, _: &mut Diagnostics) -> Settled<Self> {
        let mut options = OpenOptions::new();
        // Never over a file that somebody else has made.
        let file = options.write(true).create_new(true).mode(0o600).open(plan.model.path.text());
        let file = file.map_err(failed("create", &plan.model))?;
        if let Err(error) = fill(file, &plan.model) {
            // Half a file would stand in the way of the next apply.
            let _ = fs::remove_file(plan.model.path.text());
            Err(failed("create", &plan.model)(error))?;
        }
        Ok(State::new(plan.model))
    }

    async fn read(&self, _: &Context, state: State<Self>, _: &mut Diagnostics) -> Found<Self> {
        let path = state.model.path.text();
        let found = fs::metadata(path).and_then(|found| Ok((found, fs::read_to_string(path)?)));
        let found = unless_gone(found).map_err(failed("read", &state.model))?;
        Ok(found.map(|(metadata, content)| {
            let mode = format!("{:04o}", metadata.permissions().mode() & 0o7777);
            State::new(FileModel { content: content.into(), mode: mode.into(), ..state.model })
        }))
    }

    async fn update(
        &self,
        _: &Context,
        _: State<Self>,
        plan: Planned<Self>,
        _: &mut Diagnostics,
    ) -> Settled<Self> {
        let file = OpenOptions::new().write(true).truncate(true).open(plan.model.path.text());
        file.and_then(|file| fill(file, &plan.model)).map_err(failed("change", &plan.model))?;
        Ok(State::new(plan.model))
    }

    async fn delete(&self, _: &Context, state: State<Self>, _: &mut Diagnostics) -> Settled<Self, ()> {
        unless_gone(fs::remove_file(state.model.path.text())).map_err(failed("delete", &state.model))?;
        Ok(())
    }
}

fn fill(mut file: File, model: &FileModel) -> io::Result<()> {
    file.write_all(model.content.text().as_bytes())?;
    let mode = u32::from_str_radix(model.mode.text(), 8).map_err(io::Error::other)?;
    file.set_permissions(Permissions::from_mode(mode))
}

fn unless_gone<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

fn failed(verb: &str, model: &FileModel) -> impl Fn(io::Error) -> Diagnostic {
    let path = model.path.text();
    move |error| {
        let exists = error.kind() == io::ErrorKind::AlreadyExists;
        let advice =
            if exists { format!(" Import it to manage it: its id is `{path}`.") } else { String::new() };
        Diagnostic::error(format!("Can't {verb} the file `{path}`"), format!("{error}.{advice}"))
            .at(FileModel::path())
    }
}
