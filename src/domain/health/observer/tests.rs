use super::{Observer, Tick, Turn};
use crate::domain::{Span, Timestamp};

fn at(s: i64) -> Timestamp {
    Timestamp(0).plus(Span::seconds(s))
}

fn tick(s: i64) -> Tick {
    Tick {
        at: at(s),
        steady: Span::seconds(s),
        ..Tick::default()
    }
}

#[test]
fn a_gap_or_a_step_of_the_clock_is_a_pause() {
    let mut o = Observer::default();
    assert_eq!([o.tick(tick(0)), o.tick(tick(5))], [Turn::None, Turn::None]);
    assert_eq!(o.tick(tick(11)), Turn::Paused(Span::seconds(6)));
    let back = Tick {
        step: Span::seconds(-3600),
        ..tick(12)
    };
    assert_eq!(o.tick(back), Turn::Paused(Span::seconds(3600)));
    assert_eq!(
        o.tick(Tick {
            step: back.step,
            ..tick(13)
        }),
        Turn::None
    );
}

#[test]
fn health_worsens_with_trouble_and_heals_in_half_minutes() {
    let mut o = Observer::default();
    o.tick(tick(0));
    for s in 1..8 {
        o.tick(Tick {
            trouble: true,
            ..tick(s)
        });
    }
    assert_eq!(o.poor, 4);
    let changed = (8..200)
        .filter(|s| o.tick(tick(*s)) == Turn::Limits)
        .count();
    assert_eq!((o.poor, changed), (0, 4));
}

#[test]
fn reads_that_fail_for_ten_seconds_take_the_bridge_down() {
    let mut o = Observer::default();
    o.tick(tick(0));
    assert!(!o.failed(at(1)) && o.blind());
    assert_eq!((o.recovered(), o.blind()), (None, false));
    assert!(!o.failed(at(2)) && !o.failed(at(11)) && o.failed(at(12)));
    assert!(!o.failed(at(20)), "once");
    assert_eq!(o.recovered(), Some(at(2)));
    assert_eq!(o.recovered(), None);
    assert_eq!(o.tick(tick(21)), Turn::None, "retries are no pause of ours");
}

#[test]
fn silence_of_all_accuses_the_bridge_and_of_few_nobody() {
    let period = Span::seconds(30);
    let mut o = Observer::default();
    o.tick(tick(0));
    assert!(!o.quiet(at(10_000), 3, period));
    assert!(!o.quiet(at(105), 4, period) && o.quiet(at(106), 4, period));
    assert_eq!((o.down, o.row(at(107))), (Some(at(0)), Some(at(0))));
    assert!(!o.quiet(at(152), 100, period) && o.quiet(at(153), 100, period));
}
