//! `report_markdown(report)`: the report for a comment on a pull request.

use crate::preview::ReportModel;
use framework::function::{Function, FunctionDescription, FunctionError};
use sync_report::Report;

/// The function.
pub(crate) struct ReportMarkdown;

impl Function for ReportMarkdown {
    type Arguments = ReportModel;
    type Returns = String;

    fn describe(&self) -> FunctionDescription {
        FunctionDescription::new(
            "report_markdown",
            "Turns the report of a sync into Markdown",
            "Turns the `report` of the data source `proofpoint_azure_sync_preview` into GitHub-flavoured Markdown with \
             one table a section, made for comments on pull requests. Names from the directory stay text: nothing in \
             them becomes a link, a mention or markup.",
        )
        .parameter("report", "The `report` of the data source `proofpoint_azure_sync_preview`.")
    }

    fn call(&self, report: ReportModel) -> Result<String, FunctionError> {
        Ok(Report::from(&report).markdown())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use sync_report::{Row, Section};

    #[test]
    fn the_report_object_becomes_tables() {
        let row = Row { kind: "end_user".to_owned(), text: "its user was deleted in Entra".to_owned() };
        let rows = BTreeMap::from([("carl@contoso.com".to_owned(), row)]);
        let mut report = Report { deleting: Section { total: 1, rows }, ..Report::default() };
        report.counts.deleting = 1;
        let markdown = ReportMarkdown.call(ReportModel::from(&report)).unwrap();
        assert!(markdown.contains("#### Deleting (1)"));
        assert!(markdown.contains("| `carl@contoso.com` | end\\_user | `its user was deleted in Entra` |"));
    }
}
