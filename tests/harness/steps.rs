//! What callers do again and again, key by key.

use std::sync::LazyLock;
use std::time::Instant;

use dialtone_domain::users::{NewAccount, OnlineCall};
use dialtone_terminal::pipe;
use serde_json::Value;

use super::{Board, DEADLINE, Emulator, Key, Terminal, said, text};

/// A password good enough for any handle.
pub const PASSWORD: &str = "four brass lanterns hum";
/// The first question, as far as it is the same on every terminal.
pub static QUESTION: LazyLock<String> = LazyLock::new(|| {
    let question = said!("login-handle", doors = "both", words = "no");
    pipe::strip(&question).trim_end_matches(':').to_owned()
});
/// What stands below words that wait for a key.
pub const NOTICE: &str = "any key goes on";
/// The main menu's question.
pub const MENU: &str = "Your choice, ? for help:";

impl Terminal {
    /// From the first question to the main menu, with an account that is there.
    pub fn log_in(&self, handle: &str) {
        self.wait_for(&QUESTION);
        self.enter(handle);
        self.past_password(handle);
    }

    /// From the password to the main menu.
    pub fn past_password(&self, handle: &str) {
        self.wait_for(&text("login-password"));
        self.enter(PASSWORD);
        self.wait_for(&said!("greet-back", handle = handle));
        self.past_notice();
        self.wait_for(MENU);
    }

    /// Saves what is in the editor, again and again until the board can.
    pub fn save_at_last(&self) {
        loop {
            self.key(Key::Ctrl('s'));
            if self.wait_for_any(&["P post", NOTICE]) == 0 {
                return;
            }
            self.past_notice();
            self.wait_for("save or leave");
        }
    }

    /// From the first question to the main menu, with an account made on the way.
    pub fn register(&self, handle: &str) {
        self.wait_for(&QUESTION);
        self.enter("NEW");
        self.fill_registration(handle);
    }

    /// From the registration's first field to the main menu.
    pub fn fill_registration(&self, handle: &str) {
        self.wait_for("a new caller");
        self.answer_registration(handle);
        self.wait_for(&said!("greet-new", handle = handle));
        self.past_notice();
        self.wait_for(MENU);
    }

    /// From the registration's first field to the greeting, on a screen of any width.
    pub fn answer_registration(&self, handle: &str) {
        self.enter(handle);
        self.wait_for("8 characters or");
        self.enter(PASSWORD);
        self.wait_for("once more");
        self.enter(PASSWORD);
        self.wait_for("calling from");
        self.enter("Somewhere");
    }

    /// From the first question to the main menu, without an account.
    pub fn look_round(&self) {
        self.wait_for(&QUESTION);
        self.enter("GUEST");
        self.past_guest_notice();
    }

    /// From a guest's greeting to the main menu.
    pub fn past_guest_notice(&self) {
        self.wait_for(&text("greet-guest"));
        self.past_notice();
        self.wait_for(MENU);
    }

    /// Reads words that wait for a key, and presses one.
    pub fn past_notice(&self) {
        self.wait_for(NOTICE);
        self.key(Key::Enter);
        self.wait_gone(NOTICE);
    }

    /// Presses a letter and waits for what it opens.
    pub fn choose(&self, letter: &str, title: &str) {
        self.send(letter);
        self.wait_for(title);
    }

    /// Presses Esc and waits for what lies behind.
    pub fn back_to(&self, title: &str) {
        self.key(Key::Escape);
        self.wait_for(title);
    }

    /// From the main menu into a board's list of threads.
    pub fn open_board(&self, name: &str) {
        self.choose("M", "message boards");
        self.choose_row(name);
        self.wait_gone("message boards");
        self.wait_for(name);
        self.wait_for("Esc back");
    }

    /// Moves the bar of a list to the row that has `text` in it, and presses Enter.
    pub fn choose_row(&self, text: &str) {
        self.move_to_row(text);
        self.key(Key::Enter);
    }

