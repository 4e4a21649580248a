//! Workers that are not accepted, and steps that fail.

use super::*;
use crate::{
    credentials::{Stage, revoke},
    engine::IssueError,
};

/// Workers 3 and 4 are in their first conversations; 4 is not accepted any more.
fn one_of_two(format: Format) -> (Swarm, [ConversationId; 2]) {
    let mut swarm = Swarm::new();
    swarm.issuer.format = format;
    swarm.world.joins(4);
    swarm.world.accepts(4);
    let ids = [(4, "worker-4-docs"), (3, "worker-3-tests")].map(|who| {
        let mut store = swarm.store.clone();
        let opened = swarm.issuer.open(&mut store, who, (false, "test"), at(0));
        let Opening::New(issued) = opened.unwrap() else {
            panic!("not new")
        };
        issued.id()
    });
    swarm.issuer.send(at(0)).unwrap();
    swarm
        .issuer
        .home
        .edit(|roster| {
            roster.accepted.retain(|a| a.worker != 4);
            Ok(())
        })
        .unwrap();
    (swarm, ids)
}

#[test]
fn who_is_not_accepted_gets_nothing_new_and_keeps_back_nobody() {
    for format in [Format::Age, Format::Clear, Format::Both] {
        let (swarm, _) = one_of_two(format);
        let renew = |worker, role: &str| Step::Renew {
            worker,
            role: role.into(),
        };
        assert_eq!(swarm.plan(150), [renew(3, "worker-3-tests")]);
        let steps = [renew(4, "worker-4-docs"), renew(3, "worker-3-tests")];
        let mut store = swarm.store.clone();
        let look = |store: &mut dyn Store| see(store, 150);
        let done = swarm.issuer.carry_out(&mut store, &steps, look, at(150));
        let done = done.unwrap();
        assert!(
            matches!(&done.failed[..], [(who, IssueError::Credential(_))] if who == "worker-4-docs"),
            "{done:?}"
        );
        assert_eq!(done.said.len(), 2, "{done:?}");
        assert_eq!(done.said[1], "credentials sent");
        let issued = swarm.issuer.home.roster().unwrap().issued;
        let workers: Vec<_> = issued.iter().map(|i| (i.worker, i.stage)).collect();
        assert_eq!(
            workers,
            [(4, Stage::Sent), (3, Stage::Sent), (3, Stage::Sent)]
        );
        assert_eq!(store.newest(0).unwrap().conversations.unwrap().len(), 3);
    }
}

#[test]
fn a_bridge_that_fails_keeps_back_no_credential_that_waits() {
    let swarm = Swarm::new();
    let Opening::New(first) = swarm.open(false, 0) else {
        panic!("not new")
    };
    swarm.store.fail(|| StoreError::Busy { path: "b".into() });
    let steps = [Step::Renew {
        worker: 3,
        role: "worker-3-tests".into(),
    }];
    let mut store = swarm.store.clone();
    let look = |store: &mut dyn Store| see(store, 1);
    let failed = swarm.issuer.carry_out(&mut store, &steps, look, at(1));
    assert!(failed.unwrap_err().to_string().contains("locked"));
    let roster = swarm.issuer.home.roster().unwrap();
    assert_eq!(roster.issued[0].stage, Stage::Sent);
    swarm.store.heal();
    assert!(swarm.syncs(2)[0].contains(first.id().raw()));
}

#[test]
fn what_the_bridge_could_not_end_is_ended_later() {
    let swarm = Swarm::new();
    let first = swarm.opened(0);
    // Somebody renews it while it is being revoked.
    let Opening::New(second) = swarm.open(true, 1) else {
        panic!("not new")
    };
    let (home, shelf) = (swarm.world.home(0), swarm.world.shelf(0));
    let (ended, _) = revoke(&home, &shelf, 3, &World::who()).unwrap();
    let ids: Vec<_> = ended.iter().map(crate::credentials::Issued::id).collect();
    assert_eq!(ids, [first.clone(), second.id()]);
    let mut store = swarm.store.clone();
    let role = (3, "worker-3-tests");
    let again = swarm.issuer.open(&mut store, role, (true, "test"), at(2));
    assert!(again.unwrap_err().to_string().contains("not accepted"));
    assert_eq!(home.roster().unwrap().current(3, at(2)), None);
    let steps = swarm.plan(3);
    assert_eq!(steps, [Step::End(first.clone()), Step::End(second.id())]);
    swarm.store.fail(|| StoreError::Busy { path: "b".into() });
    let look = |store: &mut dyn Store| see(store, 3);
    assert!(
        swarm
            .issuer
            .carry_out(&mut store, &steps, look, at(3))
            .is_err()
    );
    swarm.store.heal();
    assert_eq!(swarm.plan(4), steps);
    let said = swarm.carry_out(&steps, 4);
    assert_eq!(said.len(), 2, "nothing is sent: {said:?}");
    assert_eq!(swarm.expiry(&first), Some(at(4)));
    assert_eq!(swarm.expiry(&second.id()), Some(at(4)));
    assert_eq!(swarm.plan(5), []);
    assert!(
        home.dir()
            .join("outbox")
            .read_dir()
            .unwrap()
            .next()
            .is_none()
    );
    let tokens = home.dir().join("orchestrator").read_dir().unwrap();
    assert_eq!(tokens.count(), 0);
}

#[test]
fn who_is_accepted_again_begins_anew() {
    let swarm = Swarm::new();
    let first = swarm.opened(0);
    let (home, shelf) = (swarm.world.home(0), swarm.world.shelf(0));
    revoke(&home, &shelf, 3, &World::who()).unwrap();
    swarm.world.joins(3);
    swarm.world.accepts(3);
    let Opening::New(second) = swarm.open(false, 1) else {
        panic!("not new")
    };
    assert_ne!(second.id(), first);
    assert_eq!(swarm.expiry(&first), Some(at(1)), "what was to be ended is");
}
