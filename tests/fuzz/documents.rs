//! Any bytes under any name: nothing fails, everything that comes out is neutral, writing over keeps what it should.
#![no_main]

#[path = "../../src/document/mod.rs"]
#[allow(dead_code, reason = "mounted whole")]
mod document;
#[path = "../../src/domain/mod.rs"]
#[allow(dead_code, unused_imports, reason = "mounted whole")]
mod domain;

use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 8] = [
    "MULTI-SESSION-STATUS.md",
    "INTEGRATION-PROGRESS-TRACKER.md",
    "SESSION-HANDOVER-PROTOCOL.md",
    "BLOCKERS.md",
    "PHASE-0-TASK-BOARD.md",
    "HAIKU-SWARM-X.md",
    "STATUS-SESSION-1.yaml",
    "STATUS.md",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    let name = NAMES[usize::from(*which) % NAMES.len()];
    let read = document::read(name, bytes).expect("a name that is read");
    for claim in &read.claims {
        for field in &claim.fields {
            assert_eq!(domain::text::line(&field.value), *field.value);
        }
    }
    let text = String::from_utf8_lossy(bytes);
    let written = document::render::status_md(&domain::claim::StatusDoc::default());
    let _ = document::render::merge(Some(&text), &written);
    let _ = document::render::discard(Some(&text), &written);
    if let Ok(pattern) = document::criteria::Pattern::new(text.get(..64).unwrap_or(&text)) {
        let entries = document::criteria::Entries::of(&text, Some(&pattern));
        assert!(entries.first.len() <= 100);
    }
});
