//! Conversations that are made, and credentials that arrive.

use super::*;
use crate::engine::{
    Clock,
    job::{Job as _, Rotating, Rotation},
};
use std::sync::atomic::Ordering;

#[test]
fn a_worker_has_one_conversation_however_often_it_is_asked_for() {
    let swarm = Swarm::new();
    let first = swarm.opened(0);
    for _ in 0..2 {
        assert!(matches!(swarm.open(false, 1), Opening::Kept(kept) if kept.id() == first));
    }
    assert!(swarm.issuer.send(at(1)).unwrap().is_none());
    // One that was made elsewhere is not ours to send.
    let other = swarm
        .store
        .conversation("conv_other", "worker-4-docs", at(0));
    let mut store = swarm.store.clone();
    let found = swarm
        .issuer
        .open(&mut store, (4, "worker-4-docs"), (false, "test"), at(1))
        .unwrap();
    assert_eq!(found, Opening::Foreign(other));
    assert!(
        swarm
            .issuer
            .home
            .roster()
            .unwrap()
            .issued
            .iter()
            .all(|i| i.worker == 3)
    );
}

#[test]
fn a_rotation_keeps_the_orchestrators_name() {
    let mut swarm = Swarm::new();
    swarm.issuer.orchestrator = "lead".into();
    let first = swarm.opened(0);
    // The program that rotates knows nothing of the swarm file.
    swarm.issuer.orchestrator = "s2-orchestrator".into();
    let roles = || {
        let rows = swarm
            .store
            .clone()
            .newest(0)
            .unwrap()
            .conversations
            .unwrap();
        rows.iter()
            .map(|row| row.role_a.to_string())
            .collect::<Vec<_>>()
    };
    assert!(matches!(swarm.open(true, 1), Opening::New(_)));
    assert_eq!(roles(), ["lead", "lead"]);
    // Neither after the bridge has cleaned up.
    let second = swarm.newest();
    swarm.store.remove_conversation(&first);
    swarm.store.remove_conversation(&second);
    assert!(matches!(swarm.open(true, 2), Opening::New(_)));
    assert_eq!(roles(), ["lead"]);
}

#[test]
fn its_own_conversation_is_recognised_behind_one_that_is_gone_and_under_another_name() {
    let mut swarm = Swarm::new();
    swarm.issuer.orchestrator = "lead".into();
    let first = swarm.opened(0);
    swarm.open(true, 1);
    swarm.store.remove_conversation(&swarm.newest());
    for name in ["lead", "s2-orchestrator"] {
        swarm.issuer.orchestrator = name.into();
        let found = swarm.open(false, 2);
        assert!(
            matches!(&found, Opening::Kept(kept) if kept.id() == first),
            "{found:?}"
        );
    }
}

#[test]
fn the_worker_says_once_that_it_is_there_and_hears_of_every_new_credential() {
    let swarm = Swarm::new();
    let mut heard = swarm.syncing.handover.listen();
    let first = swarm.opened(0);
    let lines = swarm.syncs(1);
    assert!(lines[0].contains("holds conv_"), "{lines:?}");
    let handed = heard.borrow_and_update().clone().unwrap();
    assert_eq!((handed.generation, &handed.conversation), (1, &first));
    let held = Delivery::new(None, &swarm.world.dir.path().join("state-3"), "s2")
        .held(3, at(1))
        .unwrap();
    assert_eq!(
        (held.unwrap().conversation, handed.path.is_file()),
        (first.clone(), true)
    );
    let said = swarm
        .picture(1)
        .messages
        .iter()
        .map(|m| m.body.to_string())
        .collect::<Vec<_>>();
    assert_eq!(said, ["worker-3-tests joined and ready"]);
    // Again, after a restart, and after a lost marker: nothing more is said, and nobody is disturbed.
    swarm.syncs(2);
    std::fs::remove_file(swarm.world.home(3).dir().join("worker-3-greeted")).unwrap();
    swarm.syncs(3);
    assert_eq!(swarm.picture(3).messages.len(), 1);
    assert!(!heard.has_changed().unwrap());
    let Opening::New(second) = swarm.open(true, 10) else {
        panic!("not new")
    };
    swarm.issuer.send(at(10)).unwrap();
    swarm.syncs(11);
    let handed = heard.borrow_and_update().clone().unwrap();
    assert_eq!(
        (handed.generation, handed.conversation.clone()),
        (2, second.id())
    );
}

