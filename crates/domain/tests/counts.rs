//! Numbers that are shown are kept as they change. Here much happens in any order, and then all is counted.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod dice;
mod kept;
mod people;
mod raw;
mod support;

use dialtone_domain::messaging::{Board, CaughtUp, Draft, NewBoard};
use dialtone_domain::{Caller, Domain, MessageId, ThreadId};
use dice::Dice;
use people::{caller, for_each_database};
use raw::Raw;
use std::collections::{BTreeMap, BTreeSet};
use support::{operator, rules};

const ACTS: usize = 400;

/// A thread: its messages in order, and which of them are deleted.
#[derive(Default)]
struct Thread {
    messages: Vec<(MessageId, bool)>,
}

impl Thread {
    fn last(&self) -> i64 {
        i64::try_from(self.messages.len()).unwrap()
    }

    fn unread(&self, read: i64) -> i64 {
        let after = self.messages.iter().skip(usize::try_from(read).unwrap());
        i64::try_from(after.filter(|(_, deleted)| !deleted).count()).unwrap()
    }
}

type Pointers = BTreeMap<ThreadId, i64>;

/// A caller, and how far they have read each thread: the whole of it, told one by one.
struct Reading {
    who: Caller,
    read: Pointers,
    /// Caught up: how far they had read before and had then.
    caught_up: Option<(CaughtUp, Pointers, Pointers)>,
}

impl Reading {
    fn read(&self, thread: ThreadId) -> i64 {
        self.read.get(&thread).copied().unwrap_or(0)
    }

    fn unread(&self, threads: &BTreeMap<ThreadId, Thread>) -> i64 {
        threads.iter().map(|(id, thread)| thread.unread(self.read(*id))).sum()
    }

    fn read_all(&mut self, threads: &BTreeMap<ThreadId, Thread>) {
        self.read = threads.iter().map(|(id, thread)| (*id, thread.last())).collect();
    }
}

async fn post(
    domain: &Domain,
    who: &Caller,
    board: &Board,
    to: Option<MessageId>,
) -> (MessageId, ThreadId, i64) {
    let poster = domain.messaging.poster(who, board.id).await.unwrap();
    let draft = Draft { subject: "S".into(), body: "B".into(), reply_to: to, key: None };
    let message = domain.messaging.post(&poster, draft).await.unwrap();
    (message.id, message.thread, message.number)
}

/// What deleting a message has to change.
async fn delete(raw: &mut Raw, message: MessageId) {
    for statement in [
        format!(
            "UPDATE boards SET message_count = message_count - 1 \
             WHERE id = (SELECT board_id FROM messages WHERE id = {message})"
        ),
        format!(
            "UPDATE threads SET message_count = message_count - 1 \
             WHERE id = (SELECT thread_id FROM messages WHERE id = {message})"
        ),
        format!(
            "UPDATE authors SET posts = posts - 1 \
             WHERE user_id = (SELECT author_id FROM messages WHERE id = {message})"
        ),
        format!("UPDATE messages SET deleted = (1 = 1), body = '' WHERE id = {message}"),
    ] {
        assert_eq!(raw.execute(&statement).await.unwrap(), 1, "{statement}");
    }
}

/// What the domain says is unread, in all the ways it says so, is what the pointers say.
async fn agrees(domain: &Domain, board: &Board, reading: &Reading, threads: &BTreeMap<ThreadId, Thread>) {
    let expected: BTreeMap<ThreadId, i64> =
        threads.iter().map(|(id, thread)| (*id, thread.unread(reading.read(*id)))).collect();
    let sum: i64 = expected.values().sum();
    assert_eq!(domain.messaging.unread(&reading.who).await.unwrap().messages, sum);
    assert_eq!(domain.messaging.boards(&reading.who).await.unwrap()[0].unread, sum);
    let reader = domain.messaging.reader(&reading.who, board.id).await.unwrap();
    let listed = domain.messaging.threads(&reader, None, 200).await.unwrap();
    let there: BTreeSet<ThreadId> =
        threads.iter().filter(|(_, thread)| thread.unread(0) > 0).map(|(id, _)| *id).collect();
    assert_eq!(listed.iter().map(|thread| thread.thread).collect::<BTreeSet<_>>(), there);
    assert!(listed.iter().all(|thread| thread.unread == expected[&thread.thread]));
    let scan = domain.messaging.unread_threads(&reader, None, 200).await.unwrap();
    let scan: BTreeMap<ThreadId, i64> = scan.iter().map(|thread| (thread.thread, thread.unread)).collect();
    assert_eq!(scan, expected.into_iter().filter(|(_, unread)| *unread > 0).collect());
}

