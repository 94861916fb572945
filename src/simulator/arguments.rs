//! What the command line may say, and nothing about what is done with it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::directory::ids;
use crate::moods::{self, Moods};

/// What the arguments are.
pub(crate) const HELP: &str = "\
proofpoint-azure-simulator: Entra ID, Microsoft Graph and Proofpoint Essentials in one local process

  --listen ADDR       address to listen on (default 127.0.0.1:0, a free port)
  --plain             http instead of https
  --name NAME         a name besides `localhost` by which it is reached, as a container's; may be given again
  --tls-dir DIR       where the own CA is written as ca.pem (default: a directory for this process)
  --signing-key FILE  keep the key that signs tokens in this file, made when there is none: a token then
                      outlives a restart
  --env-file FILE     write the environment a provider needs for the first tenant, as export lines; with
                      --customer, for the partner
  --data FILE         start from this state (the shape that GET /_control/state gives)
  --mood FILE         JSON object of moods, as POST /_control/moods takes it; or NAME=VALUE; may be given again
  --faults FILE       JSON array of faults, as POST /_control/faults takes it
  --tenants N         number of tenants (default 1), each with an Essentials organization
  --customer DOMAIN=ID
                      instead of those, a partner and a customer of it who has no organization yet: DOMAIN is
                      verified in the tenant ID, which has consented to the partner's application, one for
                      many tenants; may be given again
  --users N           users in each tenant (default 12)
  --groups N          groups in each tenant (default 4)
  --latency MS        delay before every answer (default 0)
  --time-scale N      how many times faster than real time the clock runs (default 1)
  --seed N            everything that looks random follows from this number (default 1)
  --state-of URL      start nothing: print what the running simulator holds whose first line gives URL as
                      `control`; --tls-dir is the one that it was given
  --moods             print what is told of every mood: the page src/simulator/MOODS.md
  --help, --version
";

/// The outcome of reading the command line.
pub(crate) enum Command {
    /// Serve.
    Run(Box<Arguments>),
    /// Print what the simulator with this control plane holds.
    StateOf { control: String, tls_dir: Option<PathBuf> },
    /// Print what there is to know of the program.
    Help,
    /// Print this and leave.
    Print(String),
}

/// Moods of the command line.
#[derive(Clone, Debug)]
pub(crate) enum Mood {
    File(PathBuf),
    /// A name and a value: JSON, or a text without its quotes.
    One(String, String),
}

impl Mood {
    fn read(text: &str) -> Self {
        match text.split_once('=') {
            Some((name, value)) => Self::One(name.to_owned(), value.to_owned()),
            None => Self::File(text.into()),
        }
    }
}

/// A customer who is not Proofpoint's yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Customer {
    /// The default domain of its tenant.
    pub(crate) domain: String,
    pub(crate) tenant_id: String,
}

impl Customer {
    fn read(text: &str) -> Result<Self, String> {
        let pair = text.split_once('=').map(|(domain, id)| (domain.to_lowercase(), id.to_lowercase()));
        match pair {
            Some((domain, tenant_id)) if domain.contains('.') && ids::is_guid(&tenant_id) => {
                Ok(Self { domain, tenant_id })
            }
            _ => Err(format!(
                "`--customer` can't be `{text}`; it is a domain and a tenant id: contoso.com=GUID"
            )),
        }
    }
}

/// Everything that can be chosen at the start.
#[derive(Clone, Debug)]
pub struct Arguments {
    pub(crate) listen: SocketAddr,
    pub(crate) plain: bool,
    /// For its certificate, and for whom the control plane answers.
    pub(crate) names: Vec<String>,
    pub(crate) tls_dir: Option<PathBuf>,
    pub(crate) signing_key: Option<PathBuf>,
    pub(crate) env_file: Option<PathBuf>,
    pub(crate) data: Option<PathBuf>,
    /// In the order in which they are to be set.
    pub(crate) moods: Vec<Mood>,
    pub(crate) faults: Option<PathBuf>,
    pub(crate) tenants: usize,
    /// Where there are some, the only ones besides their partner.
    pub(crate) customers: Vec<Customer>,
    pub(crate) users: usize,
    pub(crate) groups: usize,
    /// Milliseconds.
    pub(crate) latency: u64,
    pub(crate) time_scale: f64,
    pub(crate) seed: u64,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            plain: false,
            names: Vec::new(),
            tls_dir: None,
            signing_key: None,
            env_file: None,
            data: None,
            moods: Vec::new(),
            faults: None,
            tenants: 1,
            customers: Vec::new(),
            users: 12,
            groups: 4,
            latency: 0,
            time_scale: 1.0,
            seed: 1,
        }
    }
}