    /// Moves the bar of a list to the row that has `text` in it.
    pub fn move_to_row(&self, text: &str) {
        let found = |screen: &Emulator| {
            let rows = screen.rows();
            // Below the header, above the rule over the prompt.
            let header = if screen.screen().size().1.get() < 60 { 4 } else { 6 };
            let listed = header..rows.len().saturating_sub(4);
            // On a wide screen a panel stands beside the list, and says of the row under the bar what is in it.
            let columns = usize::from(screen.screen().size().1.get());
            let list = if columns < 110 { columns } else { columns - 46 };
            let cells = |row: &String| row.chars().take(list).collect::<String>();
            let row = listed.clone().find(|row| rows.get(*row).is_some_and(|row| cells(row).contains(text)));
            screen.bar().zip(row)
        };
        self.wait_until(&format!("a row \"{text}\" and a bar"), |screen| found(screen).is_some());
        for _ in 0..500 {
            let Some((bar, row)) = self.look(found) else { break };
            let (key, next) = match bar.cmp(&row) {
                std::cmp::Ordering::Equal => return,
                std::cmp::Ordering::Less => (Key::Down, bar + 1),
                std::cmp::Ordering::Greater => (Key::Up, bar - 1),
            };
            self.key(key);
            self.wait_until(&format!("the bar in row {next}"), |screen| screen.bar() == Some(next));
        }
        panic!("the row \"{text}\" went away:\n{}", self.screen());
    }

    /// From a board's list of threads: writes a message of one line, back to the list.
    pub fn post(&self, subject: &str, body: &str) {
        self.choose("P", "what it is about");
        self.enter(subject);
        self.wait_for("save or leave");
        self.enter(body);
        self.enter("/s");
        self.wait_for("P post");
        self.wait_for(subject);
    }

    /// Rows from the first to the last but one as they are seen: all but the status line, with the cursor's place.
    pub fn above_status(&self) -> (Vec<String>, (u16, u16)) {
        self.look(|screen| {
            let mut rows = screen.seen();
            rows.pop();
            (rows, screen.screen().cursor_position())
        })
    }

    /// The same without the rows of the main menu that count who is there and what is new.
    pub fn without_counts(&self) -> (Vec<String>, (u16, u16)) {
        let (mut rows, cursor) = self.above_status();
        rows.retain(|row| {
            !["Who's online", "Messages", "Pager"].iter().any(|counting| row.contains(counting))
        });
        (rows, cursor)
    }

    /// Waits until the status line has `text` in it.
    pub fn wait_status(&self, text: &str) {
        self.wait_until(&format!("\"{text}\" in the status line"), |screen| {
            screen.row_has(screen.rows().len() - 1, text)
        });
    }
}

impl Board {
    /// Makes an account with [`PASSWORD`], as the sysop does.
    pub fn account(&self, handle: &str) {
        let Some(here) = self.here() else {
            let made = self.cli_told(&["user", "add", handle, "--password-stdin"], PASSWORD);
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            return;
        };
        let new = NewAccount {
            handle: handle.to_owned(),
            password: PASSWORD.into(),
            display_name: None,
            location: None,
            source: None,
        };
        let made = here.ask(async |domain| domain.users.add(new, domain.operator()).await);
        made.unwrap_or_else(|error| panic!("{handle}: {error}\n{}", self.log.tail()));
    }

    /// The same for one that is older than anything on the boards: all of it is new to them.
    pub fn old_account(&self, handle: &str) {
        self.account(handle);
        self.execute(&format!(
            "UPDATE users SET created_at = '2000-01-01T00:00:00+00:00' WHERE handle = '{handle}'"
        ));
    }

    /// The handles of everybody on line, as `dialtone who` says; those at the door are empty.
    pub fn who(&self) -> Vec<String> {
        if let Some(here) = self.here() {
            let calls = here.ask(async |domain| domain.users.online().await);
            let calls = calls.unwrap_or_else(|error| panic!("{error}\n{}", self.log.tail()));
            let handle = |call: OnlineCall| call.handle.map(|handle| handle.to_string()).unwrap_or_default();
            return calls.into_iter().map(handle).collect();
        }
        let who = self.cli_json(&["who", "--json"]);
        let calls = who.as_array().expect("a list of calls");
        calls.iter().map(|call| call["handle"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until who's online is as `wanted` says.
    pub fn wait_who(&self, what: &str, wanted: impl Fn(&[String]) -> bool) {
        let start = Instant::now();
        loop {
            let asked = start.elapsed();
            let who = self.who();
            if wanted(&who) {
                return;
            }
            assert!(asked < DEADLINE, "waiting for {what}: {who:?} on line\n{}", self.log.tail());
        }
    }

    /// The log line that tells of the `nth` call (from 0) answered.
    pub fn answered(&self, nth: usize) -> Value {
        self.log.wait_nth_message("call answered", nth)
    }
}
