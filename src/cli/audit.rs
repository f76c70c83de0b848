//! `dialtone audit …`: what was done to the board and to its callers, and by whom.

use clap::Subcommand;
use dialtone_domain::Domain;
use dialtone_domain::users::AuditLine;
use serde_json::{Value, json};

use super::answer::{Answer, Failure};
use super::table::{Edge, Table, moment};

/// What may be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the newest lines, newest first
    List {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=100_000))]
        limit: i64,
    },
}

/// Carries a command out.
pub async fn run(domain: &Domain, command: AuditCommand) -> Result<Answer, Failure> {
    let AuditCommand::List { limit } = command;
    let lines = domain.users.audit_log(limit).await?;
    let mut table = Table::new([
        ("when (UTC)", Edge::Left),
        ("who", Edge::Left),
        ("what", Edge::Left),
        ("to whom and how", Edge::Left),
    ]);
    for line in &lines {
        table.row([moment(line.at), who(line), line.action.clone(), line.detail.clone()]);
    }
    Ok(Answer { json: lines.iter().map(document).collect(), text: table.or("Nothing has been done yet.") })
}

fn who(line: &AuditLine) -> String {
    match (&line.handle, line.actor) {
        (Some(handle), _) => handle.to_string(),
        (None, Some(actor)) => format!("account {actor}"),
        (None, None) => "a command".to_owned(),
    }
}

fn document(line: &AuditLine) -> Value {
    json!({
        "at": line.at,
        "actor": line.actor,
        "handle": line.handle,
        "action": line.action,
        "detail": line.detail,
    })
}