impl Arguments {
    /// Reads the words of a command line. Those that print something and end are refused.
    pub fn read(words: &[&str]) -> Result<Self, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match parse(&words)? {
            Command::Run(arguments) => Ok(*arguments),
            Command::StateOf { .. } | Command::Help | Command::Print(_) => {
                Err("these arguments start nothing".to_owned())
            }
        }
    }

    /// The moods in force at the start.
    pub(crate) fn moods(&self) -> Result<Moods, String> {
        let mut moods = Moods::default();
        for mood in &self.moods {
            match mood {
                Mood::One(name, text) => {
                    let set = |moods: &mut Moods, value: Value| {
                        moods.apply(&Map::from_iter([(name.clone(), value)]))
                    };
                    let read = serde_json::from_str(text).ok();
                    // A word may look like JSON, as `false` does.
                    if read.is_none_or(|value| set(&mut moods, value).is_err()) {
                        set(&mut moods, Value::from(text.as_str()))?;
                    }
                }
                Mood::File(path) => match read_json(path)? {
                    Value::Object(changes) => {
                        moods.apply(&changes).map_err(|problem| format!("{}: {problem}", path.display()))?;
                    }
                    _ => return Err(format!("{} must hold a JSON object", path.display())),
                },
            }
        }
        Ok(moods)
    }
}

/// A file with a JSON document.
pub(crate) fn read_json(path: &Path) -> Result<Value, String> {
    let text = std::fs::read(path).map_err(|error| format!("{} can't be read: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{} is not JSON: {error}", path.display()))
}

