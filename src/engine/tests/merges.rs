//! Questions about the repository and merges beside it, through the engine.

use super::{Bench, whole};
use crate::{
    domain::{Command, Mode, Refusal, health::Detector},
    engine::Pen,
    link::Reply,
};

fn merge() -> Command {
    Command::ScratchMerge {
        ours: "main".into(),
        theirs: "claude/x".into(),
    }
}

#[tokio::test]
async fn where_nothing_may_be_written_no_merge_is_begun() {
    let mut bench = Bench::edited(
        Mode::Live,
        Detector::FIXED,
        None,
        |clock, _| clock,
        |plan, _| plan.pen = Pen::Forbidden("asked for with --read-only".into()),
    );
    bench.until(whole).await;
    let reply = bench.ask(merge()).await;
    let why = Refusal::ReadOnly("asked for with --read-only".to_owned());
    assert_eq!(reply, Reply::Refused(why));
}

#[tokio::test]
async fn without_a_repository_questions_are_answered_with_the_remedy() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    let branch = "main".into();
    for command in [merge(), Command::Commits { branch }] {
        match bench.ask(command).await {
            Reply::Refused(why) => assert!(why.to_string().contains("--git DIR"), "{why}"),
            other => panic!("{other:?}"),
        }
    }
}
