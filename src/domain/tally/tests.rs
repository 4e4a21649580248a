use super::*;

#[test]
fn what_is_counted_is_found_again_by_session() {
    let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
    let mut tally = Tally::default();
    tally.message(&b, Kind::Info);
    tally.message(&a, Kind::Done);
    tally.message(&a, Kind::Done);
    tally.moved(&a, Some("silent"));
    tally.moved(&a, None);
    tally.moved(&a, Some("a word that nobody knows"));
    let all = tally.sessions();
    assert_eq!(
        all.iter().map(|(n, _)| &***n).collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(all[0].1.messages(Kind::Done), 2);
    assert_eq!(all[1].1.messages(Kind::Info), 1);
    let moved: Vec<_> = all[0].1.moved().filter(|(_, n)| *n > 0).collect();
    assert_eq!(moved, [("silent", 1), ("protocol", 1), ("other", 1)]);
}

#[test]
fn a_duration_falls_into_the_smallest_class_that_holds_it() {
    let session: Arc<str> = "a".into();
    let mut tally = Tally::default();
    for seconds in [30, 31, 86_401] {
        tally.completed(&session, Some(Span(seconds * 1_000_000)));
    }
    tally.completed(&session, None);
    tally.completed(&session, Some(Span(-5)));
    assert_eq!(tally.sessions()[0].1.completed, 5);
    assert_eq!(tally.durations.count, 3);
    assert_eq!(&tally.durations.classes[..2], [1, 1]);
    assert_eq!(tally.durations.classes.iter().sum::<u64>(), 2);
    assert!((tally.durations.sum - 86_462.0).abs() < 1e-9);
}
