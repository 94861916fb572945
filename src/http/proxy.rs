//! Proxies, from the environment map: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case.

use reqwest::{NoProxy, Proxy, Url};

use crate::env::{self, EnvMap, Variable};

/// This machine is never reached through a proxy.
const NEVER: &str = "localhost,127.0.0.0/8,::1";

type MakeProxy = fn(Url) -> reqwest::Result<Proxy>;

/// A proxy variable whose value is no address of a proxy. The value is not shown: it may hold a password.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unusable {
    pub(super) variable: &'static str,
}

/// The proxies to use, closest first.
pub(super) fn of(env: &EnvMap) -> Result<Vec<Proxy>, Unusable> {
    let exempt = match value(env, &env::NO_PROXY) {
        Some(list) => NoProxy::from_string(&format!("{NEVER},{list}")),
        None => NoProxy::from_string(NEVER),
    };
    let mut proxies = Vec::new();
    let kinds: [(_, MakeProxy); 3] =
        [(&env::HTTPS_PROXY, Proxy::https), (&env::HTTP_PROXY, Proxy::http), (&env::ALL_PROXY, Proxy::all)];
    for (variable, proxy) in kinds {
        let Some(text) = value(env, variable) else { continue };
        let unusable = Unusable { variable: variable.name };
        let Some(address) = address(text) else { return Err(unusable) };
        let Ok(proxy) = proxy(address) else { return Err(unusable) };
        proxies.push(proxy.no_proxy(exempt.clone()));
    }
    Ok(proxies)
}

fn value<'a>(env: &'a EnvMap, variable: &Variable) -> Option<&'a str> {
    env.value(variable).or_else(|| env.get(&variable.name.to_ascii_lowercase()))
}

/// A proxy's address; without a scheme it speaks http, as curl has it.
fn address(text: &str) -> Option<Url> {
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> EnvMap {
        pairs.iter().copied().collect()
    }

    #[test]
    fn every_set_variable_makes_a_proxy() {
        let env = env(&[("HTTPS_PROXY", "proxy.test:3128"), ("all_proxy", "http://u:p@other.test")]);
        assert_eq!(of(&env).expect("usable").len(), 2);
        assert_eq!(of(&EnvMap::default()).expect("usable").len(), 0);
    }

    #[test]
    fn an_unusable_address_names_its_variable_and_shows_no_value() {
        for address in ["socks5://hush@proxy.test", "http://", "http://[hush"] {
            let unusable = of(&env(&[("HTTPS_PROXY", address)])).expect_err("unusable");
            assert_eq!(unusable, Unusable { variable: "HTTPS_PROXY" });
        }
    }
}
