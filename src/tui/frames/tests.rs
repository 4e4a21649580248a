use super::*;

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_at_once_and_a_storm_is_ten_a_second() {
    let start = Instant::now();
    let mut frames = Frames::new(start, false);
    let mut now = start;
    let mut drawn = Vec::new();
    while now < start + ms(1000) {
        now = frames.next(Due::Facts, now);
        frames.drew(now);
        drawn.push(now.duration_since(start).as_millis());
    }
    assert_eq!(drawn.get(..6), Some(&[0, 4, 8, 12, 16, 100][..]));
    assert!(drawn.len() <= 15, "{drawn:?}");
}

#[tokio::test(start_paused = true)]
async fn a_key_never_waits_longer_than_eight_milliseconds() {
    let start = Instant::now();
    let mut frames = Frames::new(start, false);
    let mut now = start;
    for _ in 0..50 {
        let next = frames.next(Due::Key, now);
        assert!(next.duration_since(now) <= ms(8));
        now = next;
        frames.drew(now);
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_moment_fills_the_bucket_and_not_more() {
    let start = Instant::now();
    let mut frames = Frames::new(start, false);
    for n in 0..5 {
        frames.drew(start + ms(4 * n));
    }
    let later = start + Duration::from_secs(60);
    assert_eq!(frames.next(Due::Facts, later), later);
    for n in 0..5 {
        frames.drew(later + ms(4 * n));
    }
    assert!(frames.next(Due::Facts, later + ms(20)) >= later + ms(100));
}

#[tokio::test(start_paused = true)]
async fn on_a_slow_line_facts_wait_for_a_second_and_keys_do_not() {
    let start = Instant::now();
    let mut frames = Frames::new(start, true);
    assert_eq!(frames.next(Due::Facts, start), start);
    frames.drew(start);
    assert_eq!(frames.next(Due::Facts, start + ms(10)), start + ms(1000));
    assert_eq!(frames.next(Due::Key, start + ms(10)), start + ms(10));
    frames.drew(start + ms(10));
    assert_eq!(frames.next(Due::Facts, start + ms(20)), start + ms(1010));
}
