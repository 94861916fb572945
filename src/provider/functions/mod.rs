//! Functions that configurations can call. Pure: they need neither network nor configuration.

mod console_url;
mod parse_id;
mod permission_id;
mod report_markdown;

pub(crate) use console_url::ConsoleUrl;
pub(crate) use parse_id::ParseId;
pub(crate) use permission_id::PermissionId;
pub(crate) use report_markdown::ReportMarkdown;
