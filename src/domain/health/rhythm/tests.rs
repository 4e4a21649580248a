use super::{Habit, Levels, Pace, Rhythm};
use crate::domain::health::accrual::Taus;

fn levels(rhythm: &Rhythm) -> Levels {
    rhythm.levels(&mut Taus::default(), 6.0, 6.0)
}

#[test]
fn a_cold_start_is_as_specified() {
    let l = levels(&Rhythm::default());
    let shown = format!("{:.0} {:.0} {:.0}", l.suspect, l.silent, l.act);
    assert_eq!(shown, "63 126 211");
}

#[test]
fn a_clean_day_sharpens_the_act() {
    let mut rhythm = Rhythm::default();
    for n in 0..2880 {
        rhythm.learn(if n % 100 == 50 { 60.3 } else { 30.2 });
    }
    let Levels {
        suspect,
        silent,
        act,
    } = levels(&rhythm);
    assert!((60.0..66.0).contains(&suspect), "{suspect}");
    assert!((95.0..125.0).contains(&silent), "{silent}");
    assert!((130.0..175.0).contains(&act), "{act}");
}

#[test]
fn another_period_is_learned_from_five_beats_and_forgets_the_wrong_misses() {
    let mut rhythm = Rhythm::default();
    for _ in 0..5 {
        rhythm.learn(120.0);
    }
    assert!((rhythm.period() - 120.0).abs() < 1e-3);
    assert!(rhythm.model().p1 < 0.011, "{:?}", rhythm.model());
    assert!(levels(&rhythm).suspect > 120.0);
}

#[test]
fn an_outage_is_not_learned() {
    let mut rhythm = Rhythm::default();
    for interval in [331.0, 86_400.0, f64::NAN, -1.0, 0.0] {
        rhythm.learn(interval);
    }
    assert_eq!(rhythm, Rhythm::default());
    rhythm.learn(329.0);
    assert_eq!(rhythm.learned(), 1);
}

#[test]
fn misses_are_counted_as_one_first_and_its_continuations() {
    let mut rhythm = Rhythm::default();
    rhythm.learn(90.0); // two misses: one first, one continuation, one stop
    let faded = 1.0 - 1.0 / 3000.0;
    assert!((rhythm.first.hits - (1.0 + faded)).abs() < 1e-9);
    assert!((rhythm.next.hits - (0.4 + faded)).abs() < 1e-9);
    assert!((rhythm.next.trials - (10.0 + 2.0 * faded)).abs() < 1e-9);
}

#[test]
fn what_is_learned_survives_being_written_down() {
    let mut habit = Habit::default();
    for n in 0..600 {
        habit.rhythm.learn(30.0 + f64::from(n % 7) / 10.0);
        habit.pace.learn(20.0 + f64::from(n % 50));
    }
    let text = serde_json::to_string(&habit).unwrap();
    assert!(text.len() < 8_192, "{}", text.len());
    let back: Habit = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (levels(&back.rhythm), back.pace.limit()),
        (levels(&habit.rhythm), habit.pace.limit())
    );
    assert_eq!(back, habit);
}

#[test]
fn a_stall_is_one_and_a_half_times_the_rare_gap() {
    let mut pace = Pace::default();
    for n in 0..59 {
        pace.learn(f64::from(n) + 1.0);
    }
    assert_eq!(pace.limit(), None);
    for _ in 0..441 {
        pace.learn(10.0);
    }
    assert_eq!(pace.limit(), Some(300.0));
    for gap in [
        400.0, 400.0, 400.0, 400.0, 400.0, 400.0, 400.0, 400.0, 400.0, 400.0,
    ] {
        pace.learn(gap);
    }
    for _ in 0..10 {
        pace.learn(30.0);
    }
    assert_eq!(pace.limit(), Some(600.0));
    for _ in 0..20 {
        pace.learn(5_400.0);
    }
    assert_eq!(pace.limit(), Some(1_800.0));
}

#[test]
fn two_rows_of_one_act_are_one_act() {
    let mut pace = Pace::default();
    pace.learn(0.0013);
    assert_eq!(pace.learned(), 0);
}
