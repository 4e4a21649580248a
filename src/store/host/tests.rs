use super::*;
use crate::store::MemoryStore;

fn host() -> StoreHost {
    StoreHost::start("store-test", Box::new(MemoryStore::default()), 4).unwrap()
}

#[tokio::test]
async fn a_call_is_answered_from_the_named_thread() {
    let name = host()
        .call(|_| thread::current().name().map(str::to_owned))
        .await;
    assert_eq!(name, Ok(Some("store-test".to_owned())));
}

#[tokio::test]
async fn the_answer_is_the_store_s() {
    let memory = MemoryStore::default();
    let host = StoreHost::start("store-test", Box::new(memory.clone()), 1).unwrap();
    let before = host.call(|s| s.version().unwrap()).await.unwrap();
    memory.conversation("conv_1", "worker-1", crate::domain::Timestamp(0));
    let after = host.call(|s| s.version().unwrap()).await.unwrap();
    assert_ne!(before, after);
}

#[tokio::test]
async fn a_panicking_call_is_an_error_and_the_next_one_is_served() {
    let host = host();
    let broken = host.call(|_| assert_eq!(1, 2, "on purpose")).await;
    assert_eq!(broken, Err(HostGone::Panicked));
    assert_eq!(host.call(|_| 7).await, Ok(7));
}

#[tokio::test]
async fn calls_queue_up_behind_a_slow_one_in_order() {
    let host = host();
    let (open, gate) = std::sync::mpsc::sync_channel::<()>(1);
    let (log, seen) = std::sync::mpsc::sync_channel(8);
    let slow = tokio::spawn({
        let (host, log) = (host.clone(), log.clone());
        async move {
            host.call(move |_| {
                gate.recv().unwrap();
                log.send(0).unwrap();
            })
            .await
        }
    });
    let mut waiting = Vec::new();
    for n in 1..=3 {
        let (host, log) = (host.clone(), log.clone());
        tokio::task::yield_now().await;
        waiting.push(tokio::spawn(async move {
            host.call(move |_| log.send(n).unwrap()).await
        }));
    }
    tokio::task::yield_now().await;
    open.send(()).unwrap();
    slow.await.unwrap().unwrap();
    for call in waiting {
        call.await.unwrap().unwrap();
    }
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
}

/// Says when it is dropped.
struct Noted(MemoryStore, Option<oneshot::Sender<()>>);
impl Drop for Noted {
    fn drop(&mut self) {
        let _ = self.1.take().unwrap().send(());
    }
}
impl Store for Noted {
    fn source(&self) -> &crate::domain::SourceInfo {
        self.0.source()
    }
    fn version(&mut self) -> Result<u64, crate::store::StoreError> {
        self.0.version()
    }
    fn newest(&mut self, limit: usize) -> Result<crate::domain::Changes, crate::store::StoreError> {
        self.0.newest(limit)
    }
    fn changes(
        &mut self,
        after: &crate::domain::Cursor,
        limit: usize,
        unread: &[crate::domain::MessageId],
    ) -> Result<crate::domain::Changes, crate::store::StoreError> {
        self.0.changes(after, limit, unread)
    }
    fn page(
        &mut self,
        before: crate::domain::MessageId,
        limit: usize,
    ) -> Result<Vec<crate::domain::MessageRow>, crate::store::StoreError> {
        self.0.page(before, limit)
    }
    fn commit(
        &mut self,
        write: &mut crate::domain::act::Write,
        key: &crate::domain::audit::Key,
        now: crate::domain::Timestamp,
    ) -> Result<crate::store::Commit, crate::store::StoreError> {
        self.0.commit(write, key, now)
    }
    fn prove(
        &mut self,
        bearer: &crate::store::Bearer<'_>,
        now: crate::domain::Timestamp,
    ) -> Result<crate::store::Proved, crate::store::StoreError> {
        self.0.prove(bearer, now)
    }
    fn since(
        &mut self,
        after: crate::domain::MessageId,
        limit: usize,
    ) -> Result<Vec<crate::domain::MessageRow>, crate::store::StoreError> {
        self.0.since(after, limit)
    }
    fn beat(
        &mut self,
        bearer: &crate::store::Bearer<'_>,
        now: crate::domain::Timestamp,
    ) -> Result<crate::store::Beaten, crate::store::StoreError> {
        Store::beat(&mut self.0, bearer, now)
    }
    fn take(
        &mut self,
        bearer: &crate::store::Bearer<'_>,
        ids: &[crate::domain::MessageId],
        now: crate::domain::Timestamp,
    ) -> Result<crate::store::Taken, crate::store::StoreError> {
        self.0.take(bearer, ids, now)
    }
    fn records(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<crate::domain::audit::Record>, crate::store::StoreError> {
        self.0.records(after, limit)
    }
    fn open_conversation(
        &mut self,
        new: &crate::domain::credential::NewConversation,
        entry: &crate::domain::audit::Entry,
        key: &crate::domain::audit::Key,
        now: crate::domain::Timestamp,
    ) -> Result<crate::store::Opened, crate::store::StoreError> {
        self.0.open_conversation(new, entry, key, now)
    }
    fn end_conversation(
        &mut self,
        id: &crate::domain::ConversationId,
        entry: &crate::domain::audit::Entry,
        key: &crate::domain::audit::Key,
        now: crate::domain::Timestamp,
    ) -> Result<crate::store::Ended, crate::store::StoreError> {
        self.0.end_conversation(id, entry, key, now)
    }
    fn say(
        &mut self,
        word: &crate::store::Word<'_>,
        now: crate::domain::Timestamp,
    ) -> Result<crate::store::Said, crate::store::StoreError> {
        self.0.say(word, now)
    }
}

#[tokio::test]
async fn the_store_is_dropped_with_the_last_handle() {
    let (sender, dropped) = oneshot::channel();
    let store = Noted(MemoryStore::default(), Some(sender));
    let host = StoreHost::start("store-test", Box::new(store), 1).unwrap();
    let clone = host.clone();
    drop(host);
    assert_eq!(clone.call(|_| ()).await, Ok(()));
    drop(clone);
    assert_eq!(dropped.await, Ok(()));
}
