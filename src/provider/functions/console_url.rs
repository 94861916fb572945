//! `console_url(region)`: where the console of a Proofpoint Essentials stack is.

use crate::provider_block::RegionName;
use framework::function::{Function, FunctionDescription, FunctionError};

/// The function.
pub(crate) struct ConsoleUrl;

impl Function for ConsoleUrl {
    type Arguments = RegionName;
    type Returns = String;

    fn describe(&self) -> FunctionDescription {
        FunctionDescription::new(
            "console_url",
            "The address of a region's Proofpoint Essentials console",
            "Returns the address of the Proofpoint Essentials console of a region, which is also the redirect address \
             that the sync's application registration needs.",
        )
        .parameter("region", "`us1`, `us2`, `us3`, `us4`, `us5` or `eu1`.")
    }

    fn call(&self, RegionName(region): RegionName) -> Result<String, FunctionError> {
        Ok(region.address())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_console() {
        let url = |region: &str| ConsoleUrl.call(RegionName(region.parse().expect("a region")));
        assert_eq!(url("eu1").expect("an address"), "https://eu1.proofpointessentials.com");
        assert_eq!(url("us5").expect("an address"), "https://us5.proofpointessentials.com");
    }
}
