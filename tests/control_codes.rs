//! No byte of a caller's text reaches another caller as a control code: every field a caller can fill, every screen
//! that shows one, every charset.

#![expect(clippy::panic, reason = "a test that cannot go on fails")]

mod harness;

use harness::{Board, Dial, Draws, Kind, MENU, PASSWORD, Recording, Terminal, sequences, text};

/// Sequences, controls of both sets raw and as UTF-8, what starts a download in SyncTERM, direction marks, joiners,
/// marks on top of marks, wide letters, pipe codes, a link to elsewhere.
const POISON: [&str; 7] = [
    "\u{1b}[8m\u{1b}[99;99H\u{1b}]0;owned\u{7}\u{1b}c\u{1b}#8\u{1b}7",
    "\u{1b}]8;;file:///etc\u{1b}\\\u{1b}P1q\u{1b}\\\u{1b}_x\u{1b}\\\u{1b}[?1049h\u{1b}N",
    "\u{9b}31m\u{90}q\u{9c}\u{9d}0;x\u{9c}\u{85}\u{84}\u{9b}6n",
    "\u{8}\u{5}\u{e}\u{f}\u{13}\u{11}\u{18}\u{1a}\u{7f}\u{c}\u{b}**\u{18}B00**↑B00000",
    "\u{202e}evil\u{2066}\u{2069}\u{200b}\u{200d}\u{feff}\u{2028}\u{fff9}\u{e0041}\u{61c}",
    "e\u{301}\u{301}漢字\u{1f4a9}\u{ad}\u{a0}♥◘○↨\u{fe0f}",
    "\"quoted\" |04|20|| \t{x}~`^_ http://x\u{1b}]8;;y",
];

/// The same as bytes of a keyboard: overlong forms, halves of characters, 8-bit controls.
const TYPED: &[u8] = b"\xc2\x9b2J\xe2\x80\xae\x07\xc0\x9b\xe0\x80\x9b2J\xff\xfe\x9b6n\xf0\x9f\x92\xa9\x1a\x05**\xe2\x86\x91B00";

/// Somebody who reads everything.
struct Reader {
    call: Dial,
    recording: &'static Recording,
    words: bool,
}

impl Reader {
    fn call(board: &Board, name: &str, words: bool) -> Self {
        let recording = Recording::load(name);
        let (columns, rows) = recording.size;
        let handle = format!("Reader {}", recording.name.split(' ').next().expect("a word"));
        let handle = if words { format!("{handle} W") } else { handle };
        board.account(&handle);
        let call = Dial::call_sized(board, Kind::Recorded(recording), columns, rows);
        let reader = Self { call, recording, words };
        reader.call.wait_for("Handle, NEW");
        if words {
            reader.call.enter("WORDS");
            // Its first words: forty columns are fewer than it has.
            let said = text("login-words");
            reader.call.wait_for(said.split_inclusive('.').next().unwrap_or(&said));
        }
        reader.call.enter(&handle);
        reader.call.wait_for("Password:");
        reader.call.enter(PASSWORD);
        if !words {
            reader.call.past_notice();
        }
        reader.call.wait_for(MENU);
        reader
    }

    fn open(&self, key: &str, expect: &str) {
        if self.words {
            return self.answer(key, expect);
        }
        self.call.choose(key, expect);
    }

    /// Answers a question and waits until the next one stands below what is expected.
    fn answer(&self, line: &str, expect: &str) {
        let before = self.call.raw().len();
        self.call.enter(line);
        let more = |raw: &[u8]| raw.ends_with(b"stops: ");
        let holds = |raw: &[u8]| {
            let came = raw.get(before..).unwrap_or_default();
            came.windows(expect.len()).any(|window| window == expect.as_bytes()) && came.ends_with(b": ")
        };
        let what = format!("{expect} and a question");
        self.call.wait_raw(&what, |raw| holds(raw) || (raw.len() > before && more(raw)));
        if more(&self.call.raw()) {
            self.call.enter("A");
            self.call.wait_raw(&what, |raw| holds(raw) && !more(raw));
        }
    }

    fn row(&self, text: &str, expect: &str) {
        if !self.words {
            self.call.choose_row(text);
            return self.call.wait_for(expect);
        }
        let numbered = |row: &String| {
            let number = row.split('.').next().filter(|number| number.parse::<u16>().is_ok());
            number.filter(|_| row.contains(text)).map(str::to_owned)
        };
        let number = self.call.look(|screen| screen.rows().iter().rev().find_map(numbered));
        let number = number.unwrap_or_else(|| panic!("no {text}:\n{}", self.call.screen()));
        self.answer(&number, expect);
    }

    fn back(&self, expect: &str) {
        if self.words {
            return self.answer("q", expect);
        }
        self.call.back_to(expect);
    }

    /// Every screen that shows what Mallory wrote.
    fn read_all(&self) {
        // The pager first: pages have come.
        self.open("R", "PAGED");
        self.back(MENU);
        self.open("M", "The Lobby");
        self.row("The Lobby", "SUBJECT");
        self.row("SUBJECT", "BODY");
        self.back("SUBJECT");
        self.back("The Lobby");
        self.back(MENU);
        self.open("U", "Mallory");
        self.row("Mallory", "ABOUT");
        self.back("Mallory");
        self.back(MENU);
        self.open("W", "Mallory");
        self.back(MENU);
    }

