use super::{apply, difference};
use proptest::prelude::*;
use serde_json::{Value, json};

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0i64..4).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..3)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_difference_makes_the_one_of_the_other(mut base in values(), new in values()) {
        let found = difference(&base, &new);
        apply(&mut base, found).unwrap();
        prop_assert_eq!(base, new);
    }

    /// What a damaged file may hold is refused, or makes some value.
    #[test]
    fn any_difference_is_applied_or_refused(mut base in values(), found in values(), way in "[woes]") {
        let _ = apply(&mut base, json!({ way: found }));
    }
}

#[test]
fn a_window_that_moves_on_is_kept_as_what_came() {
    let base = json!({ "gaps": [1.5, 2.5, 3.5], "workers": [{ "n": 1, "to": [1, 2] }, { "n": 2, "to": [] }] });
    let new = json!({ "gaps": [2.5, 3.5, 4.5], "workers": [{ "n": 1, "to": [2, 3] }, { "n": 2, "to": [] }] });
    let found = difference(&base, &new);
    let wanted = json!({ "o": {
        "gaps": { "s": [1, [4.5]] },
        "workers": { "e": { "0": { "o": { "to": { "s": [1, [3]] } } } } },
    } });
    assert_eq!(found, wanted);
}
