//! How good the detector is, on a small version of what `cargo bench --bench detector` measures: fast, and the same at every run. It fails
//! when a constant or a guard of the estimator is broken.

mod sim;

use sim::{Kind, Quality, Rule, measure};

fn quality(kind: Kind, days: f64, workers: u64, rule: Rule) -> Quality {
    let mut all = Quality::default();
    for seed in 0..workers {
        for one in measure(kind, seed, days, &[rule]) {
            all.add(one);
        }
    }
    all
}

/// Mean, 99 of 100, and mistakes for each worker and day lie between these.
fn within(kind: Kind, rule: Rule, mean: [f64; 2], most: f64, mistakes: f64) {
    let q = quality(kind, 6.0, 4, rule);
    let (m, p99, wrong) = (q.mean(), q.quantile(0.99), q.mistakes());
    assert!(
        m >= mean[0] && m <= mean[1] && p99 <= most && wrong <= mistakes,
        "{} {rule:?}: mean {m:.1} s, p99 {p99:.1} s, {wrong:.4} mistakes a day",
        kind.name()
    );
}

#[test]
fn on_a_good_link_the_silent_are_found_in_under_two_minutes_and_nobody_else() {
    within(Kind::Normal, Rule::Silent, [100.0, 110.0], 135.0, 0.0);
    within(Kind::Loss1, Rule::Silent, [98.0, 110.0], 137.0, 0.05);
    within(Kind::Normal, Rule::Suspect, [40.0, 50.0], 65.0, 0.0);
    within(Kind::Loss1, Rule::Suspect, [40.0, 52.0], 66.0, 0.6);
    within(Kind::Normal, Rule::Act(6.0), [155.0, 175.0], 200.0, 0.0);
    within(Kind::Loss1, Rule::Act(6.0), [140.0, 175.0], 245.0, 0.0);
    within(Kind::Normal, Rule::Act(8.0), [215.0, 240.0], 260.0, 0.0);
}

#[test]
fn where_beats_are_lost_in_bursts_it_waits_longer_by_itself() {
    within(Kind::Burst, Rule::Silent, [200.0, 290.0], 335.0, 1.2);
    within(Kind::Pause, Rule::Silent, [150.0, 230.0], 330.0, 0.9);
    let fixed = quality(Kind::Burst, 6.0, 4, Rule::Fixed(120.0, 0.0));
    let own = quality(Kind::Burst, 6.0, 4, Rule::Silent);
    assert!(
        own.mistakes() * 2.0 < fixed.mistakes(),
        "{} {}",
        own.mistakes(),
        fixed.mistakes()
    );
}

#[test]
fn another_period_needs_no_setting() {
    within(Kind::Period120, Rule::Silent, [350.0, 460.0], 600.0, 0.05);
    let q = quality(Kind::Period5, 1.0, 3, Rule::Silent);
    assert!(
        q.mean() < 24.0 && q.mistakes() < 0.7,
        "{} {}",
        q.mean(),
        q.mistakes()
    );
    let fixed = quality(Kind::Period120, 6.0, 2, Rule::Fixed(120.0, 0.0));
    assert!(fixed.mistakes() > 100.0, "{}", fixed.mistakes());
}

#[test]
fn on_every_trace_a_later_threshold_is_later_and_less_mistaken() {
    let rules = [Rule::Suspect, Rule::Silent, Rule::Act(6.0), Rule::Act(8.0)];
    assert!(
        rules
            .iter()
            .all(|rule| Rule::ALL.iter().any(|(_, r)| r == rule))
    );
    for kind in Kind::ALL {
        let all = measure(kind, 1, 2.0, &rules);
        for pair in all.windows(2) {
            assert!(pair[0].mean() <= pair[1].mean(), "{}", kind.name());
            assert!(pair[0].mistakes() >= pair[1].mistakes(), "{}", kind.name());
            assert!(pair[0].worst() <= pair[1].worst(), "{}", kind.name());
        }
    }
}
