//! Functions that configurations can call. Pure: they need neither network nor configuration.

mod console_url;
mod parse_id;
mod permission_id;
mod report_markdown;

pub use console_url::ConsoleUrl;
pub use parse_id::ParseId;
pub use permission_id::PermissionId;
pub use report_markdown::ReportMarkdown;
