//! Probes.

use super::{Finding, Pattern, PatternError, Probe, probe};
use proptest::prelude::*;

fn pattern(written: &str) -> Pattern {
    Pattern::new(written).unwrap()
}

fn lines(finding: &Finding) -> Vec<(&str, u32)> {
    finding
        .evidence
        .iter()
        .map(|e| (&*e.text, e.line))
        .collect()
}

const OUTPUT: &str = "\
# Lamps

## Wicks
See https://example.org/wick and [more](wicks.md).

### 1. Trim API
### 2. Soak API
### Soak api
```
### 3. Code API
https://example.org/code
```

## Glass
Nothing cited, [here](#wicks).

## Complexity assessment
low <https://example.org/low>

| Name | Hours |
|------|-------|
| **Trim API** | 3 |
| 4 | Polish API |
- Oil API: pour
1. Ring API
- gulls
";

#[test]
fn matches_lines_and_bytes_are_counted() {
    let ask = |p: Probe| {
        let f = probe(OUTPUT.as_bytes(), &p);
        (f.met, f.found)
    };
    assert_eq!(
        ask(Probe::Matches {
            pattern: pattern("^### "),
            at_least: 4
        }),
        (true, 4)
    );
    assert_eq!(
        ask(Probe::Matches {
            pattern: pattern("lamps?"),
            at_least: 2
        }),
        (false, 1)
    );
    assert_eq!(
        ask(Probe::Matches {
            pattern: pattern("x*"),
            at_least: 1
        }),
        (true, 4)
    );
    assert_eq!(ask(Probe::Lines { at_least: 26 }), (true, 26));
    assert_eq!(
        ask(Probe::Bytes { at_least: 9999 }),
        (false, OUTPUT.len() as u64)
    );
    for (content, lines) in [
        (&b""[..], 0),
        (b"a", 1),
        (b"a\n", 1),
        (b"a\nb", 2),
        (b"\n", 1),
    ] {
        assert_eq!(
            probe(content, &Probe::Lines { at_least: 0 }).found,
            lines,
            "{content:?}"
        );
    }
}

#[test]
fn entries_are_told_apart_by_their_words() {
    let found = probe(
        OUTPUT.as_bytes(),
        &Probe::Entries {
            pattern: Some(pattern(r"([\w ]+ api)\b")),
            at_least: 5,
        },
    );
    assert!(found.met);
    assert_eq!(
        lines(&found)
            .iter()
            .map(|(_, line)| *line)
            .collect::<Vec<_>>(),
        [6, 7, 23, 24, 25]
    );
    let headings = probe(
        OUTPUT.as_bytes(),
        &Probe::Entries {
            pattern: None,
            at_least: 3,
        },
    );
    assert_eq!(
        (headings.met, headings.found, headings.wanted),
        (false, 2, 3)
    );
}

#[test]
fn sections_without_a_link_are_named() {
    let ask = |except: Option<&str>| {
        probe(
            OUTPUT.as_bytes(),
            &Probe::LinksPerSection {
                at_least: 1,
                level: 2,
                except: except.map(pattern),
            },
        )
    };
    let found = ask(None);
    assert_eq!((found.met, found.found, found.wanted), (false, 2, 3));
    assert_eq!(lines(&found), [("Glass", 14)]);
    assert!(ask(Some("^glass$")).met);
    let two = probe(
        OUTPUT.as_bytes(),
        &Probe::LinksPerSection {
            at_least: 2,
            level: 2,
            except: None,
        },
    );
    assert_eq!(lines(&two), [("Glass", 14), ("Complexity assessment", 17)]);
    assert!(
        !probe(
            b"no sections",
            &Probe::LinksPerSection {
                at_least: 1,
                level: 2,
                except: None
            }
        )
        .met
    );
}

#[test]
fn a_heading_is_required_by_its_words_and_code_has_none() {
    let ask = |p: &str| {
        probe(
            OUTPUT.as_bytes(),
            &Probe::Heading {
                pattern: pattern(p),
            },
        )
    };
    assert_eq!(lines(&ask("complexity")), [("Complexity assessment", 17)]);
    assert!(!ask("code api").met);
    assert!(!ask("nothing cited").met);
}

#[test]
fn patterns_that_cost_too_much_are_refused_by_name() {
    assert_eq!(
        Pattern::new(&"a".repeat(2000)).unwrap_err(),
        PatternError::Long(2000)
    );
    assert!(matches!(
        Pattern::new("((a{1,99}){1,99}){1,99}"),
        Err(PatternError::Large(_))
    ));
    let error = Pattern::new("(open").unwrap_err().to_string();
    assert!(
        error.contains("`(open`") && error.contains("unclosed group"),
        "{error}"
    );
}

#[test]
fn evidence_is_neutral_and_bounded() {
    let content = format!(
        "## \x1b]0;x\x07 a\u{202e} ghp_{}\n{}",
        "a".repeat(30),
        "## b\n".repeat(500)
    );
    let found = probe(
        content.as_bytes(),
        &Probe::LinksPerSection {
            at_least: 1,
            level: 2,
            except: None,
        },
    );
    assert_eq!(found.wanted, 501);
    assert_eq!(found.evidence.len(), 100);
    assert!(
        !found.evidence[0].text.contains(['\x1b', '\u{202e}'])
            && !found.evidence[0].text.contains("ghp_")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_probed(content in prop::collection::vec(any::<u8>(), 0..400)) {
        for p in [
            Probe::Matches { pattern: pattern(r"\w+"), at_least: 1 },
            Probe::Entries { pattern: Some(pattern(".")), at_least: 1 },
            Probe::Entries { pattern: None, at_least: 1 },
            Probe::LinksPerSection { at_least: 1, level: 2, except: None },
            Probe::Heading { pattern: pattern(".") },
            Probe::Lines { at_least: 1 },
        ] {
            let found = probe(&content, &p);
            prop_assert!(found.evidence.len() <= 100);
        }
    }
}
