use super::*;
use crate::domain::{Severity, alert::Why};
use crate::notify::{Delivery, NotifyError};
use std::sync::Mutex;

/// Keeps what it was told; fails on demand.
struct Ear {
    heard: Mutex<Vec<Arc<str>>>,
    least: Severity,
    deaf: bool,
}

impl Outlet for Ear {
    fn name(&self) -> Arc<str> {
        "ear".into()
    }

    fn least(&self) -> Severity {
        self.least
    }

    fn tell(&self, json: Arc<str>) -> Delivery<'_> {
        Box::pin(async move {
            if self.deaf {
                return Err(NotifyError::TooSlow {
                    name: self.name(),
                    seconds: 15,
                });
            }
            if let Ok(mut heard) = self.heard.lock() {
                heard.push(json);
            }
            Ok(())
        })
    }
}

fn ear(least: Severity, deaf: bool) -> Arc<Ear> {
    Arc::new(Ear {
        heard: Mutex::default(),
        least,
        deaf,
    })
}

fn notification(severity: Severity) -> Arc<Notification> {
    Arc::new(Notification {
        at: Timestamp(0),
        group: "silent@bridge".into(),
        why: Why::Fired,
        severity,
        alerts: Vec::new(),
        fresh: Vec::new(),
    })
}

fn job(outlets: Vec<Arc<dyn Outlet>>) -> (Notifier, mpsc::Sender<Arc<Notification>>) {
    let (out, inbox) = mpsc::channel(QUEUE);
    let clock = Clock::driven(|| Timestamp(0));
    (Notifier::new(outlets, inbox, clock), out)
}

#[tokio::test]
async fn who_wants_to_hear_of_it_is_told() {
    let (all, worst) = (
        ear(Severity::Warning, false),
        ear(Severity::Critical, false),
    );
    let (mut job, out) = job(vec![all.clone(), worst.clone()]);
    for severity in [Severity::Warning, Severity::Critical] {
        out.send(notification(severity)).await.unwrap();
        job.step().await.unwrap();
    }
    assert_eq!(all.heard.lock().unwrap().len(), 2);
    assert_eq!(worst.heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn one_that_fails_is_counted_and_the_others_are_told() {
    let (deaf, other) = (ear(Severity::Warning, true), ear(Severity::Warning, false));
    let (mut job, out) = job(vec![deaf, other.clone()]);
    out.send(notification(Severity::Warning)).await.unwrap();
    let error = job.step().await.unwrap_err().to_string();
    assert!(error.contains("(1 failed, 0 not sent)"), "{error}");
    assert_eq!(other.heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_flood_is_cut_and_counted() {
    let all = ear(Severity::Warning, false);
    let (mut job, out) = job(vec![all.clone()]);
    let mut last = String::new();
    for _ in 0..9 {
        out.send(notification(Severity::Warning)).await.unwrap();
        last = job
            .step()
            .await
            .map_or_else(|e| e.to_string(), |()| String::new());
    }
    assert_eq!(all.heard.lock().unwrap().len(), 5);
    assert!(last.contains("4 not sent"), "{last}");
}