#[test]
fn a_credential_that_the_bridge_does_not_know_is_not_taken() {
    let swarm = Swarm::new();
    let first = swarm.opened(0);
    swarm.syncs(1);
    // Somebody who can push, and encrypt to the worker's public key, forges one.
    swarm.world.issues(3, 9, Format::Age, at(5));
    let error = Sync::look(&swarm.syncing, at(6)).unwrap_err().to_string();
    assert!(error.contains("the bridge does not know"), "{error}");
    let held = Delivery::new(None, &swarm.world.dir.path().join("state-3"), "s2")
        .held(3, at(6))
        .unwrap();
    assert_eq!(held.unwrap().conversation, first);
    // The same id with another token.
    swarm
        .store
        .conversation("conv_0909090909090909", "worker-3-tests", at(5));
    assert!(Sync::look(&swarm.syncing, at(7)).is_err());
    assert_eq!(swarm.picture(7).messages.len(), 1);
}

#[test]
fn a_bridge_that_does_not_answer_is_no_agreement() {
    let swarm = Swarm::new();
    let first = swarm.opened(0);
    swarm.syncs(1);
    let held = || {
        Delivery::new(None, &swarm.world.dir.path().join("state-3"), "s2")
            .held(3, at(6))
            .unwrap()
            .unwrap()
            .conversation
    };
    swarm.world.issues(3, 9, Format::Age, at(5));
    let path = "bridge".to_owned();
    swarm
        .store
        .fail(move || StoreError::Busy { path: path.clone() });
    let error = Sync::look(&swarm.syncing, at(6)).unwrap_err().to_string();
    assert!(
        error.contains("locked") && error.contains("tried again"),
        "{error}"
    );
    swarm.store.heal();
    assert!(Sync::look(&swarm.syncing, at(6)).is_err());
    assert_eq!(held(), first);
    // A genuine one waits until the bridge answers.
    let Opening::New(second) = swarm.open(true, 7) else {
        panic!("not new")
    };
    swarm.issuer.send(at(7)).unwrap();
    swarm.store.fail(|| StoreError::Busy { path: "b".into() });
    assert!(Sync::look(&swarm.syncing, at(8)).is_err());
    swarm.store.heal();
    swarm.syncs(8);
    assert_eq!(held(), second.id());
}

#[test]
fn a_conversation_that_is_over_in_the_bridge_is_not_taken() {
    let swarm = Swarm::new();
    swarm.opened(0);
    swarm.syncs(1);
    let Opening::New(second) = swarm.open(true, 5) else {
        panic!("not new")
    };
    swarm.issuer.send(at(5)).unwrap();
    let mut store = swarm.store.clone();
    assert!(
        swarm
            .issuer
            .end(&mut store, &second.id(), "test", at(6))
            .unwrap()
    );
    let error = Sync::look(&swarm.syncing, at(7)).unwrap_err().to_string();
    assert!(error.contains("over in the bridge"), "{error}");
}

#[tokio::test]
async fn the_job_renews_by_itself_and_sends_again_what_could_not_be_sent() {
    let swarm = Swarm::new();
    swarm.opened(0);
    swarm.syncs(1);
    let (shown, picture) = tokio::sync::watch::channel(Arc::new(Snapshot::default()));
    let (store, stop) = (swarm.store.clone(), Arc::new(AtomicBool::new(false)));
    let how = Rotating {
        issuer: swarm.issuer.clone(),
        rotate: Rotate::BeforeExpiry,
        open: Arc::new(move || Ok(Box::new(store.clone()))),
        view: View {
            mode: crate::domain::Mode::Live,
            detector: Detector::FIXED,
            habits: Arc::default(),
            floors: Arc::default(),
        },
        stop: Arc::clone(&stop),
    };
    let mut job = Rotation::new(how, Clock::driven(|| at(151)), picture);
    job.step().await.unwrap();
    let issued = || swarm.issuer.home.roster().unwrap().issued;
    assert_eq!(
        issued().len(),
        1,
        "before anything was read nothing is done"
    );
    shown.send_replace(Arc::new(swarm.picture(151)));
    let place = |name: &str| swarm.world.dir.path().join(name);
    std::fs::rename(place("remote.git"), place("away")).unwrap();
    let error = job.step().await.unwrap_err().to_string();
    assert!(error.contains("cannot be reached"), "{error}");
    std::fs::rename(place("away"), place("remote.git")).unwrap();
    job.step().await.unwrap();
    assert!(job.serves().contains("sent"), "{}", job.serves());
    let stages: Vec<_> = issued().iter().map(|i| i.stage).collect();
    assert_eq!(stages, [Stage::Alive, Stage::Sent], "made once, sent once");
    drop(job);
    assert!(stop.load(Ordering::Relaxed));
}
