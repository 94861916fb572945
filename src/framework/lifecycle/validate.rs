//! The attributes' own rules about a configuration.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{self, Model};
use crate::path::Path;
use crate::schema::{Nesting, Schema, Shape};
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
    walk.body(schema, &Path::root(), config);
    diagnostics
}

struct Walk<'a> {
    config: &'a Value,
    write_only: bool,
    announced: bool,
    diagnostics: &'a mut Diagnostics,
}

impl Walk<'_> {
    fn body(&mut self, schema: &Schema, path: &Path, object: &Value) {
        if object.is_null() || object.is_unknown() {
            return;
        }
        for attribute in &schema.attributes {
            let value = object.member(&attribute.name);
            let path = path.clone().join(Path::attribute(attribute.name.clone()));
            if attribute.write_only && !self.write_only && !value.is_null() {
                let detail = format!(
                    "`{path}` is write-only, which this version of the command line does not know: Terraform has it \
                     from 1.11 on, OpenTofu from 1.11 on. Upgrade it or use another argument."
                );
                self.diagnostics
                    .push(Diagnostic::error("Write-only argument not supported", detail).at(path));
                continue;
            }
            for rule in &attribute.validators {
                if rule.sees_absent() || !value.is_null() && !value.is_unknown() {
                    let mut check = Check {
                        value,
                        path: &path,
                        config: self.config,
                        write_only: self.announced,
                        diagnostics: &mut *self.diagnostics,
                    };
                    rule.validate(&mut check);
                }
            }
            if let Shape::Nested(nesting, body) = &attribute.shape {
                self.elements(body, *nesting, &path, value);
            }
        }
        for block in &schema.blocks {
            let path = path.clone().join(Path::attribute(block.name.clone()));
            self.elements(&block.body, block.nesting, &path, object.member(&block.name));
        }
    }

    fn elements(&mut self, schema: &Schema, nesting: Nesting, path: &Path, value: &Value) {
        match (nesting, value) {
            (Nesting::Single, object) => self.body(schema, path, object),
            (_, Value::List(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    self.body(schema, &path.clone().index(index), element);
                }
            }
            (_, Value::Set(elements)) => elements.iter().for_each(|element| self.body(schema, path, element)),
            (_, Value::Map(members)) => {
                for (key, member) in members {
                    self.body(schema, &path.clone().key(key.clone()), member);
                }
            }
            _ => {}
        }
    }
}
