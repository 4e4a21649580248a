use super::*;
use crate::domain::{
    Problem, Span, Subject,
    alert::{Alerts, Condition},
};
use std::time::Duration;

const NOON: Timestamp = Timestamp(1_787_227_200_000_000);

fn notification() -> Notification {
    let problem = Problem {
        key: "silent/conv_1".into(),
        severity: Severity::Critical,
        subject: Subject::Worker("conv_1".into(), "w\x1b[2J1".into()),
        kind: "silent",
        sentence: "silent, owns T-1".to_owned(),
        since: NOON,
    };
    let condition = [Condition {
        problem: &problem,
        team: None,
        host: None,
    }];
    let mut book = Alerts::default();
    book.step(&condition, 0, NOON);
    let sent = book.step(&condition, 0, NOON.plus(Span::seconds(10)));
    sent.notifications.into_iter().next().unwrap()
}

fn child(script: &str) -> Child {
    let argv = ["sh", "-c", script].map(str::to_owned).to_vec();
    Child::command(argv, Severity::Warning).unwrap()
}

#[test]
fn a_letter_is_one_line_of_json_without_control_bytes() {
    let text = encode(&notification());
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], SCHEMA);
    assert_eq!(value["why"], "fired");
    assert_eq!(value["alerts"][0]["id"], "silent/conv_1");
    assert_eq!(value["fresh"][0], "silent/conv_1");
    assert!(!text.contains("\\u001b") && !text.contains('\n'), "{text}");
}

#[tokio::test]
async fn a_child_is_given_the_json_on_its_standard_input() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("told");
    let outlet = child(&format!("cat > '{}'", file.display()));
    outlet.tell(encode(&notification())).await.unwrap();
    let told = std::fs::read_to_string(&file).unwrap();
    assert_eq!(told.trim_end(), &*encode(&notification()));
}

#[tokio::test]
async fn a_child_that_fails_says_how_and_says_it_safely() {
    let outlet = child("printf 'no\\033[2Jroute\\n' >&2; exit 7");
    let error = outlet.tell("{}".into()).await.unwrap_err().to_string();
    assert!(error.starts_with("sh failed with 7: no"), "{error}");
    assert!(!error.contains('\x1b'), "{error:?}");
}

#[tokio::test]
async fn a_child_that_hangs_is_ended() {
    let outlet = child("exec sleep 600").within(Duration::from_millis(50));
    let error = outlet.tell("{}".into()).await.unwrap_err();
    assert!(matches!(error, NotifyError::TooSlow { .. }), "{error}");
}

#[tokio::test]
async fn a_child_that_is_not_there_is_named() {
    let argv = vec!["/no/such/program".to_owned()];
    let outlet = Child::command(argv, Severity::Warning).unwrap();
    let error = outlet.tell("{}".into()).await.unwrap_err().to_string();
    assert!(error.starts_with("program cannot be started"), "{error}");
}

#[test]
fn an_address_is_http_and_never_shown() {
    assert!(Child::url("file:///etc/passwd", Severity::Warning).is_none());
    assert!(Child::command(Vec::new(), Severity::Warning).is_none());
    let outlet = Child::url("https://hooks.example/T/secret", Severity::Warning).unwrap();
    assert_eq!(&*outlet.name(), "curl");
}

#[test]
fn a_flood_is_limited() {
    let mut limit = Limit::new(NOON);
    let at = |seconds| NOON.plus(Span::seconds(seconds));
    let told = (0..100).filter(|_| limit.take(at(0))).count();
    assert_eq!(told, 5);
    assert!(!limit.take(at(9)) && limit.take(at(10)) && !limit.take(at(11)));
    let later = (0..100).filter(|_| limit.take(at(3_600))).count();
    assert_eq!(later, 5);
    assert!(!limit.take(at(0)), "a clock that steps back gives nothing");
}
