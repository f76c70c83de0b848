//! The message reader: one thread, message by message.

use dialtone_domain::messaging::{Message, Reader};
use dialtone_domain::{MessagingError, ThreadId, Unavailable};

use crate::call::{Call, EndReason};
use crate::ui::{Panel, Text, ViewerOutcome, read};

use super::{compose, format, pager, show_error};

/// Messages fetched at a time.
const PAGE: i64 = 20;

/// Shows a thread from its first unread message on, or from the start if all are read. True when the caller read
/// past its end, false when they left before.
pub async fn show(call: &mut Call, reader: &Reader, thread: ThreadId) -> Result<bool, EndReason> {
    let answer = call.domain.messaging.read_up_to(reader, thread).await;
    let Some(read_up_to) = show_error(call, answer).await? else { return Ok(false) };
    let keys = match reader.may_post() {
        Ok(()) => vec![("R", "reply"), ("B", "one back")],
        Err(_) => vec![("B", "one back")],
    };
    let mut number = read_up_to + 1;
    // The messages after one number. There are holes among them where messages were deleted.
    let mut held: Vec<Message> = Vec::new();
    let mut held_after = i64::MAX;
    let mut shown = false;
    loop {
        if number <= held_after || !held.iter().any(|message| message.number >= number) {
            held_after = (number - 1) / PAGE * PAGE;
            let answer = call.domain.messaging.thread(reader, thread, held_after, PAGE).await;
            match show_error(call, answer).await? {
                Some(messages) => held = messages,
                None => return Ok(false),
            }
        }
        let Some(message) = held.iter().find(|message| message.number >= number).cloned() else {
            // Past the end: all was read before, or the last message was the last one.
            if !shown && number > 1 {
                number = 1;
                continue;
            }
            return Ok(true);
        };
        number = message.number;
        shown = true;
        call.enter(
            "reader",
            &message.subject,
            &format!("{}, message {}", reader.board().name, message.number),
        );
        if !call.caller.is_guest() {
            let answer = match call.domain.messaging.mark_read(reader, thread, message.number).await {
                // A full disk keeps nobody from reading: the message counts as new once more.
                Err(MessagingError::Unavailable(Unavailable::Full)) => Ok(()),
                answer => answer,
            };
            if show_error(call, answer).await?.is_none() {
                return Ok(false);
            }
        }
        let text = Text {
            heading: Panel {
                title: message.subject.clone(),
                pairs: vec![
                    ("from", message.author.to_string()),
                    ("written", format::moment(message.posted_at)),
                    ("in", reader.board().name.clone()),
                    ("message", message.number.to_string()),
                ],
                ..Panel::default()
            },
            body: message.body.clone(),
            keys: keys.clone(),
            next: "next",
            ..Text::default()
        };
        match read(call, &text).await? {
            ViewerOutcome::Next => number += 1,
            ViewerOutcome::Previous | ViewerOutcome::Key('B') => {
                let answer = call.domain.messaging.number_before(reader, thread, number).await;
                let Some(before) = show_error(call, answer).await? else { return Ok(false) };
                number = before.unwrap_or(number);
            }
            ViewerOutcome::Key('R') => {
                if compose::reply(call, &message).await? {
                    // What was just written is the thread's last message: the page of it is fetched anew.
                    held.clear();
                }
            }
            ViewerOutcome::Key(_) => {}
            ViewerOutcome::Pages => pager(call).await?,
            ViewerOutcome::Back => return Ok(false),
        }
    }
}
