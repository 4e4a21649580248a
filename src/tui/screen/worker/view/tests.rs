use super::heights;

#[test]
fn sections_get_what_they_want_or_share() {
    assert_eq!(heights(&[3, 4, 5], None, 20), [3, 4, 5]);
    assert_eq!(heights(&[10, 10, 10], None, 15), [7, 4, 4]);
    assert_eq!(heights(&[10, 10, 10], Some(2), 15), [4, 4, 7]);
    assert_eq!(heights(&[10, 10, 10], Some(2), 5), [4, 1, 0]);
    assert_eq!(heights(&[10], None, 0), [0]);
}
