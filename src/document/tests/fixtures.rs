//! One document of every kind, read whole.

use super::{doc, show};

macro_rules! fixture {
    ($($test:ident $file:literal)+) => {
        $(#[test]
        fn $test() {
            insta::assert_snapshot!(show(&doc(
                concat!("some/folder/", $file),
                include_str!(concat!("fixtures/", $file)),
            )));
        })+
    };
}

fixture! {
    status "MULTI-SESSION-STATUS.md"
    tracker "INTEGRATION-PROGRESS-TRACKER.md"
    handover "SESSION-HANDOVER-PROTOCOL.md"
    blockers "BLOCKERS.md"
    board "PHASE-0-TASK-BOARD.md"
    mission "HAIKU-SWARM-COAST.md"
    report_yaml "STATUS-SESSION-4.yaml"
    report_broken_yaml "STATUS-SESSION-6.yaml"
    report_markdown "STATUS.md"
}
