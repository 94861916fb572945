//! Elements of sets have no address: what belongs together is found by what it says.

use crate::value::Value;

/// One element of a set, as it is configured, was before, and is planned so far.
pub(super) struct Member<'a> {
    pub(super) config: &'a Value,
    /// Null for a new one.
    pub(super) prior: &'a Value,
    pub(super) planned: Value,
}

/// Finds for every configured element what core made of it and what it was before.
pub(super) fn members<'a>(config: &'a Value, prior: &'a Value, mut planned: Vec<Value>) -> Vec<Member<'a>> {
    let priors = prior.as_elements().unwrap_or_default();
    let most_said_first = {
        // Lest one that says little takes what another one needs.
        let mut configured: Vec<&Value> = config.as_elements().unwrap_or_default().iter().collect();
        configured.sort_by_key(|config| std::cmp::Reverse(said(config)));
        configured
    };
    let belong_together = |config: &'a Value| {
        let position = planned.iter().position(|candidate| agrees(config, candidate));
        let planned = position.map_or_else(|| config.clone(), |position| planned.remove(position));
        let unchanged = priors.iter().find(|prior| **prior == planned);
        let prior = unchanged.or_else(|| priors.iter().find(|prior| agrees(config, prior)));
        Member { config, prior: prior.unwrap_or(&Value::Null), planned }
    };
    most_said_first.into_iter().map(belong_together).collect()
}

/// How much a configured value says.
fn said(config: &Value) -> usize {
    match config {
        Value::Null => 0,
        // An empty map says that there is nothing, which is more than saying nothing.
        Value::Map(members) => 1 + members.values().map(said).sum::<usize>(),
        Value::List(elements) | Value::Set(elements) => 1 + elements.iter().map(said).sum::<usize>(),
        _ => 1,
    }
}

/// Whether a planned value can have been made of a configured one: every known part of the latter is in it.
fn agrees(config: &Value, planned: &Value) -> bool {
    match (config, planned) {
        (Value::Null, _) => true,
        // Of an object both have every member, of a map the keys are part of what is configured.
        (Value::Map(config), Value::Map(planned)) => {
            config.len() == planned.len()
                && config
                    .iter()
                    .all(|(name, member)| planned.get(name).is_some_and(|planned| agrees(member, planned)))
        }
        (Value::List(config), Value::List(planned)) => {
            config.len() == planned.len() && config.iter().zip(planned).all(|(a, b)| agrees(a, b))
        }
        (Value::Set(config), Value::Set(planned)) => {
            config.len() == planned.len() && config.iter().all(|a| planned.iter().any(|b| agrees(a, b)))
        }
        (config, planned) => config == planned,
    }
}

#[cfg(test)]
mod tests {
    use crate::value::ByName;

    use super::*;

    #[test]
    fn an_element_with_an_empty_map_keeps_it_beside_one_without_a_map() {
        let element = |map: Value| Value::object([("map", map)]);
        let (without, empty) = (element(Value::Null), element(Value::Map(ByName::new())));
        let config = Value::Set(vec![without.clone(), empty.clone()]);
        let found = members(&config, &Value::Null, vec![empty.clone(), without.clone()]);
        assert!(found.iter().all(|member| *member.config == member.planned));
    }

    #[test]
    fn what_differs_in_the_keys_of_a_map_does_not_agree() {
        let element = |keys: &[&str]| {
            let map = Value::object(keys.iter().map(|key| ((*key).to_owned(), Value::from("x"))));
            Value::object([("map", map), ("serial", Value::Null)])
        };
        assert!(agrees(&element(&["k"]), &element(&["k"])));
        assert!(!agrees(&element(&[]), &element(&["k"])));
        assert!(!agrees(&element(&["k"]), &element(&[])));
    }
}
