//! What a person sets so that core attaches to a provider that runs already, for example under a debugger.

use serde_json::json;

use super::address::Address;

/// Lines to paste into a shell; `source` is the provider's address without host, as in `required_providers`.
pub(super) fn instructions(source: &str, address: &Address) -> String {
    let variable = json!({
        source: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            // Without it Terraform stops the process after one command, and 1.11 crashes.
            "Test": true,
            "Addr": { "Network": address.network(), "String": address.to_string() },
        }
    });
    format!(
        "# The provider runs until it is interrupted. In another shell:\n\
         export TF_REATTACH_PROVIDERS='{variable}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_reads_as_core_expects_it() {
        let text = instructions("acme/thing", &Address::Unix("/tmp/x/s".into()));
        let line = text.lines().last().unwrap();
        let json = line.strip_prefix("export TF_REATTACH_PROVIDERS='").unwrap().strip_suffix('\'').unwrap();
        let parsed: serde_json::Value = serde_json::from_str(json).unwrap();
        let expected = json!({"acme/thing": {
            "Protocol": "grpc", "ProtocolVersion": 6, "Pid": std::process::id(), "Test": true,
            "Addr": {"Network": "unix", "String": "/tmp/x/s"},
        }});
        assert_eq!(parsed, expected);
    }
}
