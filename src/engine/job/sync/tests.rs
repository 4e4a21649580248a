use super::*;
use crate::{
    credentials::tests::{NOW, World},
    domain::credential::Format,
};

fn syncing(world: &World) -> Syncing {
    Syncing {
        syncer: world.syncer(3),
        stop: Arc::default(),
        every: Duration::from_secs(60),
        open: None,
        strict: true,
        handover: Handover::default(),
        seed: 7,
    }
}

#[tokio::test]
async fn the_job_hands_over_and_says_what_it_serves() {
    let world = World::new();
    let how = syncing(&world);
    let heard = how.handover.listen();
    let stop = Arc::clone(&how.stop);
    let mut job = Sync::new(how, Clock::driven(|| NOW));
    assert!(job.serves().contains("claude/s2-test-credentials"));
    job.step().await.unwrap();
    assert!(
        job.serves().contains("not at the remote"),
        "{}",
        job.serves()
    );
    world.joins(3);
    world.accepts(3);
    world.issues(3, 1, Format::Age, NOW);
    job.step().await.unwrap();
    assert!(job.serves().contains("holds conv_0101"), "{}", job.serves());
    assert_eq!(heard.borrow().as_ref().unwrap().generation, 1);
    drop(job);
    assert!(
        stop.load(Ordering::Relaxed),
        "a fetch that runs ends with it"
    );
}

#[tokio::test]
async fn a_remote_that_fails_is_the_state_of_the_job() {
    let world = World::new();
    world.joins(3);
    std::fs::remove_dir_all(world.dir.path().join("remote.git")).unwrap();
    let mut job = Sync::new(syncing(&world), Clock::driven(|| NOW));
    let error = job.step().await.unwrap_err().to_string();
    assert!(error.contains("cannot be reached"), "{error}");
}

#[test]
fn machines_do_not_come_at_once() {
    let world = World::new();
    let every = |seed| {
        let job = Sync::new(
            Syncing {
                seed,
                ..syncing(&world)
            },
            Clock::driven(|| NOW),
        );
        let Cadence::Every(pause) = job.cadence() else {
            panic!("at once")
        };
        pause
    };
    let pauses: std::collections::BTreeSet<_> = (0..20).map(every).collect();
    assert!(pauses.len() > 15);
    let (least, most) = (Duration::from_secs(54), Duration::from_secs(66));
    assert!(
        pauses.iter().all(|p| (least..=most).contains(p)),
        "{pauses:?}"
    );
}
