//! A question with a few answers: a box with a bar over them, each with a letter of its own.

use dialtone_terminal::Key;
use dialtone_terminal::text::{width, wrap};

use crate::ui::keys::{Act, Hint, Keys, Meaning};
use crate::ui::{CallEvent, Canvas, Conversation, LineInput, View, Widget, styles};

struct Dialog<'a> {
    question: &'a str,
    answers: &'a [Hint],
    chosen: usize,
}

/// Columns of the box, at the most.
const WIDE: u16 = 60;

impl View for Dialog<'_> {
    fn draw(&self, frame: &mut Canvas<'_>) {
        let wide = frame.columns().min(WIDE);
        let lines = wrap(self.question, usize::from(wide.saturating_sub(4)).max(10));
        let high = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(4).min(frame.rows());
        let (x, y) = ((frame.columns() - wide) / 2, (frame.rows() - high) / 3);
        let mut page = frame.boxed(x, y, wide, high, "");
        for (y, line) in (0..page.rows()).zip(&lines) {
            page.text(0, y, line, styles::NAME);
        }
        let y = page.rows().saturating_sub(1);
        let mut x = 0;
        for (n, (key, does)) in self.answers.iter().enumerate() {
            let bar = |style| if n == self.chosen { styles::chosen(style) } else { style };
            let columns = u16::try_from(width(key) + width(does) + 3).unwrap_or(0);
            page.band(x, y, columns, bar(styles::WORDS));
            let at = page.text(x + 1, y, key, bar(styles::KEY));
            page.text(at + 1, y, does, bar(styles::NAME));
            x += columns + 1;
        }
    }

    fn keys(&self) -> Keys {
        let mut keys = Keys { own: self.answers.to_vec(), ..Keys::of(&[Act::Choose]) };
        let moves = [Act::Left, Act::Right, Act::Up, Act::Down, Act::Again];
        keys.acts.extend(moves.map(|act| (act, "")));
        keys.acts.push((Act::Back, "no answer"));
        keys
    }
}

/// Asks until one of the answers is given: its letter. None if the caller gives none. The bar begins on the first.
pub async fn choice<C: Conversation>(
    call: &mut C,
    question: &str,
    answers: &[Hint],
) -> Result<Option<char>, C::End> {
    call.run(&mut Dialog { question, answers, chosen: 0 }).await
}

impl Widget for Dialog<'_> {
    type Outcome = Option<char>;

    fn take(&mut self, event: CallEvent) -> Option<Self::Outcome> {
        let CallEvent::Key(key) = event else { return None };
        let count = self.answers.len().max(1);
        match self.keys().meaning(key) {
            Meaning::Own(key) => return Some(Some(key)),
            Meaning::Act(Act::Choose) => {
                return Some(self.answers.get(self.chosen).and_then(|(key, _)| key.chars().next()));
            }
            Meaning::Act(Act::Left | Act::Up) => self.chosen = (self.chosen + count - 1) % count,
            Meaning::Act(Act::Right | Act::Down | Act::Again) => self.chosen = (self.chosen + 1) % count,
            Meaning::Act(Act::Back) => return Some(None),
            _ if key == Key::BackTab => self.chosen = (self.chosen + count - 1) % count,
            _ => {}
        }
        None
    }

    async fn in_plain_text<C: Conversation>(&mut self, call: &mut C) -> Result<Self::Outcome, C::End> {
        choice_in_words(call, self.question, self.answers).await
    }
}

async fn choice_in_words<C: Conversation>(
    call: &mut C,
    question: &str,
    answers: &[Hint],
) -> Result<Option<char>, C::End> {
    let choices: Vec<String> = answers.iter().map(|(key, does)| format!("{key} {does}")).collect();
    let prompt = format!("{question} ({}) ", choices.join(", "));
    loop {
        let Some(answer) = call.ask(&prompt, LineInput::new(20)).await? else { return Ok(None) };
        match answer.trim().to_uppercase().chars().next() {
            None => return Ok(None),
            Some(c) if answers.iter().any(|(key, _)| key.starts_with(c)) => return Ok(Some(c)),
            Some(_) => call.say("That is not one of the choices.").await?,
        }
    }
}

/// Asks a question that yes or no answers; no answer is no.
pub async fn confirm<C: Conversation>(call: &mut C, question: &str) -> Result<bool, C::End> {
    let question = format!("{question} (y/n) ");
    if call.screen().plain() {
        let answer = call.ask(&question, LineInput::new(5)).await?;
        return Ok(answer.is_some_and(|answer| answer.trim().to_ascii_lowercase().starts_with('y')));
    }
    Ok(choice(call, question.trim_end(), &[("N", "no"), ("Y", "yes")]).await? == Some('Y'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(keys: &[Key]) -> Option<Option<char>> {
        let answers = [("N", "no"), ("Y", "yes"), ("L", "later")];
        let mut dialog = Dialog { question: "Really?", answers: &answers, chosen: 0 };
        keys.iter().find_map(|key| dialog.take(CallEvent::Key(*key)))
    }

    #[test]
    fn an_answer_is_a_letter_or_where_the_bar_is() {
        assert_eq!(answered(&[Key::Char('x'), Key::Char('y')]), Some(Some('Y')));
        assert_eq!(answered(&[Key::Enter]), Some(Some('N')));
        assert_eq!(answered(&[Key::Right, Key::Tab, Key::Right, Key::Down, Key::Enter]), Some(Some('Y')));
        assert_eq!(answered(&[Key::Left, Key::Enter]), Some(Some('L')));
        assert_eq!(answered(&[Key::BackTab, Key::BackTab, Key::Enter]), Some(Some('Y')));
        assert_eq!(answered(&[Key::Down, Key::Escape]), Some(None));
        assert_eq!(answered(&[Key::Right, Key::Right]), None);
    }
}
