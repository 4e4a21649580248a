use super::{BODY_CAP, ID_CAP, body, fit, line, name, redact, redact_name, short_id};
use proptest::prelude::*;
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

#[test]
fn plain_text_is_borrowed() {
    assert!(matches!(line("worker-3-tests"), Cow::Borrowed(_)));
}

#[test]
fn sequences_collapse_and_are_counted() {
    assert_eq!(
        line("\x1b[2J\x1b]0;owned\x07red\x1b[0m"),
        "red⟨18 control bytes⟩"
    );
    assert_eq!(line("a\u{9b}31mb"), "ab⟨4 control bytes⟩");
    assert_eq!(line("\x1b"), "⟨1 control byte⟩");
}

#[test]
fn control_bytes_are_shown() {
    assert_eq!(
        line("bell\x07 nul\0 del\x7f"),
        "bell\\x07 nul\\x00 del\\x7f"
    );
    assert_eq!(line("a\tb\r\nc\rd"), "a b⏎c\\x0dd");
    assert_eq!(body("a\tb\r\nc"), "a b\nc");
}

#[test]
fn bidi_and_zero_width_are_named() {
    assert_eq!(line("\u{202e}gnirts\u{202c}"), "⟨U+202E⟩gnirts⟨U+202C⟩");
    assert_eq!(line("a\u{200b}b"), "a⟨U+200B⟩b");
}

#[test]
fn disputed_clusters_become_their_base() {
    assert_eq!(line("👩\u{200d}💻 ok"), "👩 ok");
    assert_eq!(line("e\u{301}"), "é");
    assert_eq!(line("漢字"), "漢字");
}

#[test]
fn keys_are_never_shown() {
    for secret in [
        "AKIAIOSFODNN7EXAMPLE",
        "Bearer abcdefghijklmnopqrstuvwx",
        "ghp_abcdefghijklmnopqrstuvwxyz0123",
        "sk-abcdefghijklmnopqrstuvwxyz",
        "password=hunter2hunter2",
        "312e3038979a940e266f0381aaa157a47406017dfbbae9e77746605532dcf942",
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    ] {
        let shown = body(&format!("before {secret} after"));
        assert!(shown.contains("⟨redacted⟩"), "{shown}");
        assert!(!shown.contains(secret), "{shown}");
    }
    assert_eq!(
        redact("deploy key: AWS_KEY_REDACTED"),
        "deploy key: AWS_KEY_REDACTED"
    );
}

#[test]
fn a_megabyte_is_cut() {
    assert!(body(&"é".repeat(500_000)).len() <= BODY_CAP);
    assert!(short_id(&"x".repeat(10_000)).len() < 100);
}

#[test]
fn fitting_counts_cells_not_characters() {
    assert_eq!(fit("漢字漢字", 5), "漢字…");
    assert_eq!(fit("abc", 3), "abc");
    assert_eq!(fit("abcd", 3), "ab…");
    assert_eq!(fit("abcd", 0), "");
}

proptest! {
    #[test]
    fn nothing_unsafe_survives(raw in any::<String>()) {
        let shown = line(&raw);
        prop_assert!(!shown.chars().any(|c| c.is_control() || super::invisible(c) || c == '\u{200d}'), "{shown:?}");
    }

    #[test]
    fn neutralising_twice_changes_nothing(raw in any::<String>()) {
        let once = line(&raw).into_owned();
        prop_assert_eq!(line(&once), once.as_str());
    }

    #[test]
    fn a_fitted_text_fits(raw in any::<String>(), width in 0usize..40) {
        let shown = line(&raw).into_owned();
        prop_assert!(fit(&shown, width).width() <= width.max(usize::from(shown.width() <= width) * shown.width()));
    }
}

#[test]
fn a_name_loses_its_key_the_same_way_every_time() {
    let key = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let once = name(&format!("T-{key}-tests")).into_owned();
    assert!(
        once.starts_with("T-⟨redacted-") && once.ends_with("⟩-tests"),
        "{once}"
    );
    assert_eq!(name(&once), once);
    assert_eq!(redact_name(&format!("T-{key}-tests")), once);
    assert_ne!(name(&format!("T-{key}6-tests")), once);
    assert!(matches!(name("token-9"), Cow::Borrowed("token-9")));
    assert!(name("token=abcdef").contains("redacted"));
    let halved = format!("{}{key}", "x ".repeat(ID_CAP / 2 - 10));
    assert!(!name(&halved).contains("ghp_"), "{}", name(&halved));
}
