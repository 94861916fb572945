//! Functions that configurations can call. Pure: they need neither network nor configuration.

mod report_markdown;

pub use report_markdown::ReportMarkdown;
