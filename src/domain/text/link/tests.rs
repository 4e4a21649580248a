use super::*;

fn named(text: &str) -> Vec<(&str, String)> {
    let all = links(text).into_iter();
    all.map(|(range, target)| (&text[range], target)).collect()
}

fn only(text: &str) -> String {
    let mut all = named(text);
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    all.remove(0).0.to_owned()
}

#[test]
fn an_address_ends_where_the_sentence_around_it_goes_on() {
    for (text, url) in [
        ("see https://ci.example/run/7.", "https://ci.example/run/7"),
        ("(https://ci.example/a_(b))", "https://ci.example/a_(b)"),
        ("<http://ci.example/x>, and", "http://ci.example/x"),
        ("HTTPS://CI.example?q=1#top!", "HTTPS://CI.example?q=1#top"),
        ("“https://ci.example/x”", "https://ci.example/x"),
    ] {
        assert_eq!(only(text), url);
    }
    let two = named("http://a.example http://b.example/x");
    assert_eq!(two.len(), 2);
    assert_eq!(two[1].1, "http://b.example/x");
}

#[test]
fn what_leads_elsewhere_or_was_cut_is_no_link() {
    for text in [
        "javascript://x/%0aalert(1)",
        "ssh://host/x",
        "file:///etc/passwd",
        "xhttps://ci.example",
        "https://",
        "https://ci.example/cut…",
        "https://ci.example/?token=⟨redacted⟩",
        "https://ci.example/⟨U+202E⟩x",
        "https://ci.example/\\x1b]8;;",
        "https://good.example@evil.example/",
        "https://ci.example/übung",
    ] {
        assert_eq!(named(text), [], "{text}");
    }
}

#[test]
fn a_target_is_printable_ascii_and_leads_to_web_or_file() {
    for hostile in [
        "https://x.example/\x1b]8;;file:///etc/passwd\x1b\\",
        "https://x.example/\x07",
        "https://x.example/a b",
        "https://x.example/\u{202e}gpj",
        "https://x.example/\u{9c}",
        "https://x.example\n",
        "https://user:secret@x.example/",
        "https://x.example\\@y.example/",
        "https://x.example/?password=hunter2hunter2",
        "data://text/html,x",
        "https:///x",
        "//x.example",
    ] {
        assert_eq!(link(hostile), None, "{hostile:?}");
    }
    let long = |n: usize| format!("https://x.example/{}", "a".repeat(n));
    assert_eq!(link(&long(LINK_CAP)), None);
    assert!(link(&long(LINK_CAP - 18)).is_some());
    assert_eq!(
        link("HTTPS://x.example/é;<y>").as_deref(),
        Some("https://x.example/%C3%A9;%3Cy%3E")
    );
}

#[test]
fn a_file_is_named_with_its_machine() {
    assert_eq!(
        file_link("box-1", "/tmp/a b/bridge#1.db").as_deref(),
        Some("file://box-1/tmp/a%20b/bridge%231.db")
    );
    for path in [
        "bridge.db",
        "",
        "/tmp/\u{fffd}",
        "~/x",
        "/a⟨1 control byte⟩",
    ] {
        assert_eq!(file_link("box", path), None, "{path}");
    }
}
