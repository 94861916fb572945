//! Core's own rules about plans and results. Debug builds hold every response against them, so that a test finds
//! what core would refuse.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::Path;
use crate::schema::{Attribute, Nesting, Schema, Shape};
use crate::value::Value;

/// Core's rules for the answer to a plan.
pub(crate) fn plan(
    schema: &Schema,
    prior: &Value,
    config: &Value,
    planned: &Value,
    replace: &[Path],
) -> Diagnostics {
    let mut found = Findings { summary: "Provider produced invalid plan", all: Diagnostics::new() };
    let root = Path::root();
    if config.is_null() {
        if !planned.is_null() {
            found.push(&root, "a destroy must plan null");
        }
        return found.all;
    }
    if planned.is_null() {
        found.push(&root, "planned for absence but the configuration wants existence");
        return found.all;
    }
    found.planned_body(schema, &root, prior, config, planned);
    for path in replace {
        if !prior.has(path) && !planned.has(path) {
            found.push(path, "replacement is required for a path that exists neither before nor after");
        }
    }
    found.all
}

/// Core's rules for the answer to an apply without errors.
pub(crate) fn apply(schema: &Schema, planned: &Value, result: &Value) -> Diagnostics {
    let mut found =
        Findings { summary: "Provider produced inconsistent result after apply", all: Diagnostics::new() };
    let root = Path::root();
    match (planned.is_null(), result.is_null()) {
        (true, true) => {}
        (true, false) => found.push(&root, "the object was absent from the plan, but is present now"),
        (false, true) => found.push(&root, "the object was present in the plan, but is absent now"),
        (false, false) => {
            if let Some(path) = result.first_unknown() {
                found.push(&path, "is still unknown after apply");
            }
            found.applied_body(schema, &root, planned, result);
        }
    }
    found.all
}

/// Core's rule for a plan made anew with more values known: what was known stays.
#[cfg(test)]
pub(crate) fn replan(schema: &Schema, first: &Value, second: &Value) -> Diagnostics {
    let mut found =
        Findings { summary: "Provider produced inconsistent final plan", all: Diagnostics::new() };
    if first.is_null() == second.is_null() {
        found.applied_body(schema, &Path::root(), first, second);
    } else {
        found.push(&Path::root(), "the planned action changed");
    }
    found.all
}

struct Findings {
    summary: &'static str,
    all: Diagnostics,
}

impl Findings {
    fn push(&mut self, path: &Path, text: &str) {
        let place = if path.is_root() { "the object".to_owned() } else { format!("`{path}`") };
        let detail = format!("{place}: {text}. This is a bug in the provider.");
        self.all.push(Diagnostic::error(self.summary, detail).at(path.clone()));
    }

    fn planned_body(&mut self, schema: &Schema, path: &Path, prior: &Value, config: &Value, planned: &Value) {
        self.members(schema, path, planned);
        for attribute in &schema.attributes {
            let name = attribute.name.as_ref();
            let path = path.clone().join(Path::attribute(attribute.name.clone()));
            self.planned_attribute(
                attribute,
                &path,
                prior.member(name),
                config.member(name),
                planned.member(name),
            );
        }
        for block in &schema.blocks {
            let name = block.name.as_ref();
            let path = path.clone().join(Path::attribute(block.name.clone()));
            let (prior, config, planned) = (prior.member(name), config.member(name), planned.member(name));
            if config.is_unknown() {
                if !planned.is_unknown() {
                    self.push(&path, "a value is planned for unknown blocks");
                }
                continue;
            }
            if planned.is_unknown() {
                self.push(&path, "blocks must not be unknown, only the attributes in them");
                continue;
            }
            if block.nesting != Nesting::Single && planned.is_null() {
                self.push(&path, "the absence of blocks is an empty collection, not null");
                continue;
            }
            self.planned_elements(&block.body, block.nesting, &path, prior, config, planned, true);
        }
    }

    fn planned_attribute(
        &mut self,
        attribute: &Attribute,
        path: &Path,
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        if attribute.write_only {
            if !planned.is_null() {
                self.push(path, "a write-only attribute must be null in a plan");
            }
            return;
        }
        if config.is_null() {
            if !attribute.computed && !planned.is_null() {
                self.push(
                    path,
                    "a value is planned for an attribute that is neither configured nor computed",
                );
            }
            return;
        }
        if let (Shape::Nested(nesting, body), false, false) =
            (&attribute.shape, config.is_unknown(), planned.is_unknown())
        {
            // What is nested is judged attribute by attribute.
            self.planned_elements(body, *nesting, path, prior, config, planned, false);
            return;
        }
        if planned != config && (prior.is_null() || planned != prior) {
            self.push(path, "the planned value matches neither the configured nor the prior value");
        }
    }

