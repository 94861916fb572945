//! What a sync would do to a real organization: reads the directory and the organization, computes the report and puts
//! it into the form in which configurations use it.

mod object;

pub use object::{CountsModel, FindingModel, ReportModel};
