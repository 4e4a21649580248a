use super::heights;

#[test]
fn sections_get_what_they_want_or_share() {
    assert_eq!(heights(&[3, 4, 5], None, 20), [3, 4, 5]);
    assert_eq!(heights(&[10, 10, 10], None, 15), [9, 3, 3]);
    assert_eq!(heights(&[10, 10, 10], Some(2), 15), [3, 3, 9]);
    assert_eq!(heights(&[10, 10, 10], Some(2), 5), [2, 0, 3]);
    assert_eq!(heights(&[10], None, 0), [0]);
}
