use super::*;

fn trouble(from: i64, until: Option<i64>, severity: Severity) -> Trouble {
    Trouble {
        from: at(from),
        until: until.map(at),
        severity,
        what: "silent".into(),
    }
}

const fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1_000_000)
}

#[test]
fn an_incident_is_the_worst_that_is_open_and_else_the_newest() {
    use Severity::{Critical, Warning};
    let around = Span::seconds(10);
    let mut recording = Recording {
        from: at(0),
        to: at(1_000),
        troubles: vec![
            trouble(100, Some(200), Critical),
            trouble(300, None, Critical),
            trouble(400, Some(900), Critical),
            trouble(500, None, Warning),
        ],
        gaps: Vec::new(),
    };
    let of = |r: &Recording, seen: i64| r.incident(at(seen), around);
    assert_eq!(of(&recording, 50), None);
    for seen in [150, 205, 250] {
        assert_eq!(of(&recording, seen), Some((at(90), at(210))));
    }
    let newer = Some((at(390), at(910)));
    assert_eq!(
        of(&recording, 600),
        newer,
        "the newer of two that are as bad"
    );
    let worse = Some((at(290), at(1_000)));
    assert_eq!(of(&recording, 1_000), worse, "the worst that is open");
    assert_eq!(of(&recording, 1_005), Some((at(290), at(1_005))));
    recording.troubles.retain(|t| t.until.is_some());
    assert_eq!(
        of(&recording, 1_000),
        Some((at(390), at(910))),
        "the newest"
    );
}
