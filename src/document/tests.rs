//! Documents in the shapes that people use, hostile ones, and what is written back.

mod corpus;
mod fixtures;
mod hostile;
mod notes;
mod render;
mod shapes;

use crate::{
    document::read,
    domain::{
        Timestamp,
        claim::{Claim, Document, Share},
    },
};
use std::fmt::Write as _;

/// Reads a text under a name that says what it is.
fn doc(path: &str, text: &str) -> Document {
    read(path, text.as_bytes()).expect("a name that is read")
}

/// The only claim of a text.
fn only(path: &str, text: &str) -> Claim {
    let mut document = doc(path, text);
    assert_eq!(document.claims.len(), 1, "{document:#?}");
    document.claims.remove(0)
}

fn share(share: Option<Share>) -> String {
    let n = |n: Option<u32>| n.map_or("?".to_owned(), |n| n.to_string());
    share.map_or("-".to_owned(), |s| format!("{}/{}", n(s.done), n(s.of)))
}

fn when(at: Option<Timestamp>) -> String {
    at.map_or("-".to_owned(), Timestamp::rfc3339)
}

/// A document as lines that a person can check.
fn show(d: &Document) -> String {
    let mut out = format!("{} {:?} updated {}\n", d.path, d.kind, when(d.updated));
    for c in &d.claims {
        let _ = writeln!(
            out,
            "\n{:?} {:?} {:?} id {:?} line {}\n  {:?} {:?} agents {} items {} percent {:?} range {:?} teams {:?} of {:?}\n  \
             branch {:?} commit {:?} updated {} eta {:?}\n  outputs {:?}\n  blockers {:?}\n  next {:?}",
            c.unit,
            c.number,
            c.title,
            c.id,
            c.line,
            c.state,
            c.status,
            share(c.agents),
            share(c.items),
            c.percent,
            c.range,
            c.teams,
            c.of_session,
            c.branch,
            c.commit,
            when(c.updated),
            c.eta,
            c.outputs,
            c.blockers,
            c.next,
        );
        for f in &c.fields {
            let _ = writeln!(out, "  {:>3} {}: {}", f.line, f.key, f.value);
        }
    }
    rest(d, &mut out);
    out
}

/// Everything but the claims.
fn rest(d: &Document, out: &mut String) {
    for b in &d.blockers {
        let _ = writeln!(
            out,
            "blocker {:>3} open {} session {:?} owner {:?} since {}: {}",
            b.line,
            b.open,
            b.session,
            b.owner,
            when(b.since),
            b.text
        );
    }
    for t in &d.tasks {
        let _ = writeln!(
            out,
            "task {:>3} {} {:?} {:?} {:?} owner {:?} after {:?} makes {:?}",
            t.line, t.id, t.title, t.state, t.status, t.owner, t.depends_on, t.deliverable
        );
    }
    for a in &d.agents {
        let _ = writeln!(
            out,
            "agent {:>3} {} team {:?}: {}",
            a.line, a.number, a.team, a.task
        );
    }
    for f in &d.head {
        let _ = writeln!(out, "head {:>3} {}: {}", f.line, f.key, f.value);
    }
    for r in &d.remarks {
        let _ = writeln!(out, "remark {:>3} {}", r.line, r.text);
    }
}
