use super::Clerk;
use crate::{
    domain::{Refusal, Repo, Timestamp, repo::Begun, repo::CommitLine},
    git::{Entry, GitError, Repos, Touch, Trees},
    link::Reply,
};
use std::sync::{Arc, Mutex, mpsc};

/// A repository whose log waits until it is told to go on, and whose merges begin at once.
struct Slow(Mutex<mpsc::Receiver<()>>);

impl Repos for Slow {
    fn status(&self, now: Timestamp) -> Result<Repo, GitError> {
        Ok(Repo::unread("".into(), now))
    }

    fn name(&self) -> Arc<str> {
        "slow".into()
    }

    fn trees(&self) -> Result<Box<dyn Trees + '_>, GitError> {
        let _go = self.0.lock().unwrap().recv();
        Ok(Box::new(Log))
    }

    fn begin(&self, ours: &str, theirs: &str) -> Result<Begun, GitError> {
        match theirs {
            "panic" => panic!("of a kind"),
            "gone" => Err(GitError::NoSuchBranch(theirs.to_owned())),
            _ => Ok(Begun {
                ours: ours.into(),
                theirs: theirs.into(),
                ..Begun::default()
            }),
        }
    }
}

struct Log;

impl Trees for Log {
    fn names(&self, _: &str, _: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, GitError> {
        Ok(Vec::new())
    }

    fn read(&self, _: &Entry, _: u64) -> Result<Vec<u8>, GitError> {
        Ok(Vec::new())
    }

    fn touched(&self, _: &str, _: &str) -> Result<Option<Touch>, GitError> {
        Ok(None)
    }

    fn log(&self, branch: &str, _: usize) -> Result<Vec<CommitLine>, GitError> {
        Ok(vec![CommitLine {
            id: "0123".into(),
            at: None,
            author: "ann".into(),
            subject: branch.into(),
        }])
    }
}

fn clerk() -> (Clerk, mpsc::SyncSender<()>) {
    let (go, wait) = mpsc::sync_channel(4);
    (Clerk::of(Some(Arc::new(Slow(Mutex::new(wait))))), go)
}

#[tokio::test]
async fn a_slow_repository_keeps_nothing_else_waiting() {
    let (clerk, go) = clerk();
    let first = tokio::spawn(clerk.commits("a".into()));
    let second = tokio::spawn(clerk.commits("b".into()));
    // Both places are taken, the third is refused at once, and merges have a place of their own.
    assert_eq!(
        clerk.commits("c".into()).await,
        Reply::Refused(Refusal::Busy)
    );
    let merge = clerk.merge("main".into(), "x".into()).await;
    assert!(matches!(merge, Reply::Merging(begun) if &*begun.theirs == "x"));
    go.send(()).unwrap();
    go.send(()).unwrap();
    for (answer, branch) in [(first, "a"), (second, "b")] {
        let Reply::Commits(name, found) = answer.await.unwrap() else {
            panic!("no commits");
        };
        assert_eq!((&*name, &*found[0].subject), (branch, branch));
    }
    go.send(()).unwrap();
    assert!(matches!(
        clerk.commits("c".into()).await,
        Reply::Commits(..)
    ));
}

#[tokio::test]
async fn errors_and_panics_are_answers_and_give_the_place_back() {
    let (clerk, _go) = clerk();
    for (theirs, words) in [
        ("gone", "no branch gone"),
        ("panic", "panic"),
        ("gone", "gone"),
    ] {
        match clerk.merge("main".into(), theirs.into()).await {
            Reply::Refused(why) => assert!(why.to_string().contains(words), "{why}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn without_a_repository_everything_is_refused_with_the_remedy() {
    match Clerk::of(None).commits("a".into()).await {
        Reply::Refused(why) => assert!(why.to_string().contains("--git DIR"), "{why}"),
        other => panic!("{other:?}"),
    }
}
