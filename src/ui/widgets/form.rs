//! Questions one below the other, each checked as its answer is typed.

use dialtone_terminal::Key;
use dialtone_terminal::text::wrap;

use crate::ui::keys::Keys;
use crate::ui::line::LineOutcome;
use crate::ui::{CallEvent, Canvas, Conversation, LineInput, View, Widget, styles};

/// Says what is wrong with an answer, while it is typed and when it is given.
pub type Check = fn(&str) -> Result<(), &'static str>;

/// One question.
#[derive(Debug, Clone)]
pub struct Field {
    /// What is asked.
    pub label: &'static str,
    /// A word of help.
    pub help: &'static str,
    /// The most characters.
    pub limit: usize,
    /// Whether only dots show.
    pub masked: bool,
    /// What it starts with.
    pub initial: String,
    /// Whether the first letter typed takes the place of what it starts with.
    pub suggested: bool,
    /// What an answer must be.
    pub check: Option<Check>,
}

impl Field {
    /// A question answered in the open.
    pub fn open(label: &'static str, help: &'static str, limit: usize) -> Self {
        Self { label, help, limit, masked: false, initial: String::new(), suggested: false, check: None }
    }

    /// A question whose answer nobody may read over the shoulder.
    pub fn masked(label: &'static str, help: &'static str, limit: usize) -> Self {
        Self { masked: true, ..Self::open(label, help, limit) }
    }

    /// Starts with an answer to change.
    pub fn with(self, initial: &str) -> Self {
        Self { initial: initial.to_owned(), ..self }
    }

    /// Starts with an answer to take, or to type another over.
    pub fn suggesting(self, initial: &str) -> Self {
        Self { suggested: true, ..self.with(initial) }
    }

    /// Takes no answer that `check` refuses.
    pub fn checked(self, check: Check) -> Self {
        Self { check: Some(check), ..self }
    }

    fn refusal(&self, answer: &str) -> Option<&'static str> {
        self.check.and_then(|check| check(answer).err())
    }

    fn line(&self) -> LineInput {
        let line = if self.masked { LineInput::masked(self.limit) } else { LineInput::new(self.limit) };
        line.with(&self.initial)
    }
}

/// A form being filled in.
#[derive(Debug, Clone, Default)]
pub struct Form {
    intro: String,
    done: Vec<(&'static str, String)>,
    note: String,
}

struct FormView<'a> {
    form: &'a mut Form,
    fields: &'a [Field],
    lines: Vec<LineInput>,
    current: usize,
    /// What is typed over a suggestion or a refused answer is another answer, not more of the same.
    another: bool,
}

/// Columns of the labels.
const LABELS: u16 = 15;

impl FormView<'_> {
    /// What is wrong: with the answer as far as it is typed, or with the last one.
    fn note(&self) -> &str {
        let typed = self.lines.get(self.current).filter(|line| !line.is_empty());
        let refusal = self.fields.get(self.current).zip(typed);
        refusal.and_then(|(field, line)| field.refusal(&line.text())).unwrap_or(&self.form.note)
    }

    fn answers(&self) -> Vec<String> {
        self.lines.iter().map(LineInput::text).collect()
    }

    /// The field that is asked, with its help below. Returns the next free row.
    fn draw_current(&self, page: &mut Canvas<'_>, y: u16, field: &Field, line: &LineInput) -> u16 {
        page.text(0, y, field.label, styles::KEY);
        let room = page.columns().saturating_sub(LABELS).min(60);
        page.band(LABELS, y, room, styles::CHOSEN);
        let (shown, cursor) = line.shown(usize::from(room.saturating_sub(1)));
        page.text(LABELS, y, &shown, styles::CHOSEN);
        page.cursor(LABELS + u16::try_from(cursor).unwrap_or(0), y);
        let mut next = y + 1;
        for line in wrap(field.help, usize::from(page.columns().saturating_sub(LABELS)).max(10)) {
            page.text(LABELS, next, &line, styles::ASIDE);
            next += 1;
        }
        next
    }
}

