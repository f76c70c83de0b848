//! Draws the model: instances, callers, the log, and one line each for what is said and what may be pressed.

use chrono::{DateTime, Utc};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Row, Table, TableState};

use super::format::{Tone, ago, caller, plain, width};
use super::model::{Entry, Model, Pane, Prompt, Word};

/// Below this nothing useful fits.
const SMALLEST: (u16, u16) = (40, 12);
/// An instance that has not been heard of for this many seconds has missed a renewal.
const LATE: i64 = 6;

const KEYS: &str = "j k choose   K kick   B broadcast   P page   Tab pane   ? help   Q quit";
const HELP: &[&str] = &[
    "Up Down j k    choose a caller, or move in the pane with the bright frame",
    "PgUp PgDn      ten at a time; Home and End: first and last",
    "Tab            next pane: instances, callers, log",
    "K              end the chosen call: asks for a reason, Enter ends it, Esc does not",
    "P, B           page the chosen caller; tell everybody",
    "Q, Ctrl-C      leave; the board goes on",
];

/// Draws everything as of `now`.
pub fn draw(frame: &mut Frame<'_>, model: &mut Model, now: DateTime<Utc>) {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let words = format!("The console needs {} columns and {} rows.", SMALLEST.0, SMALLEST.1);
        return frame.render_widget(Paragraph::new(words), area);
    }
    let instances = u16::try_from(model.instances().0.len()).unwrap_or(u16::MAX).clamp(1, 4) + 3;
    let help = if model.help() { HELP.len() as u16 } else { 1 };
    let [top, instances, callers, log, word, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(instances.min(area.height / 4)),
        Constraint::Fill(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(help),
    ])
    .areas(area);
    header(frame, top, model, now);
    instance_pane(frame, instances, model, now);
    caller_pane(frame, callers, model, now);
    log_pane(frame, log, model);
    frame.render_widget(word_line(model), word);
    match model.prompt() {
        Some(prompt) => prompt_line(frame, keys, prompt),
        None if model.help() => {
            frame.render_widget(
                Paragraph::new(HELP.iter().map(|line| Line::raw(*line)).collect::<Vec<_>>()),
                keys,
            );
        }
        None => frame.render_widget(Line::styled(KEYS, Color::DarkGray), keys),
    }
}

fn header(frame: &mut Frame<'_>, area: Rect, model: &Model, now: DateTime<Utc>) {
    let bar = Style::new().fg(Color::Black).bg(Color::Cyan);
    let left = format!(" {}  sysop console, as {}", model.board(), model.sysop());
    let right = format!(
        "{}  {}  {} UTC ",
        counted(model.instances().0.len(), "instance"),
        counted(model.calls().len(), "call"),
        now.format("%H:%M:%S")
    );
    frame.render_widget(Block::new().style(bar), area);
    frame.render_widget(Line::styled(left, bar.add_modifier(Modifier::BOLD)), area);
    let right = Line::styled(right, bar).right_aligned();
    let width = u16::try_from(right.width()).unwrap_or(u16::MAX).min(area.width);
    frame.render_widget(right, Rect { x: area.right() - width, width, ..area });
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn pane(title: String, model: &Model, pane: Pane) -> Block<'static> {
    let bright = model.pane() == pane;
    let frame = if bright { Color::LightCyan } else { Color::DarkGray };
    Block::bordered().border_style(frame).title(Span::styled(
        format!(" {title} "),
        Style::new().fg(if bright { Color::White } else { Color::Gray }),
    ))
}

