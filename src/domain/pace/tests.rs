use super::Pace;
use crate::domain::{Span, Timestamp};
use std::time::Duration;

#[test]
fn a_second_is_a_minute_and_back() {
    let pace: Pace = "60:1000000:5000000".parse().unwrap();
    assert_eq!(pace.of(Timestamp(1_000_000)), Timestamp(5_000_000));
    assert_eq!(pace.of(Timestamp(2_000_000)), Timestamp(65_000_000));
    assert_eq!(pace.real(Span::seconds(30)), Duration::from_millis(500));
    assert_eq!(pace.real(Span(-1)), Duration::ZERO);
    assert_eq!(pace.to_string(), "60:1000000:5000000");
}

#[test]
fn what_is_no_pace_is_refused() {
    for raw in [
        "", "60", "0:1:1", "60:1", "60:1:1:1", "-1:1:1", "x:1:1", "5000:1:1",
    ] {
        assert!(raw.parse::<Pace>().is_err(), "{raw}");
    }
}
