//! What the command line may say, and nothing about what is done with it.

use std::net::SocketAddr;
use std::path::PathBuf;

const HELP: &str = "\
proofpoint-azure-simulator: Entra ID, Microsoft Graph and Proofpoint Essentials in one local process

  --listen ADDR       address to listen on (default 127.0.0.1:0, a free port)
  --plain             http instead of https
  --tls-dir DIR       where the own CA is written as ca.pem (default: a directory for this process)
  --signing-key FILE  keep the key that signs tokens in this file, made when there is none: a token then
                      outlives a restart
  --env-file FILE     write the environment a provider needs for the first tenant, as export lines
  --data FILE         start from this state (the shape that GET /_control/state gives)
  --behaviour FILE    JSON object of switches, as POST /_control/behaviour takes it
  --faults FILE       JSON array of faults, as POST /_control/faults takes it
  --tenants N         number of tenants (default 1), each with an Essentials organization
  --users N           users in each tenant (default 12)
  --groups N          groups in each tenant (default 4)
  --latency MS        delay before every answer (default 0)
  --replica-lag MS    time until every Graph replica shows a write (default 0)
  --time-scale N      how many times faster than real time the clock runs (default 1)
  --seed N            everything that looks random follows from this number (default 1)
  --state-of URL      start nothing: print what the running simulator holds whose first line gives URL as
                      `control`; --tls-dir is the one that it was given
  --help, --version
";

/// The outcome of reading the command line.
pub(crate) enum Command {
    /// Serve.
    Run(Box<Arguments>),
    /// Print what the simulator with this control plane holds.
    StateOf { control: String, tls_dir: Option<PathBuf> },
    /// Print this and leave.
    Print(String),
}

/// Everything that can be chosen at the start.
#[derive(Clone, Debug)]
pub(crate) struct Arguments {
    pub(crate) listen: SocketAddr,
    pub(crate) plain: bool,
    pub(crate) tls_dir: Option<PathBuf>,
    pub(crate) signing_key: Option<PathBuf>,
    pub(crate) env_file: Option<PathBuf>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) behaviour: Option<PathBuf>,
    pub(crate) faults: Option<PathBuf>,
    pub(crate) tenants: usize,
    pub(crate) users: usize,
    pub(crate) groups: usize,
    /// Milliseconds.
    pub(crate) latency: u64,
    /// Milliseconds on the simulator's clock.
    pub(crate) replica_lag: u64,
    pub(crate) time_scale: f64,
    pub(crate) seed: u64,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            plain: false,
            tls_dir: None,
            signing_key: None,
            env_file: None,
            data: None,
            behaviour: None,
            faults: None,
            tenants: 1,
            users: 12,
            groups: 4,
            latency: 0,
            replica_lag: 0,
            time_scale: 1.0,
            seed: 1,
        }
    }
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
            "--help" | "-h" => return Ok(Command::Print(HELP.trim_end().to_owned())),
            "--version" => {
                return Ok(Command::Print(
                    concat!("proofpoint-azure-simulator ", env!("CARGO_PKG_VERSION")).into(),
                ));
            }
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
            "--tls-dir" => arguments.tls_dir = Some(value()?.into()),
            "--signing-key" => arguments.signing_key = Some(value()?.into()),
            "--env-file" => arguments.env_file = Some(value()?.into()),
            "--data" => arguments.data = Some(value()?.into()),
            "--behaviour" => arguments.behaviour = Some(value()?.into()),
            "--faults" => arguments.faults = Some(value()?.into()),
            "--tenants" => arguments.tenants = number(name, &value()?)?,
            "--users" => arguments.users = number(name, &value()?)?,
            "--groups" => arguments.groups = number(name, &value()?)?,
            "--latency" => arguments.latency = number(name, &value()?)?,
            "--replica-lag" => arguments.replica_lag = number(name, &value()?)?,
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
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match parse(&words)? {
            Command::Run(arguments) => Ok(*arguments),
            Command::Print(text) | Command::StateOf { control: text, .. } => Err(text),
        }
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
    fn a_time_scale_of_zero_is_refused() {
        assert!(run(&["--time-scale", "0"]).unwrap_err().contains("--time-scale"));
    }
}
