use super::{Basis, Detector, Limits, Method, Profile, Rung, Sight, suspicion};
use crate::domain::{
    Span,
    health::{Habit, Taus},
};

fn limits(detector: &Detector, team: Option<&str>, workers: usize, poor: u8) -> Limits {
    let sight = &mut Sight {
        taus: &mut Taus::default(),
        workers,
        poor,
        watched: true,
    };
    detector.limits(team, &Habit::default(), sight)
}

fn seconds(l: Limits) -> [i64; 4] {
    [l.suspect, l.silent, l.act, l.stall]
        .map(|s| (s.as_f64() + 0.5).floor().to_string().parse().unwrap())
}

#[test]
fn the_more_workers_the_more_suspicion_it_takes() {
    for (workers, phi) in [
        (1, 6),
        (10, 6),
        (30, 6),
        (100, 7),
        (1_000, 8),
        (100_000, 10),
    ] {
        assert_eq!(suspicion(workers), phi, "{workers}");
    }
}

#[test]
fn a_cold_swarm_of_ten_and_the_fixed_limits() {
    assert_eq!(
        seconds(limits(&Detector::ADAPTIVE, None, 10, 0)),
        [63, 126, 211, 900]
    );
    assert_eq!(
        seconds(limits(&Detector::FIXED, None, 10, 0)),
        [60, 300, 330, 900]
    );
    assert_eq!(Limits::fixed().basis, Basis::Fixed);
}

#[test]
fn the_cautious_profile_waits_longer_before_it_acts() {
    let cautious = Detector {
        profile: Profile::Cautious,
        ..Detector::ADAPTIVE
    };
    let [suspect, silent, act, _] = seconds(limits(&cautious, None, 10, 0));
    assert_eq!((suspect, silent), (63, 126));
    assert!(act > 250, "{act}");
}

#[test]
fn a_team_may_have_a_method_of_its_own() {
    let mut mixed = Detector::ADAPTIVE;
    mixed.teams.insert("build".to_owned(), Method::Fixed);
    assert_eq!(seconds(limits(&mixed, Some("build"), 10, 0))[1], 300);
    assert_eq!(seconds(limits(&mixed, Some("docs"), 10, 0))[1], 126);
}

#[test]
fn while_we_do_badly_every_limit_is_longer() {
    let (well, badly) = (
        limits(&Detector::ADAPTIVE, None, 10, 0),
        limits(&Detector::ADAPTIVE, None, 10, 4),
    );
    assert_eq!(badly.silent.0 / 1_000, well.silent.0 * 2 / 1_000);
    let at_limit = |l: Limits| l.phi(l.silent).unwrap();
    assert!((at_limit(well) - at_limit(badly)).abs() < 0.01);
}

#[test]
fn the_rungs_of_a_stall() {
    let at = |s| Rung::at(Span::seconds(s));
    assert_eq!(
        [at(-1), at(0), at(119), at(120), at(599), at(600)],
        [
            None,
            Some(Rung::Nudge),
            Some(Rung::Nudge),
            Some(Rung::Warning),
            Some(Rung::Warning),
            Some(Rung::Critical)
        ]
    );
}

#[test]
fn another_sign_of_death_spares_most_of_the_wait_after_silence() {
    let adaptive = limits(&Detector::ADAPTIVE, None, 10, 0);
    let sooner = Span(adaptive.act.0 - adaptive.spared().0);
    assert_eq!(seconds(adaptive)[2], 211);
    assert_eq!(sooner.as_seconds(), 157);
    assert!(sooner > adaptive.silent);
    assert_eq!(limits(&Detector::FIXED, None, 10, 0).spared(), Span(0));
}
