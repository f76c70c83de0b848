//! `dialtone node …`, `who`, `broadcast` and `page`: the board while it runs.

use clap::Subcommand;
use dialtone_domain::nodes::Node;
use dialtone_domain::users::OnlineCall;
use dialtone_domain::{CallId, Domain};
use serde_json::{Value, json};

use super::answer::{Answer, Failure};
use super::table::{Edge, Table, moment};
use super::user::account;
use crate::console::acts::{self, Act, perform};
use crate::console::words;

/// What may be done to nodes and their calls.
#[derive(Debug, Subcommand)]
pub enum NodeCommand {
    /// List the processes that answer calls
    List,
    /// End a call, on whichever node it is
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
pub async fn run(domain: &Domain, command: NodeCommand) -> Result<Answer, Failure> {
    match command {
        NodeCommand::List => list(domain).await,
        NodeCommand::Kick { call, reason, from } => {
            let sysop = acts::sysop(domain, from.as_deref()).await?;
            let by = acts::actor(&sysop, from.is_some());
            let done = perform(domain, by, &Act::Kick { call: CallId(call), reason: reason.clone() }).await?;
            let by = by.id().map(|_| &sysop.handle);
            Ok(Answer {
                json: json!({ "call": call, "reason": reason, "by": by, "ended": done.over }),
                text: done.words,
            })
        }
    }
}

async fn list(domain: &Domain) -> Result<Answer, Failure> {
    let nodes = domain.nodes.list().await?;
    let mut table = Table::new([
        ("id", Edge::Right),
        ("name", Edge::Left),
        ("at", Edge::Left),
        ("since (UTC)", Edge::Left),
        ("last seen (UTC)", Edge::Left),
        ("calls", Edge::Right),
    ]);
    for node in &nodes {
        let seen = node.last_seen.format("%H:%M:%S").to_string();
        table.row([
            node.id.to_string(),
            node.name.clone(),
            node.host.clone(),
            moment(node.since),
            seen,
            node.calls.to_string(),
        ]);
    }
    let document = |node: &Node| {
        json!({
            "id": node.id,
            "name": node.name,
            "host": node.host,
            "since": node.since,
            "last_seen": node.last_seen,
            "calls": node.calls,
        })
    };
    Ok(Answer { json: nodes.iter().map(document).collect(), text: table.or("No node is up.") })
}

/// Who is on.
pub async fn who(domain: &Domain) -> Result<Answer, Failure> {
    let calls = domain.users.online().await?;
    let mut table = Table::new([
        ("call", Edge::Right),
        ("node", Edge::Left),
        ("line", Edge::Right),
        ("who", Edge::Left),
        ("where", Edge::Left),
        ("by", Edge::Left),
        ("from", Edge::Left),
        ("since (UTC)", Edge::Left),
    ]);
    for call in &calls {
        table.row([
            call.call.to_string(),
            call.node_name.clone(),
            call.line.to_string(),
            words::caller(call),
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
        "node": call.node,
        "node_name": call.node_name,
        "line": call.line,
        "user": call.user,
        "handle": call.handle,
        "place": call.place,
        "transport": call.transport,
        "peer": call.peer,
        "since": call.since,
    })
}

/// Tells everybody `text`.
pub async fn broadcast(domain: &Domain, text: &str, from: Option<&str>) -> Result<Answer, Failure> {
    let sysop = acts::sysop(domain, from).await?;
    let done =
        perform(domain, acts::actor(&sysop, from.is_some()), &Act::Broadcast { text: text.to_owned() })
            .await?;
    Ok(Answer { json: json!({ "from": sysop.handle, "text": text }), text: done.words })
}

/// Pages `to` in the name of `from`.
pub async fn page(domain: &Domain, to: &str, text: &str, from: &str) -> Result<Answer, Failure> {
    let (to, from) = (account(domain, to).await?, account(domain, from).await?);
    let done = perform(domain, (&from).into(), &Act::Page { to: to.id, text: text.to_owned() }).await?;
    Ok(Answer { json: json!({ "from": from.handle, "to": to.handle, "text": text }), text: done.words })
}
