//! `dialtone board …`: message boards.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Read};

use clap::{Args, Subcommand};
use dialtone_domain::access::{CallerRule, RuleMistake};
use dialtone_domain::messaging::{Board, BoardChange, BoardRules, BoardSummary, Draft, Message, NewBoard};
use dialtone_domain::users::Operator;
use dialtone_domain::{Domain, MessageId};
use dialtone_terminal::text::clean_line;
use miette::{LabeledSpan, MietteDiagnostic, NamedSource, Report};
use serde_json::{Value, json};

use super::answer::{Answer, Failure};
use super::table::{Edge, Table, moment};
use super::user::account;
use crate::app;
use crate::config::Config;
use crate::screens::sysop::acts;

/// The most that is read of a message; the board takes less and says so itself.
const BODY_BYTES: u64 = 1 << 20;

/// What may be done to boards.
#[derive(Debug, Subcommand)]
pub enum BoardCommand {
    /// List every board
    List,
    /// Make a board
    Add(NewBoardArgs),
    /// Change a board; open calls go by its new rules at once
    Edit {
        /// The board
        slug: String,
        #[command(flatten)]
        changes: Changes,
    },
    /// Post a message; it reaches callers at once
    Post(PostArgs),
    /// Read the newest messages of a board, oldest of them first
    Read {
        /// The board
        slug: String,
        /// How many messages at most
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=200))]
        limit: i64,
    },
}

/// A board to be made.
#[derive(Debug, Args)]
pub struct NewBoardArgs {
    /// Its name in commands: small letters, digits and dashes
    slug: String,
    /// Its name for callers
    #[arg(long)]
    name: String,
    /// One line about it
    #[arg(long)]
    description: String,
    /// Who may read it, in the access language
    #[arg(long, value_name = "RULE", default_value = "all")]
    read: String,
    /// Who may post there, of those who may read it; `sysop` makes it read only
    #[arg(long, value_name = "RULE", default_value = "level >= 10")]
    post: String,
}

/// What is to be changed of a board.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Changes {
    /// Its name for callers
    #[arg(long)]
    name: Option<String>,
    /// One line about it
    #[arg(long)]
    description: Option<String>,
    /// Who may read it, in the access language
    #[arg(long, value_name = "RULE")]
    read: Option<String>,
    /// Who may post there, of those who may read it
    #[arg(long, value_name = "RULE")]
    post: Option<String>,
}

/// A message to be posted.
#[derive(Debug, Args)]
pub struct PostArgs {
    /// The board
    slug: String,
    /// Who posts it, with what rights they have there
    #[arg(long, value_name = "HANDLE")]
    from: String,
    /// The subject of a new thread
    #[arg(long, required_unless_present = "reply_to")]
    subject: Option<String>,
    /// The text; from standard input if missing
    #[arg(long, value_name = "TEXT")]
    body: Option<String>,
    /// The message this one answers
    #[arg(long, value_name = "ID", conflicts_with = "subject")]
    reply_to: Option<i64>,
}

/// Carries a command out.
pub async fn run(
    domain: &Domain,
    operator: Operator,
    config: &Config,
    command: BoardCommand,
) -> Result<Answer, Failure> {
    match command {
        BoardCommand::List => list(domain).await,
        BoardCommand::Add(board) => add(domain, operator, config, board).await,
        BoardCommand::Edit { slug, changes } => edit(domain, operator, config, &slug, changes).await,
        BoardCommand::Post(message) => post(domain, operator, message).await,
        BoardCommand::Read { slug, limit } => read(domain, &slug, limit).await,
    }
}

async fn list(domain: &Domain) -> Result<Answer, Failure> {
    let boards = domain.messaging.boards(&acts::sysop(domain, None).await?).await?;
    let mut table = Table::new([
        ("slug", Edge::Left),
        ("name", Edge::Left),
        ("messages", Edge::Right),
        ("last post (UTC)", Edge::Left),
        ("read", Edge::Left),
        ("post", Edge::Left),
    ]);
    for BoardSummary { board, messages, last_post, .. } in &boards {
        table.row([
            board.slug.clone(),
            board.name.clone(),
            messages.to_string(),
            last_post.map(moment).unwrap_or_default(),
            board.rules.read.to_string(),
            board.rules.post.to_string(),
        ]);
    }
    let document = |summary: &BoardSummary| {
        let mut document = board_document(&summary.board);
        if let Value::Object(fields) = &mut document {
            fields.insert("messages".to_owned(), json!(summary.messages));
            fields.insert("last_post".to_owned(), json!(summary.last_post));
        }
        document
    };
    Ok(Answer { json: boards.iter().map(document).collect(), text: table.or("No boards yet.") })
}

fn board_document(board: &Board) -> Value {
    json!({
        "id": board.id,
        "slug": board.slug,
        "name": board.name,
        "description": board.description,
        "read": board.rules.read,
        "post": board.rules.post,
    })
}

