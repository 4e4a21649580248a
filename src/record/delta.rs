//! A state as what it changes in another one: most of a state is windows that move on by a few numbers in an hour.
//!
//! A difference is JSON, too: `null` for the same, `{"w": value}` for another value, `{"o": {name: difference}}` for an object with the same
//! names, `{"e": {index: difference}}` for a list of the same length, and `{"s": [skip, [values]]}` for a list that lost some of its first
//! values and got others at its end.

use super::block::Broken;
use serde_json::{Map, Value, json};

/// What makes `new` of `base`. O(size of both).
#[must_use]
pub(super) fn difference(base: &Value, new: &Value) -> Value {
    if base == new {
        return Value::Null;
    }
    match (base, new) {
        (Value::Object(from), Value::Object(to)) if from.keys().eq(to.keys()) => {
            let pairs = to.iter().filter_map(|(name, value)| {
                let found = difference(from.get(name)?, value);
                (!found.is_null()).then(|| (name.clone(), found))
            });
            json!({ "o": pairs.collect::<Map<_, _>>() })
        }
        (Value::Array(from), Value::Array(to)) => list(from, to),
        _ => whole(new),
    }
}

fn whole(value: &Value) -> Value {
    json!({ "w": value })
}

fn list(from: &[Value], to: &[Value]) -> Value {
    let moved = |skip: &usize| to.starts_with(from.get(*skip..).unwrap_or_default());
    if let Some(skip) = (0..from.len()).find(moved) {
        let tail = to.get(from.len() - skip..).unwrap_or_default();
        return json!({ "s": [skip, tail] });
    }
    let lists = |all: &[Value]| all.iter().all(|v| v.is_object() || v.is_array());
    if from.len() != to.len() || !lists(to) {
        return json!({ "w": to });
    }
    let pairs = from.iter().zip(to).enumerate();
    let pairs = pairs.filter_map(|(at, (from, to))| {
        let found = difference(from, to);
        (!found.is_null()).then(|| (at.to_string(), found))
    });
    json!({ "e": pairs.collect::<Map<_, _>>() })
}

/// Makes of `base` what [`difference`] was taken of. O(size of both).
///
/// # Errors
/// [`Broken`] when the difference is not one of this base.
pub(super) fn apply(base: &mut Value, difference: Value) -> Result<(), Broken> {
    let Value::Object(found) = difference else {
        return if difference.is_null() {
            Ok(())
        } else {
            Err(Broken)
        };
    };
    let (way, what) = found.into_iter().next().ok_or(Broken)?;
    match (way.as_str(), what, base) {
        ("w", value, base) => *base = value,
        ("o", Value::Object(pairs), base) => {
            for (name, found) in pairs {
                apply(base.get_mut(&name).ok_or(Broken)?, found)?;
            }
        }
        ("e", Value::Object(pairs), base) => {
            for (at, found) in pairs {
                let at: usize = at.parse().map_err(|_| Broken)?;
                apply(base.get_mut(at).ok_or(Broken)?, found)?;
            }
        }
        ("s", Value::Array(parts), Value::Array(list)) => {
            let Ok([skip, Value::Array(mut tail)]) = <[Value; 2]>::try_from(parts) else {
                return Err(Broken);
            };
            let skip = skip.as_u64().and_then(|n| usize::try_from(n).ok());
            let skip = skip.filter(|n| *n <= list.len()).ok_or(Broken)?;
            list.drain(..skip);
            list.append(&mut tail);
        }
        _ => return Err(Broken),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