/// Reads `--name value` and `--name=value`; anything else is an error that names the word.
pub(crate) fn parse(given: &[String]) -> Result<Command, String> {
    let mut arguments = Arguments::default();
    let mut state_of = None;
    let mut words = given.iter();
    while let Some(word) = words.next() {
        let (name, attached) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        match name {
            "--help" | "-h" => return Ok(Command::Help),
            "--version" => {
                return Ok(Command::Print(
                    concat!("proofpoint-azure-simulator ", env!("CARGO_PKG_VERSION")).into(),
                ));
            }
            "--moods" => return Ok(Command::Print(moods::page().trim_end().to_owned())),
            "--plain" if attached.is_none() => {
                arguments.plain = true;
                continue;
            }
            _ => {}
        }
        let mut value = || {
            attached
                .clone()
                .or_else(|| words.next().cloned())
                .ok_or_else(|| format!("`{name}` needs a value; see --help"))
        };
        match name {
            "--listen" => arguments.listen = number(name, &value()?)?,
            "--name" => arguments.names.push(value()?),
            "--tls-dir" => arguments.tls_dir = Some(value()?.into()),
            "--signing-key" => arguments.signing_key = Some(value()?.into()),
            "--env-file" => arguments.env_file = Some(value()?.into()),
            "--data" => arguments.data = Some(value()?.into()),
            "--mood" => arguments.moods.push(Mood::read(&value()?)),
            "--faults" => arguments.faults = Some(value()?.into()),
            "--tenants" => arguments.tenants = number(name, &value()?)?,
            "--customer" => arguments.customers.push(Customer::read(&value()?)?),
            "--users" => arguments.users = number(name, &value()?)?,
            "--groups" => arguments.groups = number(name, &value()?)?,
            "--latency" => arguments.latency = number(name, &value()?)?,
            "--seed" => arguments.seed = number(name, &value()?)?,
            "--state-of" => state_of = Some(value()?),
            "--time-scale" => {
                arguments.time_scale = number(name, &value()?)?;
                if !(arguments.time_scale.is_finite() && arguments.time_scale > 0.0) {
                    return Err("`--time-scale` must be a number above 0".to_owned());
                }
            }
            _ => return Err(format!("`{word}` is not an argument of the simulator; see --help")),
        }
    }
    if arguments.tenants == 0 {
        return Err("`--tenants` must be at least 1".to_owned());
    }
    let customers = &arguments.customers;
    if !customers.is_empty() && (arguments.tenants != 1 || arguments.data.is_some()) {
        return Err("`--customer` goes with neither `--tenants` nor `--data`".to_owned());
    }
    let repeated = |(number, one): (usize, &Customer)| {
        customers
            .iter()
            .take(number)
            .any(|other| other.domain == one.domain || other.tenant_id == one.tenant_id)
    };
    if customers.iter().enumerate().any(repeated) {
        return Err("each `--customer` has a domain and a tenant of its own".to_owned());
    }
    Ok(match state_of {
        Some(control) => Command::StateOf { control, tls_dir: arguments.tls_dir },
        None => Command::Run(Box::new(arguments)),
    })
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{name}` can't be `{text}`; see --help"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &[&str]) -> Result<Arguments, String> {
        Arguments::read(words)
    }

    #[test]
    fn moods_come_one_by_one_or_in_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), r#"{ "error_body": "text", "unit_limit": 7 }"#).unwrap();
        let path = file.path().to_str().unwrap();
        let words = [
            "--mood",
            path,
            "--mood",
            "unit_limit=8",
            "--mood=replica_lag=3 reads",
            "--mood",
            "disable_login_shows=false",
        ];
        let moods = run(&words).unwrap().moods().unwrap().to_json();
        assert_eq!((&moods["unit_limit"], &moods["replica_lag"]), (&8.into(), &"3 reads".into()));
        assert_eq!((&moods["error_body"], &moods["disable_login_shows"]), (&"text".into(), &"false".into()));
        assert!(run(&["--mood", "colour=red"]).unwrap().moods().unwrap_err().contains("`colour`"));
    }

    #[test]
    fn values_may_follow_or_be_attached() {
        let arguments = run(&["--users", "3", "--groups=5", "--plain", "--time-scale", "60"]).unwrap();
        assert_eq!((arguments.users, arguments.groups, arguments.plain), (3, 5, true));
        assert!((arguments.time_scale - 60.0).abs() < f64::EPSILON);
    }

    #[test]
    fn an_unknown_word_is_named() {
        assert!(run(&["--frobnicate"]).unwrap_err().contains("--frobnicate"));
    }

    #[test]
    fn customers_have_a_domain_and_a_tenant_each() {
        const IDS: [&str; 2] =
            ["11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-22222222AAAA"];
        let given =
            [format!("--customer=Contoso.com={}", IDS[0]), format!("--customer=adatum.com={}", IDS[1])];
        let customers = run(&[&given[0], &given[1]]).unwrap().customers;
        assert_eq!(customers[0].domain, "contoso.com");
        assert_eq!(customers[1].tenant_id, "22222222-2222-2222-2222-22222222aaaa");
        let other = format!("--customer=contoso.net={}", IDS[0]);
        for (words, told) in [
            (vec!["--customer", "contoso.com"], "contoso.com=GUID"),
            (vec!["--customer", "contoso.com=1"], "contoso.com=GUID"),
            (vec![&given[0], "--tenants", "2"], "--tenants"),
            (vec![&given[0], "--data", "state.json"], "--data"),
            (vec![&given[0], &other], "of its own"),
        ] {
            assert!(run(&words).unwrap_err().contains(told), "{words:?}");
        }
    }

    #[test]
    fn a_time_scale_of_zero_is_refused() {
        assert!(run(&["--time-scale", "0"]).unwrap_err().contains("--time-scale"));
    }
}
