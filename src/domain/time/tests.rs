use super::{Span, Timestamp};
use proptest::prelude::*;

fn micros(text: &str) -> Option<i64> {
    Timestamp::parse(text).map(|t| t.0)
}

#[test]
fn zone_less_is_utc_and_the_fraction_is_optional() {
    let whole = micros("2025-11-13T16:08:00").unwrap();
    assert_eq!(micros("2025-11-13 16:08:00"), Some(whole));
    assert_eq!(micros("2025-11-13T16:08:00Z"), Some(whole));
    assert_eq!(micros("2025-11-13T17:08:00+01:00"), Some(whole));
    assert_eq!(micros("2025-11-13T10:38:00-0530"), Some(whole));
    assert_eq!(micros("2025-11-13T16:08:00.000001"), Some(whole + 1));
    assert_eq!(micros("2025-11-13T16:08:00.5"), Some(whole + 500_000));
    assert_eq!(
        micros("2025-11-13T16:08:00.1234567Z"),
        Some(whole + 123_456)
    );
}

#[test]
fn garbage_is_refused() {
    for text in [
        "",
        "now",
        "2025-11-13",
        "2025-13-13T00:00:00",
        "2025-11-31T00:00:00",
        "2025-11-13T25:00:00",
        "2025-11-13T16:08:00.",
        "2025-11-13T16:08:00+1",
        "2025-11-13T16:08:99",
        "2025-11-13T16:08:00 CET",
        "٢٠٢٥-11-13T16:08:00",
        "2025-11-13T16:08:00é",
    ] {
        assert_eq!(micros(text), None, "{text:?}");
    }
}

#[test]
fn ages_fit_six_cells() {
    let shown = |s| Span::seconds(s).to_string();
    assert_eq!(
        [0, 4, 161, 720, 11_040, 172_800, -5, 9_000_000].map(shown),
        ["0s", "4s", "2m41s", "12m", "3h04m", "2d", "0s", ">99d"]
    );
    let below = |s| Span::seconds(s).below();
    assert_eq!(
        [161, 8_100, 8_639_999, 8_640_000, i64::MAX / 1_000_000].map(below),
        ["-2m41s", "-2h15m", "-99d", "-99d+", "-99d+"]
    );
}

proptest! {
    #[test]
    fn rfc3339_round_trips_to_the_millisecond(ms in 0i64..4_102_444_800_000) {
        let at = Timestamp(ms * 1000);
        prop_assert_eq!(Timestamp::parse(&at.rfc3339()), Some(at));
    }

    #[test]
    fn parsing_never_panics(text in "\\PC{0,40}") {
        let _ = Timestamp::parse(&text);
    }

    #[test]
    fn an_age_never_needs_more_than_six_cells(s in any::<i64>()) {
        prop_assert!(Span(s).to_string().len() <= 6);
    }
}
