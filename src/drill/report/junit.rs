//! `JUnit`: one case for each test.

use crate::drill::Findings;
use std::fmt::Write as _;

/// Text in an attribute or an element, without characters that XML 1.0 does not have.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// The result as `JUnit`.
#[must_use]
pub fn junit(findings: &Findings) -> String {
    let of = |word: &str| {
        findings
            .outcomes
            .iter()
            .filter(|o| o.word() == word)
            .count()
    };
    let took = findings.ended.since(findings.began).as_f64();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites>\n<testsuite name=\"drill\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{took:.3}\">",
        findings.outcomes.len(),
        of("FAIL"),
        of("SKIP")
    );
    for outcome in &findings.outcomes {
        let name = escape(&format!("{:02} {}", outcome.test, outcome.name));
        let took = outcome.took.as_f64();
        let _ = writeln!(
            out,
            "<testcase classname=\"drill\" name=\"{name}\" time=\"{took:.3}\">"
        );
        if let Some(why) = &outcome.skipped {
            let _ = writeln!(out, "<skipped message=\"{}\"/>", escape(why));
        } else if !outcome.passed() {
            let why = escape(&outcome.reasons().join("; "));
            let _ = writeln!(out, "<failure message=\"{why}\"/>");
        }
        let _ = writeln!(
            out,
            "<system-out>{}</system-out>\n</testcase>",
            escape(&super::text(outcome))
        );
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}
