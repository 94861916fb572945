//! Plans that are made again. Core plans twice: once while parts of a configuration are unknown, and once more before it
//! applies, when all is known. What was known in the first plan must be the same in the second; what was to be updated must
//! not be replaced. Here configurations are mixed at random from samples, parts of them hidden, and both plans compared.

use serde_json::{Map, Value as Json};

use super::calls::{Plan, ResourceUnderTest, Stored};
use super::messages::schema::nested_block::NestingMode;
use super::messages::schema::{Attribute, Block, object};
use super::values::{self, UNKNOWN};

/// What became of some rounds.
#[derive(Debug, Default)]
pub struct Replans {
    /// Rounds in which both plans were made.
    pub compared: usize,
    /// Those in which the second plan told more than the first.
    pub told_more: usize,
    /// What core would refuse, with the configurations that led to it.
    pub refused: Vec<String>,
}

impl ResourceUnderTest<'_> {
    /// Plans an object that is there (none for a new one) again and again. The first sample is the configuration that the
    /// object was made with; the others are what it may change into. Configurations that are not valid are left out.
    pub async fn replans(&self, prior: Option<&Stored>, samples: &[Json], rounds: u64) -> Replans {
        let samples: Vec<Json> = samples.iter().map(|sample| values::complete(self.block, sample)).collect();
        let mut found = Replans::default();
        for round in 0..rounds {
            let mut dice = Dice(round);
            let known = dice.mix(&Parts::of_block(self.block), &samples.iter().collect::<Vec<_>>());
            let hidden = dice.hide(&Parts::of_block(self.block), &known);
            if self.validate(known.clone()).await.has_errors()
                || self.validate(hidden.clone()).await.has_errors()
            {
                continue;
            }
            let (first, second) = self.both(prior, &hidden, &known).await;
            let mut refusals = bugs(&first);
            refusals.extend(bugs(&second));
            if !first.messages.has_errors() && !second.messages.has_errors() {
                found.compared += 1;
                found.told_more += usize::from(first.state != second.state);
                if first.replace.is_empty() && !second.replace.is_empty() {
                    refusals.push(format!("is replaced after all, because of {}", second.replace.join(", ")));
                }
                compare(&self.ty, "", &first.state, &second.state, &mut refusals);
            }
            let context =
                |refusal: String| format!("{refusal}\nplanned with {hidden}\nand then with {known}");
            found.refused.extend(refusals.into_iter().map(context));
        }
        found
    }

    /// The plan with parts hidden and the one with all known. A replacement is planned as a create by core, with the private
    /// bytes of what it replaces, and that is the plan which is made again.
    async fn both(&self, prior: Option<&Stored>, hidden: &Json, known: &Json) -> (Plan, Plan) {
        let first = self.plan(prior, hidden.clone()).await;
        let gone = prior.map(|prior| Stored { private: prior.private.clone(), ..Stored::default() });
        if first.replace.is_empty() || first.messages.has_errors() {
            (first, self.plan(prior, known.clone()).await)
        } else {
            (self.plan(gone.as_ref(), hidden.clone()).await, self.plan(gone.as_ref(), known.clone()).await)
        }
    }
}

/// Errors that only a mistake of the provider explains.
fn bugs(plan: &Plan) -> Vec<String> {
    let bug = |text: &str| text.contains("bug in the provider") || text.contains("bug of the provider");
    plan.messages.0.iter().filter(|message| bug(&message.detail)).map(ToString::to_string).collect()
}

/// Names what was known and is otherwise now.
fn compare(ty: &Json, path: &str, first: &Json, second: &Json, refusals: &mut Vec<String>) {
    if first == UNKNOWN || first == second {
        return;
    }
    let kind = ty.as_array().map(|parts| (parts[0].as_str().unwrap_or_default(), &parts[1]));
    match (kind, first, second) {
        (Some(("list", element)), Json::Array(first), Json::Array(second)) if first.len() == second.len() => {
            for (index, (first, second)) in first.iter().zip(second).enumerate() {
                compare(element, &format!("{path}[{index}]"), first, second, refusals);
            }
        }
        (Some(("set", element)), Json::Array(first), Json::Array(second)) if second.len() <= first.len() => {
            let stands_for = |first: &Json, second: &Json| {
                let mut refusals = Vec::new();
                compare(element, path, first, second, &mut refusals);
                refusals.is_empty()
            };
            for first in first {
                if !second.iter().any(|second| stands_for(first, second)) {
                    refusals.push(format!("`{path}` has lost {first}"));
                }
            }
        }
        (Some((kind @ ("object" | "map"), types)), Json::Object(first), Json::Object(second))
            if first.keys().eq(second.keys()) =>
        {
            for (name, first) in first {
                let ty = if kind == "object" { &types[name] } else { types };
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(ty, &path, first, &second[name], refusals);
            }
        }
        _ => refusals.push(format!("`{path}` was {first} and is {second}")),
    }
}

