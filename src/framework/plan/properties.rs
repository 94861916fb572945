//! Random schemas, configurations and prior states: whatever they are, the plan keeps core's rules.

use proptest::prelude::*;

use super::{draft, verify};
use crate::schema::rules::{Rules, block, computed, optional, required};
use crate::schema::{Attribute, Nesting, Schema, Shape};
use crate::value::{Type, Value};

/// Decisions taken from a random string of bytes; zeros when it has run out, which are the simplest.
struct Dice<'a>(std::slice::Iter<'a, u8>);

impl Dice<'_> {
    fn roll(&mut self, sides: u8) -> u8 {
        self.0.next().copied().unwrap_or_default() % sides
    }

    fn nesting(&mut self) -> Nesting {
        [Nesting::Single, Nesting::List, Nesting::Map, Nesting::Set][usize::from(self.roll(4))]
    }

    fn text(&mut self) -> Value {
        ["a", "b", "c"][usize::from(self.roll(3))].into()
    }

    fn plain(&mut self) -> Type {
        match self.roll(5) {
            0 | 1 => Type::String,
            2 => Type::list(Type::String),
            3 => Type::set(Type::String),
            _ => Type::map(Type::String),
        }
    }

    fn rules(&mut self, shape: &Shape, in_set: bool) -> Rules {
        let text = matches!(shape, Shape::Plain(Type::String));
        let rules = match self.roll(7) {
            0 => required(),
            1 => optional(),
            2 => computed(),
            3 if text && !in_set => optional().computed().default_value("d"),
            4 if !in_set && text => return optional().write_only(),
            5 if !in_set && matches!(shape, Shape::Nested(Nesting::Single, _)) => {
                optional().computed().default_members()
            }
            // Elements of a set that differ only in what the provider may decide can become equal: core has no
            // answer to that, so no schema should have it.
            _ if in_set => optional(),
            _ => optional().computed(),
        };
        match self.roll(4) {
            0 => rules.requires_replace(),
            1 => rules.use_state_for_unknown(),
            _ => rules,
        }
    }

    /// A schema whose bodies are nested up to `depth` deep.
    fn schema(&mut self, depth: u8, in_set: bool, blocks: bool) -> Schema {
        let mut schema = Schema::default();
        for index in 0..=self.roll(3) {
            let nested = depth > 0 && self.roll(3) == 0;
            let shape = if nested {
                let nesting = self.nesting();
                Shape::Nested(nesting, self.schema(depth - 1, in_set || nesting == Nesting::Set, false))
            } else {
                Shape::Plain(self.plain())
            };
            let rules = self.rules(&shape, in_set);
            schema.field(format!("a{index}"), String::new(), shape, rules);
        }
        if blocks && depth > 0 && self.roll(2) == 0 {
            let nesting = self.nesting();
            let body = self.schema(depth - 1, in_set || nesting == Nesting::Set, true);
            schema.field("block", String::new(), Shape::Nested(nesting, body), block());
        }
        schema
    }

    fn elements(&mut self, nesting: Nesting, mut element: impl FnMut(&mut Self) -> Value) -> Value {
        if nesting == Nesting::Single {
            return element(self);
        }
        let elements: Vec<Value> = (0..self.roll(3)).map(|_| element(self)).collect();
        match nesting {
            Nesting::Map => Value::object(["k1", "k2"].into_iter().zip(elements)),
            Nesting::Set => Value::set(elements),
            _ => Value::List(elements),
        }
    }

    fn value(&mut self, shape: &Shape, make: Make) -> Value {
        match shape {
            Shape::Plain(Type::String) => self.text(),
            Shape::Plain(ty) => {
                let nesting = match ty {
                    Type::List(_) => Nesting::List,
                    Type::Set(_) => Nesting::Set,
                    _ => Nesting::Map,
                };
                self.elements(nesting, |dice| {
                    if make.unknowns && dice.roll(4) == 0 { Value::Unknown } else { dice.text() }
                })
            }
            Shape::Nested(nesting, body) => self.elements(*nesting, |dice| dice.object(body, make)),
        }
    }

    fn attribute(&mut self, attribute: &Attribute, make: Make) -> Value {
        let absent =
            if make.config { attribute.computed && !attribute.optional } else { attribute.write_only };
        if absent || !attribute.required && self.roll(3) == 0 {
            return Value::Null;
        }
        if make.unknowns && self.roll(4) == 0 {
            return Value::Unknown;
        }
        self.value(&attribute.shape, make)
    }

    fn object(&mut self, schema: &Schema, make: Make) -> Value {
        let mut members: Vec<(String, Value)> = Vec::new();
        for attribute in &schema.attributes {
            members.push((attribute.name.clone().into_owned(), self.attribute(attribute, make)));
        }
        for block in &schema.blocks {
            let shape = Shape::Nested(block.nesting, block.body.clone());
            let value = match block.nesting {
                Nesting::Single if self.roll(2) == 0 => Value::Null,
                Nesting::Single => self.value(&shape, make),
                _ if make.unknowns && self.roll(5) == 0 => Value::Unknown,
                _ => self.value(&shape, make),
            };
            members.push((block.name.clone().into_owned(), value));
        }
        Value::object(members)
    }

    /// The same configuration with its unknown parts known: as they were before, absent, or anything else.
    fn resolve(&mut self, schema: &Schema, prior: &Value, config: Value) -> Value {
        let Value::Map(mut members) = config else { return config };
        for attribute in &schema.attributes {
            let name = attribute.name.as_ref();
            let member = members.remove(name).unwrap_or_default();
            let member = match self.roll(3) {
                0 if member.is_unknown() && !attribute.required => Value::Null,
                1 if member.is_unknown() && !prior.member(name).is_null() => {
                    as_configured(&attribute.shape, prior.member(name).clone())
                }
                _ => self.resolve_value(&attribute.shape, prior.member(name), member),
            };
            members.insert(name.to_owned().into(), member);
        }
        for block in &schema.blocks {
            let shape = Shape::Nested(block.nesting, block.body.clone());
            let member = members.remove(block.name.as_ref()).unwrap_or_default();
            let member = self.resolve_value(&shape, prior.member(&block.name), member);
            members.insert(block.name.clone(), member);
        }
        Value::Map(members)
    }

    fn resolve_value(&mut self, shape: &Shape, prior: &Value, value: Value) -> Value {
        let text = |dice: &mut Self, value: Value| if value.is_unknown() { dice.text() } else { value };
        match (shape, value) {
            (_, Value::Unknown) => self.value(shape, Make { config: true, unknowns: false }),
            (Shape::Nested(Nesting::Single, body), object) => self.resolve(body, prior, object),
            (Shape::Nested(Nesting::List, body), Value::List(elements)) => {
                let priors =
                    prior.as_elements().unwrap_or_default().iter().chain(std::iter::repeat(&Value::Null));
                Value::List(
                    elements.into_iter().zip(priors).map(|(e, prior)| self.resolve(body, prior, e)).collect(),
                )
            }
            (Shape::Nested(Nesting::Map, body), Value::Map(elements)) => Value::object(
                elements.into_iter().map(|(key, e)| (key.clone(), self.resolve(body, prior.member(&key), e))),
            ),
            (Shape::Nested(nesting, body), value) => {
                nesting.map_elements(value, |element| self.resolve(body, &Value::Null, element))
            }
            (_, Value::List(elements)) => Value::List(elements.into_iter().map(|e| text(self, e)).collect()),
            (_, Value::Set(elements)) => Value::set(elements.into_iter().map(|e| text(self, e))),
            (_, Value::Map(elements)) => Value::object(elements.into_iter().map(|(k, e)| (k, text(self, e)))),
            (_, value) => value,
        }
    }
}

