//! A list in plain words: numbered rows, a page at a time, and one question.

use super::{List, ListOutcome};
use crate::ui::widgets::help;
use crate::ui::{Conversation, LineInput, Location};

/// Rows said at a time.
const PAGE: usize = 20;

impl List<'_> {
    /// The rows of the page that the bar is on, in lines.
    fn page(&self, place: &Location, first: usize) -> String {
        let mut words = format!("\n{}, {}\n", place.title(), place.subtitle());
        if self.rows.is_empty() {
            words.push_str(&self.empty);
            words.push('\n');
        }
        for (n, row) in self.rows.iter().enumerate().skip(first).take(PAGE) {
            let cells: Vec<String> = self
                .columns
                .iter()
                .zip(row)
                .filter(|(_, (text, _))| !matches!(text.trim(), "" | "·"))
                .filter(|(column, _)| !column.picture)
                .map(|(column, (text, _))| match column.title {
                    "" => text.trim().to_owned(),
                    title => format!("{title}: {}", text.trim()),
                })
                .collect();
            words.push_str(&format!("{}. {}\n", n + 1, cells.join(", ")));
        }
        if !self.note.is_empty() {
            words.push_str(&format!("{}\n", self.note));
        }
        words
    }

    fn question(&self, below: bool) -> String {
        let mut choices: Vec<String> = Vec::new();
        if !self.rows.is_empty() {
            choices.push("A number".to_owned());
        }
        choices.extend(self.keys.iter().map(|(key, does)| format!("{key} {does}")));
        if below {
            choices.push("+ more".to_owned());
        }
        match choices.is_empty() {
            true => "Enter goes back: ".to_owned(),
            false => format!("{}, or Enter to go back: ", choices.join(", ")),
        }
    }
}

/// Says a list and asks until the caller does something with it.
pub async fn pick<C: Conversation>(call: &mut C, list: &mut List<'_>) -> Result<ListOutcome, C::End> {
    let mut first = list.bar.chosen / PAGE * PAGE;
    call.say_long(&list.page(&call.screen().location, first)).await?;
    loop {
        let below = list.more || first + PAGE < list.rows.len();
        let question = list.question(below);
        let Some(answer) = call.ask(&question, LineInput::new(40)).await? else {
            return Ok(ListOutcome::Back);
        };
        let answer = answer.trim().to_uppercase();
        match answer.as_str() {
            "" | "Q" => return Ok(ListOutcome::Back),
            "/" => return Ok(ListOutcome::Pages),
            "+" if first + PAGE < list.rows.len() => {
                first += PAGE;
                list.bar.chosen = first;
                call.say_long(&list.page(&call.screen().location, first)).await?;
                continue;
            }
            "+" if list.more => {
                list.bar.chosen = list.rows.len();
                return Ok(ListOutcome::More);
            }
            "?" => {
                let choices = "A number chooses. A key and a number do what the key says with it, as in P 3.";
                call.say_long(&help::in_words(choices, &list.keys)).await?;
                continue;
            }
            _ => {}
        }
        // A number chooses; a number behind a key says what the key is for, as in "R 3".
        let (key, number) =
            answer.split_at(answer.find(|c: char| c.is_ascii_digit()).unwrap_or(answer.len()));
        if let Ok(number) = number.parse::<usize>() {
            if number == 0 || number > list.rows.len() {
                call.say(&format!("There is no number {number} here.")).await?;
                continue;
            }
            list.bar.chosen = number - 1;
        }
        match key.trim().chars().next() {
            None => return Ok(ListOutcome::Row(list.bar.chosen)),
            Some(key) if list.keys.iter().any(|(name, _)| name.starts_with(key)) => {
                return Ok(ListOutcome::Key(key));
            }
            Some(_) => call.say("That is not one of the choices. ? says them.").await?,
        }
    }
}