    #[expect(clippy::too_many_arguments, reason = "three values side by side and where they are")]
    fn planned_elements(
        &mut self,
        schema: &Schema,
        nesting: Nesting,
        path: &Path,
        prior: &Value,
        config: &Value,
        planned: &Value,
        block: bool,
    ) {
        const NULL: &Value = &Value::Null;
        match (config, planned) {
            (Value::Null, Value::Null) => {}
            (Value::Null, _) | (_, Value::Null) => {
                self.push(path, "existence in the plan differs from existence in the configuration");
            }
            _ if nesting == Nesting::Single => self.planned_element(schema, path, prior, config, planned),
            (Value::List(configs), Value::List(plans)) => {
                if configs.len() != plans.len() {
                    self.push(path, "the number of elements differs from the configuration");
                    return;
                }
                for (index, (config, planned)) in configs.iter().zip(plans).enumerate() {
                    let prior = prior.as_elements().and_then(|elements| elements.get(index)).unwrap_or(NULL);
                    self.planned_element(schema, &path.clone().index(index), prior, config, planned);
                }
            }
            (Value::Map(configs), Value::Map(plans)) => {
                if !configs.keys().eq(plans.keys()) {
                    self.push(path, "the keys differ from the configuration");
                    return;
                }
                for ((key, config), planned) in configs.iter().zip(plans.values()) {
                    self.planned_element(
                        schema,
                        &path.clone().key(key.clone()),
                        prior.member(key),
                        config,
                        planned,
                    );
                }
            }
            (Value::Set(configs), Value::Set(plans)) => {
                if !block && configs.len() != plans.len() {
                    self.push(path, "the number of elements differs from the configuration");
                }
                if block && plans.iter().any(Value::is_unknown) {
                    self.push(path, "a block must not be unknown, only the attributes in it");
                }
            }
            _ => self.push(path, "the planned value is of another kind than the configured one"),
        }
    }

    fn planned_element(
        &mut self,
        schema: &Schema,
        path: &Path,
        prior: &Value,
        config: &Value,
        planned: &Value,
    ) {
        match (config, planned) {
            (Value::Unknown, Value::Unknown) | (Value::Null, Value::Null) => {}
            (Value::Map(_), Value::Map(_)) => self.planned_body(schema, path, prior, config, planned),
            _ => self.push(path, "the planned element differs in kind from the configured one"),
        }
    }

    fn applied_body(&mut self, schema: &Schema, path: &Path, planned: &Value, result: &Value) {
        self.members(schema, path, result);
        for attribute in &schema.attributes {
            let name = attribute.name.as_ref();
            let path = path.clone().join(Path::attribute(attribute.name.clone()));
            let result = result.member(name);
            if attribute.write_only {
                if !result.is_null() {
                    self.push(&path, "a write-only attribute must be null in state");
                }
            } else {
                self.applied_value(&path, planned.member(name), result);
            }
        }
        for block in &schema.blocks {
            let name = block.name.as_ref();
            let path = path.clone().join(Path::attribute(block.name.clone()));
            let (planned, result) = (planned.member(name), result.member(name));
            match (block.nesting, planned, result) {
                (Nesting::Single, Value::Map(_), Value::Map(_)) => {
                    self.applied_body(&block.body, &path, planned, result);
                }
                _ => self.applied_value(&path, planned, result),
            }
        }
    }

    fn applied_value(&mut self, path: &Path, planned: &Value, result: &Value) {
        match (planned, result) {
            (Value::Unknown, _) => {}
            (Value::Dynamic(ty, planned), Value::Dynamic(own, result)) if ty == own => {
                self.applied_value(path, planned, result);
            }
            (Value::Dynamic(_, inner), _) if inner.is_unknown() => {}
            (Value::List(planned), Value::List(result)) => {
                if planned.len() != result.len() {
                    self.push(path, "the number of elements changed");
                    return;
                }
                for (index, (planned, result)) in planned.iter().zip(result).enumerate() {
                    self.applied_value(&path.clone().index(index), planned, result);
                }
            }
            (Value::Map(planned), Value::Map(result)) => {
                if !planned.keys().eq(result.keys()) {
                    self.push(path, "an element has appeared or vanished");
                    return;
                }
                for ((key, planned), result) in planned.iter().zip(result.values()) {
                    self.applied_value(&path.clone().key(key.clone()), planned, result);
                }
            }
            (Value::Set(planned), Value::Set(result)) => {
                // Unknown elements may turn out equal to others, so a set can shrink but never grow.
                if result.len() > planned.len() {
                    self.push(path, "the set has grown");
                }
                if planned.iter().any(|planned| !result.iter().any(|result| fits(planned, result))) {
                    self.push(path, "a planned element of the set is not in the result");
                }
            }
            (planned, result) if planned == result => {}
            (Value::Null, _) => self.push(path, "was null, but now has a value"),
            (_, Value::Null) => self.push(path, "had a value, but now is null"),
            _ => self.push(path, "has another value than planned"),
        }
    }

    /// An object holds exactly the members of its schema.
    fn members(&mut self, schema: &Schema, path: &Path, object: &Value) {
        let Some(members) = object.as_members() else { return };
        if !members.keys().map(AsRef::as_ref).eq(schema.names()) {
            self.push(path, "the members of the object are not those of the schema");
        }
    }
}

