//! `dialtone board …`: message boards.

use std::io::{self, IsTerminal, Read};

use clap::{Args, Subcommand};
use dialtone_domain::messaging::{Board, BoardSummary, Draft, Message, NewBoard};
use dialtone_domain::{Domain, MessageId, level};
use dialtone_terminal::text::clean_line;
use serde_json::{Value, json};

use super::answer::{Answer, Failure};
use super::table::{Edge, Table, moment};
use super::user::account;
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
    /// The level a caller needs to read it
    #[arg(long, default_value_t = level::GUEST)]
    read_level: i64,
    /// The level a caller needs to post there
    #[arg(long, default_value_t = level::NEW)]
    post_level: i64,
    /// Only the sysop posts there
    #[arg(long)]
    read_only: bool,
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
pub async fn run(domain: &Domain, command: BoardCommand) -> Result<Answer, Failure> {
    match command {
        BoardCommand::List => list(domain).await,
        BoardCommand::Add(board) => add(domain, board).await,
        BoardCommand::Post(message) => post(domain, message).await,
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
        ("read", Edge::Right),
        ("post", Edge::Right),
    ]);
    for BoardSummary { board, messages, last_post, .. } in &boards {
        table.row([
            board.slug.clone(),
            board.name.clone(),
            messages.to_string(),
            last_post.map(moment).unwrap_or_default(),
            board.read_level.to_string(),
            if board.read_only { "sysop".to_owned() } else { board.post_level.to_string() },
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
        "read_level": board.read_level,
        "post_level": board.post_level,
        "read_only": board.read_only,
    })
}

async fn add(domain: &Domain, new: NewBoardArgs) -> Result<Answer, Failure> {
    let NewBoardArgs { slug, name, description, read_level, post_level, read_only } = new;
    let new = NewBoard { slug, name, description, read_level, post_level, read_only };
    let board = domain.messaging.create_board(new, domain.operator()).await?;
    Ok(Answer { json: board_document(&board), text: format!("{} is there, as {}.", board.name, board.slug) })
}

async fn post(domain: &Domain, message: PostArgs) -> Result<Answer, Failure> {
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
    let posted = domain.messaging.post(&poster, draft).await?;
    let detail = format!("message {} on {} as {}", posted.id, board.slug, from.handle());
    let by = acts::actor_as(domain, &from);
    acts::note(domain, by, "board.post", &detail).await;
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
