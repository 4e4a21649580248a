use super::*;
use crate::domain::{Source, Span, tally::Tally};

fn picture() -> Snapshot {
    let mut tally = Tally::default();
    let session: Arc<str> = "s\"1\\\nx".into();
    tally.message(&session, Kind::Done);
    tally.completed(&session, Some(Span::seconds(45)));
    tally.moved(&session, Some("silent"));
    Snapshot {
        source: Source {
            read_at: Some(Timestamp(1_000_000)),
            ..Source::default()
        },
        tally: Arc::new(tally),
        ..Snapshot::default()
    }
}

fn lines(around: &Around) -> Vec<String> {
    let text = page(&picture(), around, Timestamp(2_000_000)).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn every_sample_has_its_help_and_type_before_it() {
    let mut known: Vec<String> = Vec::new();
    for line in lines(&Around::default()) {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            known.push(rest.split(' ').next().unwrap().to_owned());
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|s| name.strip_suffix(s))
                .filter(|b| known.iter().any(|k| k == b))
                .unwrap_or(name);
            assert!(known.iter().any(|k| k == base), "{line}");
        }
    }
    assert!(known.len() > 8, "{known:?}");
}

#[test]
fn what_comes_from_outside_is_quoted() {
    let all = lines(&Around::default());
    let done = all
        .iter()
        .find(|l| l.starts_with("swarm_tasks_completed_total{"));
    assert_eq!(
        done.unwrap(),
        r#"swarm_tasks_completed_total{session="s\"1\\\nx"} 1"#
    );
}

#[test]
fn classes_of_durations_are_cumulative() {
    let all = lines(&Around::default());
    for line in [
        r#"swarm_task_duration_seconds_bucket{le="30"} 0"#,
        r#"swarm_task_duration_seconds_bucket{le="60"} 1"#,
        r#"swarm_task_duration_seconds_bucket{le="86400"} 1"#,
        r#"swarm_task_duration_seconds_bucket{le="+Inf"} 1"#,
        "swarm_task_duration_seconds_sum 45",
        "swarm_task_duration_seconds_count 1",
    ] {
        assert!(all.iter().any(|l| l == line), "{line}\n{}", all.join("\n"));
    }
}

#[test]
fn every_state_of_an_alert_is_there_even_without_any() {
    let all = lines(&Around::default());
    let alerts = all.iter().filter(|l| l.starts_with("swarm_alerts{"));
    assert_eq!(alerts.count(), 18);
}

#[test]
fn a_process_that_does_not_say_so_any_more_is_not_up() {
    let told = |ago: i64| Daemon {
        job: "keepalive".to_owned(),
        alive: true,
        age: Some(Span::seconds(ago)),
        ..Daemon::default()
    };
    let up = |ago: i64| {
        let around = Around {
            daemons: vec![told(ago)],
            ..Around::default()
        };
        lines(&around)
            .into_iter()
            .find(|l| l.starts_with("swarm_job_up"))
    };
    assert_eq!(up(1).unwrap(), r#"swarm_job_up{job="keepalive"} 1"#);
    assert_eq!(up(40).unwrap(), r#"swarm_job_up{job="keepalive"} 0"#);
}