    /// Nothing but what the board itself sends has come since this many bytes.
    fn unharmed(&self, since: usize) {
        let raw = self.call.raw();
        let data = without_telnet(raw.get(since..).expect("more came"));
        let (columns, rows) = self.recording.size;
        let stranger = sequences::stranger(&data, self.recording.draws, columns, rows);
        assert_eq!(stranger, None, "{}:\n{}", self.recording.name, self.call.screen());
        assert!(data.len() > 2000, "{}: too little came to be worth anything", self.recording.name);
    }
}

/// In mid-call the board sends nothing of telnet's own but doubled bytes.
fn without_telnet(raw: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    let mut bytes = raw.iter();
    while let Some(byte) = bytes.next() {
        if *byte == 0xff {
            assert_eq!(bytes.next(), Some(&0xff), "telnet in mid-call");
        }
        data.push(*byte);
    }
    data
}

/// Mallory fills every field of the profile by keyboard.
fn fill_profile(mallory: &Terminal) {
    mallory.choose("Y", "what others see of you");
    mallory.choose("E", "as you want to be called");
    for (help, words) in [
        ("a place, real or not", &b"NAMED"[..]),
        ("what you would talk about", b"PLACE"),
        ("a line or two", b"LIKES"),
        ("what others see of you", b"ABOUT"),
    ] {
        mallory.key(harness::Key::Ctrl('u'));
        mallory.send_raw(&[words, TYPED].concat());
        mallory.key(harness::Key::Enter);
        mallory.wait_for(help);
    }
}

#[test]
fn what_a_caller_writes_never_becomes_a_control_code() {
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    board.account("Mallory");
    let poisoned = |words: &str| POISON.map(|poison| format!("{words} {poison}"));
    // A handle is refused in words that obey nothing either.
    let refused = board.cli_told(&["user", "add", POISON[0], "--password-stdin"], PASSWORD);
    assert!(!refused.status.success());
    assert!(!refused.stderr.contains(&0x1b), "{}", String::from_utf8_lossy(&refused.stderr));

    let readers = [
        Reader::call(&board, "syncterm", false),
        Reader::call(&board, "xterm", false),
        Reader::call(&board, "linux-console", true),
        Reader::call(&board, "c64", false),
        Reader::call(&board, "atari", true),
    ];
    let since: Vec<usize> = readers.iter().map(|reader| reader.call.raw().len()).collect();

    let mallory = Dial::call(&board, Kind::Xterm);
    mallory.log_in("Mallory");
    fill_profile(&mallory);
    let who = board.who();
    for page in poisoned("PAGED") {
        for handle in who.iter().filter(|handle| *handle != "Mallory") {
            let paged = board.cli(&["page", handle, &page, "--from", "Mallory"]);
            assert!(paged.status.success(), "{}", String::from_utf8_lossy(&paged.stderr));
        }
        board.cli(&["broadcast", &page]);
    }
    let body = format!("{}\n> {}", poisoned("BODY").join("\n"), POISON.join("\n> "));
    for subject in poisoned("SUBJECT") {
        let words = ["board", "post", "lobby", "--from", "Mallory", "--subject", &subject, "--body", &body];
        let posted = board.cli(&words);
        assert!(posted.status.success(), "{}", String::from_utf8_lossy(&posted.stderr));
    }

    for (reader, since) in readers.iter().zip(since) {
        reader.read_all();
        reader.unharmed(since);
    }
    // The quote in an answer, and what a command says.
    let answering = &readers[1];
    let since = answering.call.raw().len();
    answering.open("M", "Enter choose");
    answering.row("The Lobby", "SUBJECT");
    answering.row("SUBJECT", "BODY");
    answering.open("R", "save or leave");
    answering.call.key(harness::Key::Ctrl('q'));
    answering.call.key(harness::Key::Ctrl('r'));
    answering.back("BODY");
    answering.unharmed(since);
}

#[test]
fn the_list_knows_a_stranger() {
    for (data, draws, stranger) in [
        (&b"plain \x1b[1;31mred\x1b[0m\r\n\x1b[2J\x1b[H\x1b[;5H\x1b[24;80H"[..], Draws::Utf8, false),
        (b"\x1b]8;;https://a.b\x1b\\https://a.b\x1b]8;;\x1b\\", Draws::Utf8, false),
        (b"\x1b[8m", Draws::Utf8, true),
        (b"\x1b[25;1H", Draws::Utf8, true),
        (b"\x1b[6n", Draws::Cp437, true),
        (b"\x1b]8;;file:///etc\x1b\\", Draws::Utf8, true),
        (b"\x1b]0;x\x07", Draws::Utf8, true),
        (b"\xc2\x9b", Draws::Utf8, true),
        (b"\xe2\x80\xae", Draws::Utf8, true),
        (b"\x82\x03", Draws::Cp437, false),
        (b"\x18", Draws::Cp437, true),
        (b"\x07", Draws::Cp437, true),
        (b"\x93\x0e\xc1\x12\x05", Draws::Petscii, false),
        (b"\x1b", Draws::Petscii, true),
        (b"\"", Draws::Petscii, true),
        (b"\x1b", Draws::Atascii, true),
    ] {
        assert_eq!(sequences::stranger(data, draws, 80, 24).is_some(), stranger, "{}", data.escape_ascii());
    }
}