impl View for FormView<'_> {
    fn draw(&self, frame: &mut Canvas<'_>) {
        let (columns, rows) = (frame.columns(), frame.rows());
        let wide = columns.saturating_sub(2);
        let words = usize::from(wide.saturating_sub(4)).max(10);
        let mut intro: Vec<String> = Vec::new();
        if !self.form.intro.is_empty() {
            intro = self.form.intro.split('\n').flat_map(|line| wrap(line, words)).collect();
            intro.push(String::new());
        }
        let above = intro.len() + self.form.done.len();
        let high = above + self.fields.len() + 5;
        let mut page = frame.boxed(1, 0, wide, u16::try_from(high).unwrap_or(rows).min(rows), "");
        // On a low screen the question that is asked stays, and what stands above it goes.
        let hidden = (above + self.current + 3).saturating_sub(usize::from(page.rows()));
        let mut y = 0;
        for (n, line) in (0usize..).zip(&intro) {
            if n >= hidden {
                page.text(0, y, line, styles::WORDS);
                y += 1;
            }
        }
        let done = self.form.done.iter().skip(hidden.saturating_sub(intro.len()));
        for (label, value) in done {
            page.text(0, y, label, styles::HEADING);
            page.text(LABELS, y, value, styles::NAME);
            y += 1;
        }
        let fields = self.fields.iter().zip(&self.lines).enumerate();
        for (n, (field, line)) in fields.skip(hidden.saturating_sub(above)) {
            if n == self.current {
                y = self.draw_current(&mut page, y, field, line);
            } else {
                let room = usize::from(page.columns().saturating_sub(LABELS));
                page.text(0, y, field.label, styles::HEADING);
                page.text(LABELS, y, &line.shown(room).0, styles::NAME);
                y += 1;
            }
        }
        for (row, line) in (y..).zip(wrap(self.note(), words)) {
            page.text(0, row, &line, styles::FIGURE);
        }
    }

    fn keys(&self) -> Keys {
        let mut topics = vec![("Enter".to_owned(), "takes the answer and goes on".to_owned())];
        if self.fields.len() > 1 {
            topics.push(("Up".to_owned(), "back to the question before".to_owned()));
        }
        topics.push(("Ctrl-U".to_owned(), "empties the line".to_owned()));
        topics.push(("Esc".to_owned(), "leaves, and nothing is changed".to_owned()));
        let said =
            vec![("Enter", "goes on", Key::Enter), ("Esc", "leaves", Key::Escape), ("F1", "keys", Key::F(1))];
        Keys { typing: true, topics, said, ..Keys::default() }
    }
}

impl Widget for FormView<'_> {
    type Outcome = Option<Vec<String>>;

    fn take(&mut self, event: CallEvent) -> Option<Self::Outcome> {
        let CallEvent::Key(key) = event else { return None };
        let (Some(field), Some(line)) = (self.fields.get(self.current), self.lines.get_mut(self.current))
        else {
            return Some(Some(self.answers()));
        };
        if std::mem::take(&mut self.another) && matches!(key, Key::Char(_)) {
            *line = field.clone().with("").line();
        }
        let back = matches!(key, Key::Up | Key::BackTab);
        let onward = matches!(key, Key::Down | Key::Tab);
        match line.press(if onward { Key::Enter } else { key }) {
            LineOutcome::Enter => {
                if let Some(why) = field.refusal(&line.text()) {
                    self.form.refuse(why);
                    self.another = true;
                    return None;
                }
                self.form.note.clear();
                self.current += 1;
                self.another = self.fields.get(self.current).is_some_and(|field| field.suggested);
                (self.current == self.fields.len()).then(|| Some(self.answers()))
            }
            LineOutcome::Escape => Some(None),
            LineOutcome::Changed | LineOutcome::Nothing => {
                if back {
                    self.current = self.current.saturating_sub(1);
                }
                None
            }
        }
    }

    async fn in_plain_text<C: Conversation>(&mut self, call: &mut C) -> Result<Self::Outcome, C::End> {
        self.form.fill_in_words(call, self.fields).await
    }
}

impl Form {
    /// A form with words above it.
    pub fn new(intro: &str) -> Self {
        Self { intro: intro.to_owned(), ..Self::default() }
    }

    /// Says what was wrong with the last answer.
    pub fn refuse(&mut self, why: &str) {
        why.clone_into(&mut self.note);
    }

    /// Keeps an answer above the next question.
    pub fn keep(&mut self, label: &'static str, value: &str) {
        self.note.clear();
        self.done.push((label, value.to_owned()));
    }

    /// Asks one question; none if the caller wants out.
    pub async fn ask<C: Conversation>(
        &mut self,
        call: &mut C,
        field: &Field,
    ) -> Result<Option<String>, C::End> {
        let answers = self.fill(call, std::slice::from_ref(field)).await?;
        Ok(answers.and_then(|answers| answers.into_iter().next()))
    }