/// Whether a result can be what a planned value with unknown parts has become.
fn fits(planned: &Value, result: &Value) -> bool {
    match (planned, result) {
        (Value::Unknown, _) => true,
        (Value::Dynamic(_, planned), Value::Dynamic(_, result)) => fits(planned, result),
        (Value::List(planned), Value::List(result)) => {
            planned.len() == result.len() && planned.iter().zip(result).all(|(a, b)| fits(a, b))
        }
        (Value::Set(planned), Value::Set(result)) => {
            result.len() <= planned.len() && planned.iter().all(|a| result.iter().any(|b| fits(a, b)))
        }
        (Value::Map(planned), Value::Map(result)) => {
            planned.keys().eq(result.keys())
                && planned.iter().zip(result.values()).all(|((_, a), b)| fits(a, b))
        }
        (planned, result) => planned == result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::rules::{block, computed, optional, required};
    use crate::value::Type;

    fn schema() -> Schema {
        let text = || Shape::Plain(Type::String);
        let mut row = Schema::default();
        row.field("x", String::new(), text(), optional());
        let mut schema = Schema::default();
        schema.field("name", String::new(), text(), required());
        schema.field("id", String::new(), text(), computed());
        schema.field("note", String::new(), text(), optional());
        schema.field("secret", String::new(), text(), optional().write_only());
        schema.field("tags", String::new(), Shape::Plain(Type::set(Type::String)), optional());
        schema.field("row", String::new(), Shape::Nested(Nesting::List, row), block());
        schema
    }

    fn object(changes: &[(&str, Value)]) -> Value {
        let Value::Map(mut members) = schema().empty_value() else { unreachable!("a body is an object") };
        members.insert("name".into(), "n".into());
        for (name, value) in changes {
            members.insert((*name).to_owned().into(), value.clone());
        }
        Value::Map(members)
    }

    fn rows(number: usize) -> Value {
        Value::List(vec![Value::object([("x", Value::Null)]); number])
    }

    #[test]
    fn violations_of_a_plan_are_named_by_path() {
        let config = object(&[]);
        let null = Value::Null;
        assert!(plan(&schema(), &null, &config, &object(&[("id", Value::Unknown)]), &[]).is_empty());
        for (planned, path) in [
            (object(&[("name", "other".into())]), "name"),
            (object(&[("note", "made up".into())]), "note"),
            (object(&[("secret", "leak".into())]), "secret"),
            (object(&[("row", rows(1))]), "row"),
            (object(&[("row", Value::Null)]), "row"),
            (object(&[("row", Value::Unknown)]), "row"),
        ] {
            let found = plan(&schema(), &null, &config, &planned, &[]);
            assert_eq!(found.iter().next().unwrap().attribute.as_ref().unwrap().to_string(), path);
        }
        assert!(plan(&schema(), &null, &config, &Value::Null, &[]).has_errors());
        assert!(plan(&schema(), &config, &Value::Null, &config, &[]).has_errors());
        let nowhere = Path::attribute("row").index(3);
        assert!(plan(&schema(), &config, &config, &config, &[nowhere]).has_errors());
    }

    #[test]
    fn a_configured_value_may_keep_its_prior_spelling() {
        let prior = object(&[("note", "a/".into())]);
        let config = object(&[("note", "a".into())]);
        assert!(plan(&schema(), &prior, &config, &prior, &[]).is_empty());
    }

    #[test]
    fn violations_of_a_result_are_named_by_path() {
        let planned = object(&[
            ("id", Value::Unknown),
            ("tags", Value::set(["a".into(), Value::Unknown])),
            ("row", rows(1)),
        ]);
        let good = [("id", "1".into()), ("tags", Value::set(["a".into(), "b".into()])), ("row", rows(1))];
        assert!(apply(&schema(), &planned, &object(&good)).is_empty());
        for (change, path) in [
            (("id", Value::Unknown), "id"),
            (("name", "other".into()), "name"),
            (("note", "made up".into()), "note"),
            (("secret", "leak".into()), "secret"),
            (("tags", Value::set(["b".into()])), "tags"),
            (("tags", Value::set(["a".into(), "b".into(), "c".into()])), "tags"),
            (("row", rows(2)), "row"),
        ] {
            let mut result = good.to_vec();
            result.push(change);
            let found = apply(&schema(), &planned, &object(&result));
            assert_eq!(found.iter().next().unwrap().attribute.as_ref().unwrap().to_string(), path);
        }
        assert!(apply(&schema(), &planned, &Value::Null).has_errors());
        assert!(apply(&schema(), &Value::Null, &planned).has_errors());
    }

    #[test]
    fn a_second_plan_may_only_learn() {
        let first = object(&[("id", Value::Unknown), ("note", "a".into())]);
        assert!(replan(&schema(), &first, &object(&[("id", "1".into()), ("note", "a".into())])).is_empty());
        assert!(replan(&schema(), &first, &object(&[("id", "1".into()), ("note", "b".into())])).has_errors());
    }
}
