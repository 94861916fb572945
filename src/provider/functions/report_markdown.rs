//! `report_markdown(report)`: the report for a comment on a pull request.

use crate::preview::ReportModel;
use framework::attr::AttributeType;
use framework::function::{Arguments, Function, FunctionError, Parameter, Signature};
use framework::value::{Type, Value};
use sync_report::Report;

/// The function.
pub struct ReportMarkdown;

impl Function for ReportMarkdown {
    fn signature(&self) -> Signature {
        Signature {
            name: "report_markdown",
            summary: "Turns the report of a sync into Markdown",
            description: "Turns the `report` of the data source `proofpoint_azure_sync_preview` into GitHub-flavoured \
                          Markdown with one table a section, made for comments on pull requests. Names from the \
                          directory stay text: nothing in them becomes a link, a mention or markup.",
            parameters: vec![Parameter {
                name: "report",
                description: "The `report` of the data source `proofpoint_azure_sync_preview`.",
                value_type: ReportModel::shape().value_type(),
                allow_null: false,
            }],
            variadic: None,
            returns: Type::String,
        }
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let report = arguments.get::<ReportModel>(0)?;
        Ok(Value::string(Report::from(&report).markdown()))
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
        let argument = ReportModel::from(&report).write();
        let markdown = ReportMarkdown.call(&Arguments::new(vec![argument])).unwrap();
        let markdown = markdown.as_str().unwrap();
        assert!(markdown.contains("#### Deleting (1)"));
        assert!(markdown.contains("| `carl@contoso.com` | end\\_user | `its user was deleted in Entra` |"));
    }

    #[test]
    fn the_signature_is_one_that_core_takes() {
        assert_eq!(ReportMarkdown.signature().check(), Vec::<String>::new());
    }
}