#[test]
fn kept_numbers_are_what_counting_says_whatever_is_done() {
    for_each_database(|domain, url| async move {
        let new = NewBoard {
            slug: "lobby".into(),
            name: "Lobby".into(),
            description: String::new(),
            rules: rules("all", "level >= 10"),
        };
        let board = domain.messaging.create_board(new, operator()).await.unwrap();
        let mut raw = Raw::open(&url).await;
        let mut threads: BTreeMap<ThreadId, Thread> = BTreeMap::new();
        let mut readings = Vec::new();
        for id in 7..10 {
            readings.push(Reading { who: caller(&domain, id).await, read: BTreeMap::new(), caught_up: None });
        }
        let mut dice = Dice(1981);
        for act in 0..ACTS {
            let one = dice.throw(readings.len());
            let ids: Vec<ThreadId> = threads.keys().copied().collect();
            let some_thread = (!ids.is_empty()).then(|| ids[dice.throw(ids.len())]);
            let reading = &mut readings[one];
            match (dice.throw(20), some_thread) {
                (0, _) | (_, None) => {
                    let (id, thread, number) = post(&domain, &reading.who, &board, None).await;
                    threads.entry(thread).or_default().messages.push((id, false));
                    reading.read.insert(thread, number);
                }
                (1..=7, Some(thread)) => {
                    let to = threads[&thread].messages.iter().find(|(_, deleted)| !deleted);
                    let Some((to, _)) = to else { continue };
                    let (id, _, number) = post(&domain, &reading.who, &board, Some(*to)).await;
                    threads.get_mut(&thread).unwrap().messages.push((id, false));
                    if reading.read(thread) == number - 1 {
                        reading.read.insert(thread, number);
                    }
                }
                (8..=13, Some(thread)) => {
                    let last = threads[&thread].last();
                    let to = i64::try_from(dice.throw(usize::try_from(last).unwrap() + 2)).unwrap();
                    let reader = domain.messaging.reader(&reading.who, board.id).await.unwrap();
                    domain.messaging.mark_read(&reader, thread, to).await.unwrap();
                    if to.min(last) > reading.read(thread) {
                        reading.read.insert(thread, to.min(last));
                        if reading.unread(&threads) == 0 {
                            reading.read_all(&threads);
                        }
                    }
                }
                (14, Some(_)) => {
                    let reader = domain.messaging.reader(&reading.who, board.id).await.unwrap();
                    let done = domain.messaging.catch_up(&reader).await.unwrap();
                    assert_eq!(done.messages(), reading.unread(&threads), "act {act}");
                    if done.messages() > 0 {
                        let before = reading.read.clone();
                        reading.read_all(&threads);
                        reading.caught_up = Some((done, before, reading.read.clone()));
                    }
                }
                (15 | 16, Some(_)) => {
                    let Some((done, mut before, then)) = reading.caught_up.take() else { continue };
                    let since = reading.unread(&threads);
                    for (thread, read) in &reading.read {
                        if *read > then.get(thread).copied().unwrap_or(0) {
                            before.insert(*thread, *read);
                        }
                    }
                    reading.read = before;
                    let reader = domain.messaging.reader(&reading.who, board.id).await.unwrap();
                    let new = domain.messaging.take_back(&reader, &done).await.unwrap();
                    assert_eq!(new, reading.unread(&threads) - since, "act {act}");
                }
                (_, Some(thread)) => {
                    let messages = &mut threads.get_mut(&thread).unwrap().messages;
                    let n = dice.throw(messages.len());
                    if !std::mem::replace(&mut messages[n].1, true) {
                        delete(&mut raw, messages[n].0).await;
                    }
                }
            }
            agrees(&domain, &board, &readings[one], &threads).await;
        }
        for reading in &readings {
            agrees(&domain, &board, reading, &threads).await;
        }
        kept::numbers_are_right(&mut raw).await;
        let posts = domain.messaging.posts_by(caller(&domain, 7).await.id()).await.unwrap();
        let counted = "SELECT COUNT(*) FROM messages WHERE author_id = 7 AND NOT deleted";
        assert_eq!(posts, raw.number(counted).await);
        let reader = domain.messaging.reader(&caller(&domain, 7).await, board.id).await.unwrap();
        let mut standing: Vec<MessageId> = threads
            .values()
            .flat_map(|thread| thread.messages.iter().filter(|(_, deleted)| !deleted).map(|(id, _)| *id))
            .collect();
        standing.sort();
        let newest: Vec<MessageId> = domain
            .messaging
            .newest(&reader, 5)
            .await
            .unwrap()
            .into_iter()
            .map(|message| message.id)
            .collect();
        assert_eq!(newest, standing[standing.len() - 5..], "the newest five that stand, oldest first");
        assert!(threads.values().any(|thread| thread.messages.iter().any(|(_, deleted)| *deleted)));
    });
}
