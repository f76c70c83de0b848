//! A board for tests: two instances and three calls.

use chrono::{DateTime, TimeDelta, Utc};
use dialtone_domain::instances::Instance;
use dialtone_domain::users::OnlineCall;
use dialtone_domain::{CallId, Event, EventBody, EventSeq, Handle, InstanceId, UserId};

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

pub fn instances() -> Vec<Instance> {
    let instance = |id, name: &str, calls| Instance {
        id: InstanceId(id),
        name: name.into(),
        host: format!("{name}.example:2323"),
        since: now() - TimeDelta::hours(3),
        last_seen: now() - TimeDelta::seconds(2),
        calls,
    };
    vec![instance(1, "north", 2), instance(2, "south", 1)]
}

pub fn calls() -> Vec<OnlineCall> {
    let call = |id, user: Option<(i64, &str)>, place: &str| OnlineCall {
        call: CallId(id),
        instance: InstanceId(1),
        instance_name: "north".into(),
        several: true,
        node: id - 10,
        user: user.map(|(id, _)| UserId(id)),
        handle: user.map(|(_, handle)| Handle::parse(handle).unwrap()),
        transport: "telnet".into(),
        peer: format!("192.0.2.{id}"),
        place: place.into(),
        since: now() - TimeDelta::minutes(5),
        number: user.map(|_| id),
    };
    vec![
        call(11, Some((2, "Ada")), "Main menu"),
        call(12, Some((3, "Bob")), "The Lobby"),
        call(13, None, "Log in"),
    ]
}

pub fn event(body: EventBody) -> Event {
    Event { seq: EventSeq(1), at: now(), instance: None, correlation: None, body }
}
