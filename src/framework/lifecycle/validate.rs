//! The attributes' own rules about a configuration.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{self, Model};
use crate::path::{Path, Step};
use crate::schema::{Attribute, Nesting, Schema, Shape};
use crate::service::ClientCapabilities;
use crate::validators::{Check, ConfigRule};
use crate::value::Value;

/// Holds a configuration against the rules of its attributes, then against those about several of them, then against what its
/// author wrote. Each sees only what passed the one before.
pub(crate) fn whole<M: Model>(
    schema: &Schema,
    value: &Value,
    capabilities: Option<ClientCapabilities>,
    rules: &[ConfigRule],
    author: impl FnOnce(&M, &mut Diagnostics),
) -> Diagnostics {
    let mut diagnostics = config(schema, value, capabilities);
    if !diagnostics.has_errors() {
        for rule in rules {
            rule.judge(value, &mut diagnostics);
        }
    }
    if !diagnostics.has_errors() {
        match model::read(value) {
            Ok(config) => author(&config, &mut diagnostics),
            Err(error) => diagnostics.push(error),
        }
    }
    diagnostics
}

/// Holds a configuration against the rules of its attributes.
fn config(schema: &Schema, config: &Value, capabilities: Option<ClientCapabilities>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let write_only = capabilities.is_none_or(|capabilities| capabilities.write_only_attributes_allowed);
    let announced = capabilities.is_some_and(|capabilities| capabilities.write_only_attributes_allowed);
    let mut walk = Walk { config, write_only, announced, diagnostics: &mut diagnostics };
    walk.body(schema, &mut Path::root(), config);
    diagnostics
}

struct Walk<'a> {
    config: &'a Value,
    write_only: bool,
    announced: bool,
    diagnostics: &'a mut Diagnostics,
}

impl Walk<'_> {
    fn body(&mut self, schema: &Schema, path: &mut Path, object: &Value) {
        if object.is_null() || object.is_unknown() {
            return;
        }
        for attribute in &schema.attributes {
            let value = object.member_near(&attribute.name, attribute.place);
            path.within(Step::Attribute(attribute.name.clone()), |path| {
                self.attribute(attribute, path, value);
            });
        }
        for block in &schema.blocks {
            let value = object.member_near(&block.name, block.place);
            path.within(Step::Attribute(block.name.clone()), |path| {
                self.elements(&block.body, block.nesting, path, value);
            });
        }
    }

    fn attribute(&mut self, attribute: &Attribute, path: &mut Path, value: &Value) {
        if attribute.write_only && !self.write_only && !value.is_null() {
            let detail = format!(
                "`{path}` is write-only, which this version of the command line does not know: Terraform has it from 1.11 \
                 on, OpenTofu from 1.11 on. Upgrade it or use another argument."
            );
            let refusal = Diagnostic::error("Write-only argument not supported", detail);
            self.diagnostics.push(refusal.at(path.clone()));
            return;
        }
        for rule in &attribute.validators {
            if rule.sees_absent() || !value.is_null() && !value.is_unknown() {
                let mut check = Check {
                    value,
                    path,
                    config: self.config,
                    write_only: self.announced,
                    diagnostics: &mut *self.diagnostics,
                };
                rule.validate(&mut check);
            }
        }
        if let Shape::Nested(nesting, body) = &attribute.shape {
            self.elements(body, *nesting, path, value);
        }
    }

    fn elements(&mut self, schema: &Schema, nesting: Nesting, path: &mut Path, value: &Value) {
        match (nesting, value) {
            (Nesting::Single, object) => self.body(schema, path, object),
            (_, Value::List(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    path.within(Step::Index(index), |path| self.body(schema, path, element));
                }
            }
            (_, Value::Set(elements)) => elements.iter().for_each(|element| self.body(schema, path, element)),
            (_, Value::Map(members)) => {
                for (key, member) in members {
                    path.within(Step::Key(key.to_string()), |path| self.body(schema, path, member));
                }
            }
            _ => {}
        }
    }
}