/// A value of a state as somebody could configure it: without what only the provider decides.
fn as_configured(shape: &Shape, value: Value) -> Value {
    let Shape::Nested(nesting, body) = shape else { return value };
    nesting.map_elements(value, |element| {
        Value::object(body.attributes.iter().map(|attribute| {
            let decided = attribute.computed && !attribute.optional;
            let member = if decided { Value::Null } else { element.member(&attribute.name).clone() };
            (attribute.name.clone().into_owned(), as_configured(&attribute.shape, member))
        }))
    })
}

/// What kind of object is made up.
#[derive(Clone, Copy)]
struct Make {
    /// A configuration rather than a state.
    config: bool,
    unknowns: bool,
}

/// Core's merge of configuration and prior state.
fn proposed(schema: &Schema, prior: &Value, config: &Value) -> Value {
    let Value::Map(members) = config else { return config.clone() };
    Value::object(members.iter().map(|(name, config)| {
        let prior = prior.member(name);
        let merged = match (schema.attribute(name), schema.block(name)) {
            (Some(attribute), _) if config.is_null() => {
                let removed = matches!(&attribute.shape, Shape::Nested(nesting, body)
                    if attribute.optional && holds_configured(body, *nesting, prior));
                if attribute.computed && !removed { prior.clone() } else { Value::Null }
            }
            (Some(Attribute { shape: Shape::Nested(nesting, body), .. }), _) => {
                merge(body, *nesting, prior, config)
            }
            (_, Some(block)) => merge(&block.body, block.nesting, prior, config),
            _ => config.clone(),
        };
        (name.clone(), merged)
    }))
}

fn merge(body: &Schema, nesting: Nesting, prior: &Value, config: &Value) -> Value {
    match (nesting, config) {
        (_, Value::Unknown | Value::Null) => config.clone(),
        (Nesting::List, Value::List(configs)) => {
            let element =
                |index: usize| prior.as_elements().and_then(|e| e.get(index)).unwrap_or(&Value::Null);
            Value::List(
                configs.iter().enumerate().map(|(i, config)| proposed(body, element(i), config)).collect(),
            )
        }
        (Nesting::Map, Value::Map(configs)) => Value::object(
            configs.iter().map(|(key, config)| (key.clone(), proposed(body, prior.member(key), config))),
        ),
        (Nesting::Set, Value::Set(configs)) => {
            let mut priors: Vec<&Value> = prior.as_elements().unwrap_or_default().iter().collect();
            Value::set(configs.iter().map(|config| {
                let found = priors.iter().position(|prior| proposed(body, prior, config) == **prior);
                let prior = found.map_or(&Value::Null, |position| priors.remove(position));
                proposed(body, prior, config)
            }))
        }
        _ => proposed(body, prior, config),
    }
}

