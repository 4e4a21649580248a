//! One claim per session, out of everything that a document says of it.

use super::{keys::Slot, remark, slots::Slots, words};
use crate::domain::claim::{Claim, ClaimState, Document, Unit};

/// `Session 3: Ready` said in passing, outside the session's own heading.
pub(super) struct Passing {
    /// Of the session.
    pub(super) number: u32,
    /// As written.
    pub(super) status: String,
    /// From 1.
    pub(super) line: u32,
}

/// Of several claims of one session the latest stays, else the first. What was said in passing makes a claim only where
/// there is none; where it contradicts one it is a remark. O(claims^2), and claims are few.
pub(super) fn settle(document: &mut Document, passing: Vec<Passing>) {
    let mut kept: Vec<Claim> = Vec::new();
    for claim in std::mem::take(&mut document.claims) {
        let same =
            |c: &Claim| c.unit == claim.unit && c.number.is_some() && c.number == claim.number;
        let Some(old) = kept.iter_mut().find(|c| same(c)) else {
            kept.push(claim);
            continue;
        };
        let lost = if claim.updated > old.updated && old.updated.is_some() {
            std::mem::replace(old, claim)
        } else {
            claim
        };
        let said = lost.status.as_deref().unwrap_or("no status");
        document.remarks.push(remark(
            &format!("said twice of the same: {said}"),
            lost.line,
        ));
    }
    for said in passing {
        let state = words::state(&said.status);
        let known = kept
            .iter()
            .find(|c| c.unit == Unit::Session && c.number == Some(said.number));
        match known {
            None if state != ClaimState::Unknown => {
                let mut slots = Slots::new(Unit::Session, said.line);
                slots.claim.number = Some(said.number);
                slots.keep("Status", &said.status, said.line);
                slots.fill(Slot::Status, &said.status);
                kept.push(slots.done());
            }
            Some(c) if differs(c.state.unwrap_or_default(), state) => {
                let note = format!("also said of session {}: {}", said.number, said.status);
                document.remarks.push(remark(&note, said.line));
            }
            _ => {}
        }
    }
    document.claims = kept;
}

/// One says that it is over, the other does not.
fn differs(a: ClaimState, b: ClaimState) -> bool {
    let over = |s| matches!(s, ClaimState::Complete | ClaimState::Failed);
    a != ClaimState::Unknown && b != ClaimState::Unknown && over(a) != over(b)
}
