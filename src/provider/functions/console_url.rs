//! `console_url(region)`: where the console of a Proofpoint Essentials stack is.

use crate::provider_block::Region;
use framework::function::{Arguments, Function, FunctionError, Parameter, Signature};
use framework::value::{Type, Value};

/// The function.
pub struct ConsoleUrl;

impl Function for ConsoleUrl {
    fn signature(&self) -> Signature {
        Signature {
            name: "console_url",
            summary: "The address of a region's Proofpoint Essentials console",
            description: "Returns the address of the Proofpoint Essentials console of a region, which is also the \
                          redirect address that the sync's application registration needs.",
            parameters: vec![Parameter {
                name: "region",
                description: "`us1`, `us2`, `us3`, `us4`, `us5` or `eu1`.",
                value_type: Type::String,
                allow_null: false,
            }],
            variadic: None,
            returns: Type::String,
        }
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let name = arguments.get::<String>(0)?;
        let region: Region =
            name.parse().map_err(|error| FunctionError::argument(0, format!("`{name}`: {error}.")))?;
        Ok(Value::string(region.address()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_console() {
        let url = |region: &str| ConsoleUrl.call(&Arguments::new(vec![region.into()]));
        assert_eq!(url("eu1"), Ok("https://eu1.proofpointessentials.com".into()));
        assert_eq!(url("eu2").expect_err("unknown").argument, Some(0));
        assert_eq!(ConsoleUrl.signature().check(), Vec::<String>::new());
    }
}
