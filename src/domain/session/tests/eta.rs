use super::{super::eta, *};
use proptest::prelude::*;

#[test]
fn without_a_completion_only_the_least_is_known() {
    let eta = eta(5, &[], Some(ago(60)), NOW).unwrap();
    assert_eq!((eta.likely, eta.most), (None, None));
    assert!(eta.to_string().starts_with('≥'), "{eta}");
}

#[test]
fn a_steady_rate_is_in_its_band() {
    let done: Vec<Timestamp> = (0..24).map(|n| ago(5 * n + 1)).collect();
    let eta = eta(12, &done, Some(ago(120)), NOW).unwrap();
    let hour = Span::seconds(3_600);
    assert_eq!(eta.likely, Some(hour));
    assert!(eta.least < hour && eta.most.unwrap() > hour);
}

#[test]
fn nothing_left_takes_no_time() {
    assert_eq!(eta(0, &[ago(1)], None, NOW), None);
}

proptest! {
    #[test]
    fn the_band_is_in_order(left in 1u64..1_000_000, ages in prop::collection::vec(0i64..600, 0..200), since in 0i64..1_000) {
        let done: Vec<Timestamp> = ages.into_iter().map(ago).collect();
        let found = eta(left, &done, Some(ago(since)), NOW).unwrap();
        if let Some(likely) = found.likely {
            prop_assert!(found.least <= likely);
            prop_assert!(found.most.is_none_or(|most| likely <= most));
        }
    }
}