fn heading<const N: usize>(names: [&'static str; N]) -> Row<'static> {
    Row::new(names).style(Color::DarkGray)
}

fn instance_pane(frame: &mut Frame<'_>, area: Rect, model: &Model, now: DateTime<Utc>) {
    let (instances, first) = model.instances();
    let rows = instances.iter().skip(first).map(|instance| {
        let late = (now - instance.last_seen).num_seconds() > LATE;
        Row::new([
            plain(&instance.name),
            ago(instance.since, now),
            format!("{} ago", ago(instance.last_seen, now)),
            instance.calls.to_string(),
        ])
        .style(if late { Color::Yellow } else { Color::Reset })
    });
    let widths = [Constraint::Fill(1), Constraint::Length(14), Constraint::Length(14), Constraint::Length(6)];
    let title = if instances.is_empty() { "Instances: none is up" } else { "Instances" };
    let table = Table::new(rows, widths)
        .header(heading(["name", "up for", "last seen", "calls"]))
        .block(pane(title.to_owned(), model, Pane::Instances));
    frame.render_widget(table, area);
}

fn caller_pane(frame: &mut Frame<'_>, area: Rect, model: &Model, now: DateTime<Utc>) {
    let calls = model.calls();
    let many_instances = model.instances().0.len() > 1;
    let rows = calls.iter().map(|call| {
        let node = if many_instances {
            format!("{}:{}", plain(&call.instance_name), call.node)
        } else {
            call.node.to_string()
        };
        let (place, transport, peer) = (plain(&call.place), plain(&call.transport), plain(&call.peer));
        let style = if call.user.is_some() { Color::Reset } else { Color::DarkGray };
        Row::new([node, caller(call), place, transport, peer, ago(call.since, now)]).style(style)
    });
    let widths = [
        Constraint::Length(if many_instances { 12 } else { 5 }),
        Constraint::Fill(3),
        Constraint::Fill(3),
        Constraint::Length(9),
        Constraint::Fill(3),
        Constraint::Length(10),
    ];
    let title = if calls.is_empty() { "Callers: nobody is on" } else { "Callers" };
    let table = Table::new(rows, widths)
        .header(heading(["node", "who", "where", "by", "from", "since"]))
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED))
        .block(pane(title.to_owned(), model, Pane::Callers));
    let mut state = TableState::new().with_selected(model.chosen_index());
    frame.render_stateful_widget(table, area, &mut state);
}

fn log_pane(frame: &mut Frame<'_>, area: Rect, model: &mut Model) {
    model.fit(usize::from(area.height.saturating_sub(2)));
    let title = match model.looked_back() {
        0 => "Log".to_owned(),
        below => format!("Log: {below} newer below, End goes there"),
    };
    let lines: Vec<Line<'_>> = model.tail().map(entry).collect();
    let log = if lines.is_empty() {
        Paragraph::new(Line::styled("Nothing has happened since you looked in.", Color::DarkGray))
    } else {
        Paragraph::new(lines)
    };
    frame.render_widget(log.block(pane(title, model, Pane::Log)), area);
}

fn entry(entry: &Entry) -> Line<'_> {
    let style = match entry.tone {
        Tone::Quiet => Style::new().fg(Color::DarkGray),
        Tone::Plain => Style::new(),
        Tone::Loud => Style::new().fg(Color::Yellow),
    };
    let mut spans = vec![
        Span::styled(entry.at.format("%H:%M:%S ").to_string(), Color::DarkGray),
        Span::styled(entry.words.as_str(), style),
    ];
    if entry.times > 1 {
        spans.push(Span::styled(format!(", {} times", entry.times), style));
    }
    Line::from(spans)
}

fn word_line(model: &Model) -> Line<'_> {
    if let Some(since) = model.silent_since() {
        let words = format!(
            " The database has not answered since {} UTC: asking again each second.",
            since.format("%H:%M:%S")
        );
        return Line::styled(words, Style::new().fg(Color::White).bg(Color::Red));
    }
    match model.word() {
        Some(Word::Done(words)) => Line::styled(plain(words), Color::Green),
        Some(Word::Refused(words)) => Line::styled(plain(words), Color::LightRed),
        None => Line::default(),
    }
}

/// The line being typed, its end always in sight.
fn prompt_line(frame: &mut Frame<'_>, area: Rect, prompt: &Prompt) {
    let label = Span::styled(prompt.ask.label(), Color::Yellow);
    let [before, field] = Layout::horizontal([
        Constraint::Length(u16::try_from(label.width()).unwrap_or(u16::MAX)),
        Constraint::Min(10),
    ])
    .areas(Rect { height: area.height.min(1), ..area });
    let typed = plain(prompt.line.text());
    let room = usize::from(field.width.saturating_sub(1));
    let mut seen = typed.as_str();
    while width(seen) > room {
        let mut rest = seen.chars();
        rest.next();
        seen = rest.as_str();
    }
    let end = field.x.saturating_add(u16::try_from(width(seen)).unwrap_or(0));
    frame.render_widget(label, before);
    frame.render_widget(Span::raw(seen), field);
    frame.set_cursor_position(Position::new(end.min(area.right().saturating_sub(1)), area.y));
}

#[cfg(test)]
mod tests;