/// Whether a prior value holds something that only a user can have set.
fn holds_configured(body: &Schema, nesting: Nesting, prior: &Value) -> bool {
    let mut found = false;
    nesting.map_elements(prior.clone(), |element| {
        found |= body.attributes.iter().any(|attribute| {
            let value = element.member(&attribute.name);
            let nested = matches!(&attribute.shape, Shape::Nested(nesting, body)
                if holds_configured(body, *nesting, value));
            !attribute.computed && !value.is_null() || nested
        });
        element
    });
    found
}

fn case(bytes: &[u8]) -> (Dice<'_>, Schema, Value, Value) {
    let mut dice = Dice(bytes.iter());
    let schema = dice.schema(2, false, true);
    let prior = match dice.roll(3) {
        0 => Value::Null,
        _ => dice.object(&schema, Make { config: false, unknowns: false }),
    };
    let config = dice.object(&schema, Make { config: true, unknowns: true });
    (dice, schema, prior, config)
}

fn number() -> impl Strategy<Value = String> {
    let digits = proptest::collection::vec(0u8..10, 1..60);
    (any::<bool>(), 1u8..10, digits, 0usize..60).prop_map(|(negative, first, digits, point)| {
        let mut text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        if point < text.len() {
            text.push('1');
            text.insert(point, '.');
        }
        format!("{}{first}{text}", if negative { "-" } else { "" })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_plan_keeps_cores_rules(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let (_, schema, prior, config) = case(&bytes);
        let draft = draft(&schema, &prior, &config, proposed(&schema, &prior, &config));
        let found = verify::plan(&schema, &prior, &config, &draft.planned, &draft.replace);
        prop_assert!(found.is_empty(), "{:?}\n{:?}\n{:?}\n{:?}\n{:?}", schema, prior, config, draft.planned, found);
    }

    #[test]
    fn a_plan_made_again_with_more_known_agrees(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let (mut dice, schema, prior, config) = case(&bytes);
        let first = draft(&schema, &prior, &config, proposed(&schema, &prior, &config));
        let known = dice.resolve(&schema, &prior, config.clone());
        prop_assert!(known.is_wholly_known());
        let second = draft(&schema, &prior, &known, proposed(&schema, &prior, &known));
        let found = verify::replan(&schema, &first.planned, &second.planned);
        prop_assert!(found.is_empty(), "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}", schema, prior, config, known, first.planned, found);
        // What replaces the object once all is known replaced it before: core goes from a replacement to an update, and
        // never the other way round.
        for path in &second.replace {
            prop_assert!(first.replace.iter().any(|early| early.contains(path)), "{}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}", path,
                schema, prior, config, known, first.planned);
        }
        if !first.replace.is_empty() {
            // A replacement is planned as a create once it is decided, and that plan is held to as well.
            let first = draft(&schema, &Value::Null, &config, proposed(&schema, &Value::Null, &config));
            let second = draft(&schema, &Value::Null, &known, proposed(&schema, &Value::Null, &known));
            let found = verify::replan(&schema, &first.planned, &second.planned);
            prop_assert!(found.is_empty(), "{:?}\n{:?}\n{:?}\n{:?}\n{:?}", schema, config, known, first.planned, found);
        }
    }

    #[test]
    fn an_applied_plan_is_followed_by_an_empty_one(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let (mut dice, schema, prior, config) = case(&bytes);
        let config = dice.resolve(&schema, &prior, config);
        let planned = draft(&schema, &prior, &config, proposed(&schema, &prior, &config)).planned;
        // The provider decides nothing where it may decide.
        let state = schema.complete(planned.unknowns_to_null());
        let again = draft(&schema, &state, &config, proposed(&schema, &state, &config));
        prop_assert_eq!(&again.planned, &state, "{:?} {:?}", schema, config);
        prop_assert!(again.replace.is_empty(), "{:?} {:?} {:?} {:?}", schema, config, state, again.replace);
    }

    #[test]
    fn json_keeps_every_digit(text in number()) {
        let json = format!("{{\"n\":[{text}]}}");
        let value = Value::parse_json(&json).unwrap();
        let ty = Type::object([("n".to_owned(), Type::list(Type::Number))]);
        prop_assert_eq!(value.to_json().unwrap(), json.clone());
        prop_assert_eq!(Value::from_json(&json, &ty).unwrap().to_json().unwrap(), json);
    }

    #[test]
    fn every_known_value_survives_json(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let mut dice = Dice(bytes.iter());
        let schema = dice.schema(2, false, true);
        let value = dice.object(&schema, Make { config: false, unknowns: false });
        let json = value.to_json().unwrap();
        prop_assert_eq!(Value::from_json(&json, &schema.value_type()).unwrap(), value);
    }
}
