//! What reading costs: one change must not depend on the length of the history, and the history must come fast.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by ending"
)]

mod support;

use divan::{Bencher, black_box, counter::ItemsCount};
use std::sync::LazyLock;
use support::{History, send};
use swarmwarden::{
    domain::{Cursor, MessageId},
    store::{SqliteStore, Store as _},
};

static SHORT: LazyLock<History> = LazyLock::new(|| History::new(10_000).unwrap());
static LONG: LazyLock<History> = LazyLock::new(|| History::new(1_000_000).unwrap());

fn main() {
    divan::main();
}

/// The history of so many messages.
fn history(messages: u32) -> &'static History {
    if messages > 10_000 { &LONG } else { &SHORT }
}

fn open(messages: u32) -> SqliteStore {
    SqliteStore::open(history(messages).path()).unwrap()
}

#[divan::bench(args = [10_000, 1_000_000], sample_count = 200)]
fn one_change(bencher: Bencher<'_, '_>, messages: u32) {
    let path = history(messages).path();
    let mut store = open(messages);
    bencher
        .with_inputs(|| {
            let cursor = open(messages).newest(0).unwrap().cursor;
            send(&path).unwrap();
            cursor
        })
        .bench_local_refs(|cursor| store.changes(cursor, 4096, &[]).unwrap());
}

#[divan::bench(args = [10_000, 1_000_000], sample_count = 200)]
fn one_delivery_among_a_thousand_unread(bencher: Bencher<'_, '_>, messages: u32) {
    let mut store = open(messages);
    let mut after = store.newest(0).unwrap().cursor;
    // The newest audit rows hold a delivery, so that the read marks are looked at.
    after.audit -= 16;
    let unread: Vec<_> = (1..=1_000).map(MessageId).collect();
    bencher.bench_local(|| store.changes(&after, 4096, black_box(&unread)).unwrap());
}

#[divan::bench(args = [4_096, 16_384], sample_count = 5, sample_size = 1)]
fn the_whole_history(bencher: Bencher<'_, '_>, page: usize) {
    let mut store = open(1_000_000);
    bencher
        .counter(ItemsCount::new(1_000_000u32))
        .bench_local(|| {
            let mut cursor = Cursor::default();
            let mut messages = 0;
            loop {
                let changes = store.changes(&cursor, page, &[]).unwrap();
                messages += changes.messages.len();
                cursor = changes.cursor;
                if !changes.more {
                    return messages;
                }
            }
        });
}

#[divan::bench(args = [10_000, 1_000_000])]
fn the_newest_two_hundred(bencher: Bencher<'_, '_>, messages: u32) {
    let mut store = open(messages);
    bencher.bench_local(|| store.newest(200).unwrap());
}

#[divan::bench(args = [1_000_000])]
fn open_and_first_picture(bencher: Bencher<'_, '_>, messages: u32) {
    let path = history(messages).path();
    bencher.bench_local(|| {
        let mut store = SqliteStore::open(&path).unwrap();
        store.newest(200).unwrap()
    });
}

#[divan::bench(args = [1_000_000])]
fn an_older_page(bencher: Bencher<'_, '_>, messages: u32) {
    let mut store = open(messages);
    bencher.bench_local(|| store.page(MessageId(i64::from(messages / 2)), 200).unwrap());
}

#[divan::bench]
fn version(bencher: Bencher<'_, '_>) {
    let mut store = open(10_000);
    bencher.bench_local(|| store.version().unwrap());
}
