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
        // `NoProxy` takes it for names only and not for addresses.
        Some(list) if list.split(',').any(|host| host.trim() == "*") => return Ok(Vec::new()),
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
    use crate::http::client::{self, Options};

    fn env(pairs: &[(&str, &str)]) -> EnvMap {
        pairs.iter().copied().collect()
    }

    #[test]
    fn every_set_variable_makes_a_proxy() {
        let env = env(&[("HTTPS_PROXY", "proxy.test:3128"), ("all_proxy", "http://u:p@other.test")]);
        assert_eq!(of(&env).expect("usable").len(), 2);
        assert_eq!(of(&EnvMap::default()).expect("usable").len(), 0);
    }

    /// How a request for `target` begins on the wire. One listener is the proxy and the target: `PORT` is its port.
    async fn beginning(variables: &[(&str, &str)], target: &str) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let port = listener.local_addr().expect("address").port().to_string();
        let with_port = |text: &str| text.replace("PORT", &port);
        let env = variables.iter().map(|(name, value)| (*name, with_port(value))).collect();
        let options = Options { ca_bundle: None, env, user_agent: "test".to_owned() };
        let request = client::build(&options).expect("a client").get(with_port(target)).send();
        let accepted = async {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut bytes = [0; 1024];
            let read = tokio::io::AsyncReadExt::read(&mut stream, &mut bytes).await.expect("a request");
            String::from_utf8_lossy(&bytes[..read]).replace(&port, "PORT")
        };
        tokio::select! {
            failed = request => panic!("{target} with {variables:?} went elsewhere: {failed:?}"),
            beginning = accepted => beginning,
        }
    }

    /// The first byte of a TLS handshake: the target itself was spoken to.
    const DIRECT: &str = "\u{16}";
    const PROXY: &str = "http://127.0.0.1:PORT";
    /// Another proxy, where nobody listens.
    const NOBODY: &str = "http://127.0.0.1:1";
    /// This machine under an address that is not loopback's.
    const HERE: &str = "https://0.0.0.0:PORT/";

    #[tokio::test]
    async fn requests_go_through_the_proxy_that_the_environment_names() {
        type Variables = &'static [(&'static str, &'static str)];
        let table: [(Variables, &str, &str); 8] = [
            (&[("HTTPS_PROXY", PROXY)], "https://graph.test/", "CONNECT graph.test:443 "),
            (&[("https_proxy", "127.0.0.1:PORT")], "https://graph.test:8443/", "CONNECT graph.test:8443 "),
            (
                &[("HTTPS_PROXY", PROXY), ("https_proxy", NOBODY)],
                "https://graph.test/",
                "CONNECT graph.test:443 ",
            ),
            (&[("ALL_PROXY", PROXY)], "https://graph.test/", "CONNECT graph.test:443 "),
            (
                &[("all_proxy", NOBODY), ("HTTPS_PROXY", PROXY)],
                "https://graph.test/",
                "CONNECT graph.test:443 ",
            ),
            (&[("HTTP_PROXY", PROXY)], "http://machine.test/token", "GET http://machine.test/token "),
            (&[("HTTP_PROXY", NOBODY)], HERE, DIRECT),
            (&[], HERE, DIRECT),
        ];
        for (variables, target, expected) in table {
            let beginning = beginning(variables, target).await;
            assert!(beginning.starts_with(expected), "{target} with {variables:?}: {beginning:?}");
        }
    }

    #[tokio::test]
    async fn what_the_environment_exempts_and_this_machine_are_reached_directly() {
        let through_proxy = beginning(&[("HTTPS_PROXY", PROXY), ("NO_PROXY", "other.test")], HERE).await;
        assert!(through_proxy.starts_with("CONNECT 0.0.0.0:PORT "), "{through_proxy:?}");
        for (variable, list) in
            [("NO_PROXY", "other.test, 0.0.0.0"), ("no_proxy", "0.0.0.0/8"), ("NO_PROXY", "*")]
        {
            let beginning = beginning(&[("HTTPS_PROXY", NOBODY), (variable, list)], HERE).await;
            assert!(beginning.starts_with(DIRECT), "{variable}={list}: {beginning:?}");
        }
        for here in ["https://127.0.0.1:PORT/", "https://localhost:PORT/"] {
            for variables in
                [&[("HTTPS_PROXY", NOBODY)][..], &[("ALL_PROXY", NOBODY), ("NO_PROXY", "other.test")]]
            {
                let beginning = beginning(variables, here).await;
                assert!(beginning.starts_with(DIRECT), "{here} with {variables:?}: {beginning:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_proxys_password_goes_to_the_proxy() {
        let proxy = [("HTTPS_PROXY", "http://user:hush@127.0.0.1:PORT")];
        let beginning = beginning(&proxy, "https://graph.test/").await.to_ascii_lowercase();
        assert!(beginning.contains("proxy-authorization: basic dxnlcjpodxno\r\n"), "{beginning}");
    }

    #[test]
    fn an_unusable_address_names_its_variable_and_shows_no_value() {
        for address in ["socks5://hush@proxy.test", "http://", "http://[hush"] {
            let unusable = of(&env(&[("HTTPS_PROXY", address)])).expect_err("unusable");
            assert_eq!(unusable, Unusable { variable: "HTTPS_PROXY" });
        }
    }
}