    /// Asks all of `fields` on one screen, back and forth until the last is answered: an answer for each. None if the
    /// caller wants out.
    pub async fn fill<C: Conversation>(
        &mut self,
        call: &mut C,
        fields: &[Field],
    ) -> Result<Option<Vec<String>>, C::End> {
        let lines = fields.iter().map(Field::line).collect();
        let another = fields.first().is_some_and(|field| field.suggested);
        call.run(&mut FormView { form: self, fields, lines, current: 0, another }).await
    }

    async fn fill_in_words<C: Conversation>(
        &mut self,
        call: &mut C,
        fields: &[Field],
    ) -> Result<Option<Vec<String>>, C::End> {
        if !self.intro.is_empty() {
            call.say(&format!("\n{}", std::mem::take(&mut self.intro))).await?;
        }
        let mut answers = Vec::new();
        for field in fields {
            let help = if field.help.is_empty() { String::new() } else { format!(" ({})", field.help) };
            let answer = loop {
                if !self.note.is_empty() {
                    call.say(&std::mem::take(&mut self.note)).await?;
                }
                let question = format!("{}{help}: ", field.label);
                let Some(answer) = call.ask(&question, field.line()).await? else { return Ok(None) };
                match field.refusal(&answer) {
                    Some(why) => self.refuse(why),
                    None => break answer,
                }
            };
            answers.push(answer);
        }
        Ok(Some(answers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::script::Script;

    fn filled(fields: &[Field], keys: &str) -> Option<Option<Vec<String>>> {
        let mut form = Form::default();
        let lines = fields.iter().map(Field::line).collect();
        let another = fields.first().is_some_and(|field| field.suggested);
        let mut view = FormView { form: &mut form, fields, lines, current: 0, another };
        let key = |c| match c {
            '\n' => Key::Enter,
            '\u{1b}' => Key::Escape,
            '^' => Key::Up,
            c => Key::Char(c),
        };
        keys.chars().find_map(|c| view.take(CallEvent::Key(key(c))))
    }

    fn answers(answers: &[&str]) -> Option<Option<Vec<String>>> {
        Some(Some(answers.iter().map(|answer| (*answer).to_owned()).collect()))
    }

    #[test]
    fn a_form_is_filled_in_back_and_forth() {
        let fields = [Field::open("Handle", "", 20), Field::open("City", "", 20).suggesting("Bonn")];
        assert_eq!(filled(&fields, "joe\n\n"), answers(&["joe", "Bonn"]));
        assert_eq!(filled(&fields, "joe\nKiel\n"), answers(&["joe", "Kiel"]));
        assert_eq!(filled(&fields, "joe\n^y\n\n"), answers(&["joey", "Bonn"]));
        assert_eq!(filled(&fields, "joe\n\u{1b}"), Some(None));
        assert_eq!(filled(&fields, "joe\n"), None);
    }

    #[test]
    fn a_refused_answer_is_typed_anew() {
        let check = |answer: &str| if answer.len() > 2 { Ok(()) } else { Err("three letters or more") };
        let fields = [Field::open("Handle", "", 20).checked(check)];
        assert_eq!(filled(&fields, "ab\nabc\n"), answers(&["abc"]));
    }

    #[test]
    fn a_form_in_words_asks_one_question_after_the_other() {
        let check = |answer: &str| if answer.len() > 2 { Ok(()) } else { Err("three letters or more") };
        let fields = [
            Field::open("Handle", "how others know you", 20).checked(check),
            Field::open("City", "", 20).with("Bonn"),
        ];
        let mut form = Form::new("A new caller.");
        let mut script = Script::typing("jo\njoe\n\n");
        let filled = Script::wait(form.fill(&mut script, &fields));
        assert_eq!(filled, Ok(Some(vec!["joe".to_owned(), "Bonn".to_owned()])));
        let asked = [
            "\nA new caller.",
            "Handle (how others know you): jo",
            "three letters or more",
            "Handle (how others know you): joe",
            "City: Bonn",
        ];
        assert_eq!(script.said, asked);
    }

    #[test]
    fn a_form_in_words_is_left_with_nothing_changed() {
        let fields = [Field::open("Handle", "", 20), Field::masked("Password", "", 20)];
        let mut script = Script::typing("joe\nsec\u{1b}");
        assert_eq!(Script::wait(Form::default().fill(&mut script, &fields)), Ok(None));
        let mut script = Script::typing("joe\nsec");
        assert!(Script::wait(Form::default().fill(&mut script, &fields)).is_err(), "the line drops");
    }
}
