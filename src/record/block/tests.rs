use super::{Broken, decode, encode};
use crate::record::event::{Act, Beat, Event, Time, What};
use proptest::prelude::*;
use std::sync::Arc;

fn who() -> Arc<str> {
    "conv_1".into()
}

fn time() -> impl Strategy<Value = Time> {
    prop_oneof![
        4 => (-4_000_000_000i64..4_000_000_000).prop_map(|ms| Time::At(ms * 1_000)),
        1 => Just(Time::Bad(true)),
        1 => Just(Time::None),
    ]
}

fn what() -> impl Strategy<Value = What> {
    let beat = ("[a-zé]{0,9}", time(), any::<bool>()).prop_map(|(status, at, since)| {
        let since = since.then_some(0);
        let status = status.into();
        let who = who();
        What::Beat(Beat {
            who,
            status,
            at,
            since,
        })
    });
    let act = (0u64..9, time(), any::<bool>()).prop_map(|(kind, at, since)| {
        let since = since.then_some(0);
        What::Act(Act {
            who: who(),
            kind,
            at,
            since,
        })
    });
    prop_oneof![beat, act]
}

proptest! {
    #[test]
    fn what_was_written_is_read(steps in prop::collection::vec((0i64..90_000, what()), 0..80)) {
        let mut ms = 1_763_050_080_000;
        let hour = ms;
        let mut all = Vec::new();
        for (step, mut what) in steps {
            ms += step;
            if let What::Beat(Beat { since: Some(at), .. }) | What::Act(Act { since: Some(at), .. }) = &mut what {
                *at = ms - 700;
            }
            all.push(Event { ms, what });
        }
        prop_assert_eq!(decode(hour, &who(), &encode(hour, &all)).unwrap(), all);
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _read = decode(0, &who(), &bytes);
    }
}

#[test]
fn a_steady_heartbeat_takes_few_bytes() {
    let hour = 1_763_050_000_000;
    let mut random = fastrand::Rng::with_seed(7);
    let mut ms = hour;
    let beats: Vec<Event> = (0..120)
        .map(|_| {
            ms += 30_000 + random.i64(-300..300);
            let at = Time::At((ms - random.i64(1..40)) * 1_000);
            let status = "working".into();
            let what = What::Beat(Beat {
                who: who(),
                status,
                at,
                since: None,
            });
            Event { ms, what }
        })
        .collect();
    let bytes = encode(hour, &beats);
    assert!(bytes.len() <= 120 * 4 + 24, "{}", bytes.len());
    assert_eq!(decode(hour, &who(), &bytes[..bytes.len() - 1]), Err(Broken));
}
