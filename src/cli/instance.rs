//! `dialtone instance …`, `who`, `broadcast` and `page`: the board while it runs.

use clap::Subcommand;
use dialtone_domain::instances::Instance;
use dialtone_domain::users::{OnlineCall, Operator};
use dialtone_domain::{CallId, Caller, Domain};
use serde_json::{Value, json};

use super::answer::{Answer, Failure};
use super::table::{Edge, Table, moment};
use super::user::account;
use crate::lang::english;
use crate::screens::sysop::acts;

/// What may be done to instances and their calls.
#[derive(Debug, Subcommand)]
pub enum InstanceCommand {
    /// List the processes that answer calls
    List,
    /// End a call, on whichever instance it is
    Kick {
        /// The call's number in `dialtone who`
        call: i64,
        /// What the caller is told
        #[arg(long, value_name = "TEXT", default_value = acts::NO_REASON)]
        reason: String,
        /// The sysop who does it; if not given, it's written down as a command's
        #[arg(long, value_name = "HANDLE")]
        from: Option<String>,
    },
}

/// Carries a command out.
pub async fn run(domain: &Domain, operator: Operator, command: InstanceCommand) -> Result<Answer, Failure> {
    match command {
        InstanceCommand::List => list(domain).await,
        InstanceCommand::Kick { call, reason, from } => {
            let named = named(domain, from.as_deref()).await?;
            let by = acts::actor(operator, named.as_ref())?;
            let done = acts::kick(domain, by, CallId(call), &reason).await?;
            Ok(Answer {
                json: json!({ "call": call, "reason": reason, "by": named.map(|sysop| sysop.handle().clone()), "ended": done.over }),
                text: done.words,
            })
        }
    }
}

async fn list(domain: &Domain) -> Result<Answer, Failure> {
    let instances = domain.instances.list().await?;
    let mut table = Table::new([
        ("id", Edge::Right),
        ("name", Edge::Left),
        ("at", Edge::Left),
        ("since (UTC)", Edge::Left),
        ("last seen (UTC)", Edge::Left),
        ("calls", Edge::Right),
    ]);
    for instance in &instances {
        let seen = instance.last_seen.format("%H:%M:%S").to_string();
        table.row([
            instance.id.to_string(),
            instance.name.clone(),
            instance.host.clone(),
            moment(instance.since),
            seen,
            instance.calls.to_string(),
        ]);
    }
    let document = |instance: &Instance| {
        json!({
            "id": instance.id,
            "name": instance.name,
            "host": instance.host,
            "since": instance.since,
            "last_seen": instance.last_seen,
            "calls": instance.calls,
        })
    };
    Ok(Answer { json: instances.iter().map(document).collect(), text: table.or("No instance is up.") })
}

/// Who is on.
pub async fn who(domain: &Domain) -> Result<Answer, Failure> {
    let calls = domain.users.online().await?;
    let mut table = Table::new([
        ("call", Edge::Right),
        ("instance", Edge::Left),
        ("node", Edge::Right),
        ("who", Edge::Left),
        ("where", Edge::Left),
        ("by", Edge::Left),
        ("from", Edge::Left),
        ("since (UTC)", Edge::Left),
    ]);
    for call in &calls {
        table.row([
            call.call.to_string(),
            call.instance_name.clone(),
            call.node.to_string(),
            acts::name(call, english()),
            call.place.clone(),
            call.transport.clone(),
            call.peer.clone(),
            moment(call.since),
        ]);
    }
    Ok(Answer { json: calls.iter().map(call_document).collect(), text: table.or("Nobody is on.") })
}

fn call_document(call: &OnlineCall) -> Value {
    json!({
        "call": call.call,
        "instance": call.instance,
        "instance_name": call.instance_name,
        "node": call.node,
        "user": call.user,
        "handle": call.handle,
        "place": call.place,
        "transport": call.transport,
        "peer": call.peer,
        "since": call.since,
    })
}

/// The sysop called `from`, where one is named.
async fn named(domain: &Domain, from: Option<&str>) -> Result<Option<Caller>, Failure> {
    match from {
        Some(_) => Ok(Some(acts::sysop(domain, from).await?)),
        None => Ok(None),
    }
}

/// Tells everybody `text`.
pub async fn broadcast(
    domain: &Domain,
    operator: Operator,
    text: &str,
    from: Option<&str>,
) -> Result<Answer, Failure> {
    let by = acts::actor(operator, named(domain, from).await?.as_ref())?;
    let from = domain.messaging.broadcast(by, text).await?;
    Ok(Answer { json: json!({ "from": from, "text": text }), text: "Told everybody.".to_owned() })
}

/// Pages `to` in the name of `from`.
pub async fn page(
    domain: &Domain,
    operator: Operator,
    to: &str,
    text: &str,
    from: &str,
) -> Result<Answer, Failure> {
    let (to, from) = (account(domain, to).await?, account(domain, from).await?);
    let by = acts::actor_as(operator, &from);
    let done = acts::page(domain, by, &from, to.id(), text).await?;
    Ok(Answer { json: json!({ "from": from.handle(), "to": to.handle(), "text": text }), text: done.words })
}