async fn add(
    domain: &Domain,
    operator: Operator,
    config: &Config,
    new: NewBoardArgs,
) -> Result<Answer, Failure> {
    let NewBoardArgs { slug, name, description, read, post } = new;
    let flags = flags(config)?;
    let rules = BoardRules { read: rule("--read", &read, &flags)?, post: rule("--post", &post, &flags)? };
    let new = NewBoard { slug, name, description, rules };
    let board = domain.messaging.create_board(new, operator).await?;
    Ok(Answer { json: board_document(&board), text: format!("{} is there, as {}.", board.name, board.slug) })
}

async fn edit(
    domain: &Domain,
    operator: Operator,
    config: &Config,
    slug: &str,
    changes: Changes,
) -> Result<Answer, Failure> {
    let Changes { name, description, read, post } = changes;
    let flags = flags(config)?;
    let read = read.map(|text| rule("--read", &text, &flags)).transpose()?;
    let post = post.map(|text| rule("--post", &text, &flags)).transpose()?;
    let board = domain.messaging.board_by_slug(slug).await?;
    let change = BoardChange { name, description, read, post };
    let edited = domain.messaging.edit_board(board.id, change, operator).await?;
    let words = if edited.is_some() { "is changed" } else { "is like that already" };
    let board = edited.unwrap_or(board);
    Ok(Answer { json: board_document(&board), text: format!("{} {words}.", board.name) })
}

/// The flags that menus.toml declares: rules name these alone.
fn flags(config: &Config) -> Result<BTreeSet<String>, Failure> {
    Ok(app::menus_and_art(config)?.menus.flags)
}

/// Reads a rule given with an option. Errors: what is wrong with it, and where.
fn rule(option: &str, text: &str, flags: &BTreeSet<String>) -> Result<CallerRule, Failure> {
    CallerRule::parse(text, flags).map_err(|error| {
        // A rule that is far too long is not shown, and of the others nothing that a terminal would obey: each such
        // character gives way to another of as many bytes.
        let shown: String = match error.mistake {
            RuleMistake::TooLong(_) => return Failure::words(format!("{option}: {error}")),
            _ => text
                .chars()
                .map(|c| {
                    if !c.is_control() {
                        c
                    } else if c.is_ascii() {
                        ' '
                    } else {
                        '\u{a0}'
                    }
                })
                .collect(),
        };
        let mut report = MietteDiagnostic::new(error.to_string())
            .with_label(LabeledSpan::new_with_span(Some("here".to_owned()), error.at));
        report.help = error.help.map(|help| help.to_string());
        Report::new(report).with_source_code(NamedSource::new(option, shown)).into()
    })
}

async fn post(domain: &Domain, operator: Operator, message: PostArgs) -> Result<Answer, Failure> {
    let from = account(domain, &message.from).await?;
    let board = domain.messaging.board_by_slug(&message.slug).await?;
    let poster = domain.messaging.poster(&from, board.id).await?;
    let body = match message.body {
        Some(body) => body,
        None => read_body()?,
    };
    let draft = Draft {
        subject: message.subject.unwrap_or_default(),
        body,
        reply_to: message.reply_to.map(MessageId),
        key: None,
    };
    let posted = domain.messaging.post_as(acts::actor_as(operator, &from), &poster, draft).await?;
    let text = format!("Posted as message {} on {}.", posted.id, board.name);
    Ok(Answer { json: message_document(&posted, &board), text })
}

fn read_body() -> Result<String, Failure> {
    let input = io::stdin();
    if input.is_terminal() {
        eprintln!("The message, ended by Ctrl-D at the start of a line:");
    }
    let mut bytes = Vec::new();
    input.take(BODY_BYTES).read_to_end(&mut bytes)?;
    String::from_utf8(bytes).map_err(|_| Failure::words("the message is not UTF-8"))
}

async fn read(domain: &Domain, slug: &str, limit: i64) -> Result<Answer, Failure> {
    let board = domain.messaging.board_by_slug(slug).await?;
    let reader = domain.messaging.reader(&acts::sysop(domain, None).await?, board.id).await?;
    let messages = domain.messaging.newest(&reader, limit).await?;
    let texts: Vec<String> = messages.iter().map(in_full).collect();
    let text = if texts.is_empty() { format!("Nothing on {} yet.", board.name) } else { texts.join("\n\n") };
    Ok(Answer { json: messages.iter().map(|message| message_document(message, &board)).collect(), text })
}

fn in_full(message: &Message) -> String {
    let head = format!(
        "message {}, {} UTC, {}: {}",
        message.id,
        moment(message.posted_at),
        message.author,
        message.subject
    );
    let body: Vec<String> = message.body.lines().map(|line| format!("    {}", clean_line(line))).collect();
    format!("{}\n{}", clean_line(&head), body.join("\n"))
}

fn message_document(message: &Message, board: &Board) -> Value {
    json!({
        "id": message.id,
        "board": board.slug,
        "thread": message.thread,
        "number": message.number,
        "author": message.author,
        "author_id": message.author_id,
        "subject": message.subject,
        "body": message.body,
        "posted_at": message.posted_at,
        "reply_to": message.reply_to,
    })
}
