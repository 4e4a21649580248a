use super::has_token;

#[test]
fn a_number_is_a_whole_token() {
    for (label, name, found) in [
        ("worker-3-tests", "worker-3", true),
        ("worker-3-tests", "3", true),
        ("worker-3-tests", "tests", true),
        ("worker-31-tests", "worker-3", false),
        ("worker-13-tests", "3", false),
        ("Worker-3", "worker-3", true),
        ("worker-3", "", false),
        ("wörker-3ö", "3", false),
    ] {
        assert_eq!(has_token(label, name), found, "{label} {name}");
    }
}