/// The parts of a body.
struct Parts<'a> {
    attributes: &'a [Attribute],
    /// Blocks that occur at most once; others are taken from a sample as they are.
    blocks: Vec<(&'a str, Option<&'a Block>)>,
}

impl<'a> Parts<'a> {
    fn of_block(block: &'a Block) -> Self {
        let blocks = block.block_types.iter().map(|nested| {
            let single = matches!(nested.nesting(), NestingMode::Single | NestingMode::Group);
            (nested.type_name.as_str(), nested.block.as_ref().filter(|_| single))
        });
        Self { attributes: &block.attributes, blocks: blocks.collect() }
    }

    /// Those of an attribute that is one object.
    fn of_attribute(attribute: &'a Attribute) -> Option<Self> {
        let nested = attribute.nested_type.as_ref()?;
        let single = nested.nesting() == object::NestingMode::Single;
        single.then(|| Self { attributes: &nested.attributes, blocks: Vec::new() })
    }
}

/// Decisions that are the same for the same start.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // Splitmix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % (sides as u64)).unwrap_or_default()
    }

    /// Mostly the first, so that little changes at once.
    fn pick<'a>(&mut self, samples: &[&'a Json]) -> &'a Json {
        if self.roll(4) > 0 { samples[0] } else { samples[self.roll(samples.len())] }
    }

    /// An object whose parts are taken from the samples.
    fn mix(&mut self, parts: &Parts<'_>, samples: &[&Json]) -> Json {
        let mut mixed = Map::new();
        for attribute in parts.attributes {
            let name = &attribute.name;
            mixed.insert(name.clone(), self.mix_part(Parts::of_attribute(attribute), name, samples));
        }
        for (name, body) in &parts.blocks {
            mixed.insert((*name).to_owned(), self.mix_part(body.map(Parts::of_block), name, samples));
        }
        Json::Object(mixed)
    }

    fn mix_part(&mut self, parts: Option<Parts<'_>>, name: &str, samples: &[&Json]) -> Json {
        let candidates: Vec<&Json> = samples.iter().map(|sample| &sample[name]).collect();
        let picked = self.pick(&candidates);
        match parts {
            Some(parts) if picked.is_object() => {
                let objects: Vec<&Json> =
                    std::iter::once(picked).chain(candidates).filter(|one| one.is_object()).collect();
                self.mix(&parts, &objects)
            }
            _ => picked.clone(),
        }
    }

    /// The same object with parts unknown, at any depth.
    fn hide(&mut self, parts: &Parts<'_>, known: &Json) -> Json {
        let mut hidden = known.clone();
        let Json::Object(members) = &mut hidden else { return hidden };
        for attribute in parts.attributes.iter().filter(|attribute| attribute.required || attribute.optional)
        {
            if let Some(member) = members.get_mut(&attribute.name) {
                *member = self.hide_part(Parts::of_attribute(attribute), member);
            }
        }
        for (name, body) in &parts.blocks {
            if let (Some(body), Some(member)) = (body, members.get_mut(*name)) {
                *member = self.hide(&Parts::of_block(body), member);
            }
        }
        hidden
    }

    fn hide_part(&mut self, parts: Option<Parts<'_>>, known: &Json) -> Json {
        match (self.roll(6), parts, known) {
            (0, ..) => UNKNOWN.into(),
            (1..=3, Some(parts), Json::Object(_)) => self.hide(&parts, known),
            (1, None, Json::Array(elements)) => {
                elements.iter().map(|element| self.hide_element(element)).collect()
            }
            (1, None, Json::Object(members)) => Json::Object(
                members.iter().map(|(key, member)| (key.clone(), self.hide_element(member))).collect(),
            ),
            _ => known.clone(),
        }
    }

    fn hide_element(&mut self, known: &Json) -> Json {
        if self.roll(2) == 0 { UNKNOWN.into() } else { known.clone() }
    }
}
