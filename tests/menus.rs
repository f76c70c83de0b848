//! What a sysop writes into `menus.toml`: mistakes told with their place, changes taken over while callers are on.

mod harness;

use std::path::Path;
use std::process::{Command, Output};

use harness::{Board, Dial, Kind, MENU, Setup, telnet};

/// Runs a subcommand on the data in `dir`, with no setting of the shell's.
fn dialtone(dir: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialtone"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DIALTONE_") {
            command.env_remove(name);
        }
    }
    command.current_dir(dir).args(words).args(["--data-dir", "."]).env("NO_COLOR", "1");
    command.output().expect("the built program starts")
}

/// What `dialtone check` says of these menus, and whether it found them in order.
fn check(menus: &str) -> (bool, String) {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    std::fs::write(dir.path().join("menus.toml"), menus).expect("the file can be written");
    let run = dialtone(dir.path(), &["check"]);
    let said = String::from_utf8_lossy(if run.status.success() { &run.stdout } else { &run.stderr });
    (run.status.success(), said.into_owned())
}

/// Every file in `tests/check` and what is said of it. `DIALTONE_WRITE=1` writes down what is said now.
#[test]
fn each_kind_of_mistake_is_told_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        seen += 1;
        let (right, said) = check(&std::fs::read_to_string(&path).expect("the file is text"));
        assert!(!right, "{}: {said}", path.display());
        let golden = path.with_extension("txt");
        if std::env::var_os("DIALTONE_WRITE").is_some() {
            std::fs::write(&golden, said).expect("the folder can be written");
        } else if std::fs::read_to_string(&golden).is_ok_and(|expected| expected != said) || !golden.exists()
        {
            wrong.push(format!("{}\n{said}", path.display()));
        }
    }
    assert!(seen > 60, "only {seen} files in {}", folder.display());
    assert!(wrong.is_empty(), "another text is said of:\n{}", wrong.join("\n"));
}

/// A mistake in the first line of a command.
const MISTAKE: &str =
    "[menus.main]\nover = true\nkeys = [{ key = \"9\", name = \"x\", screen = \"whoo\" }]\n";

#[test]
fn a_board_with_a_mistake_in_its_menus_starts_with_those_it_brings() {
    let setup = Board::setup();
    write(&setup, "menus.toml", MISTAKE);
    let board = setup.start();
    let told = board.log.wait_text("menus.toml:3:43");
    assert!(told.contains("did you mean") && told.contains("ERROR"), "{told}");
    let instead = board.log.wait_text("starting with the built-in menus instead");
    assert!(instead.contains("ERROR"), "{instead}");
    let caller = telnet(&board);
    caller.look_round();
    caller.choose("W", "who's online");
    caller.back_to(MENU);
    // What is mended is taken over, as ever.
    save(&board, "menus.toml", &MISTAKE.replace("whoo", "who").replace("\"x\"", "\"Mended\""));
    caller.wait_for("Mended");
    let run = dialtone(board.data_dir(), &["check"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn a_board_with_broken_art_starts_with_the_art_it_brings() {
    let setup = Board::setup();
    let folder = setup.data_dir().join("ansi-art/classic");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    std::fs::write(folder.join("theme.toml"), "colors = 7\n").expect("the folder can be written");
    write(&setup, "menus.toml", &MISTAKE.replace("whoo", "who").replace("\"x\"", "\"Mine\""));
    let board = setup.start();
    board.log.wait_text("classic/theme.toml");
    board.log.wait_text("starting with the built-in art instead");
    let caller = telnet(&board);
    caller.look_round();
    caller.wait_for("Mine");
}

#[test]
fn a_theme_that_is_not_there_is_refused() {
    let (status, said) = Board::setup().env("DIALTONE_BOARD__THEME", "clasic").refuse();
    assert!(!status.success() && said.contains("no art of the theme") && said.contains("clasic"), "{said}");
}

/// What `dialtone check --json` says, and how it ends.
fn check_json(dir: &Path, words: &[&str]) -> (bool, serde_json::Value) {
    let run = dialtone(dir, &[&["check", "--json"], words].concat());
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    let document = serde_json::from_str(&said).expect("one document, and nothing beside it");
    (run.status.success(), document)
}

#[test]
fn a_check_in_json_tells_every_mistake_with_its_place() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let at = |name: &str| dir.path().join(name);
    std::fs::write(at("menus.toml"), MISTAKE).expect("the file can be written");
    let (right, said) = check_json(dir.path(), &[]);
    let mistake = &said["mistakes"][0];
    assert!(!right && said["ok"] == false, "{said}");
    assert_eq!((&mistake["line"], &mistake["column"]), (&3.into(), &43.into()), "{said}");
    assert!(mistake["file"].as_str().is_some_and(|file| file.ends_with("menus.toml")), "{said}");
    assert!(mistake["help"].as_str().is_some_and(|help| help.contains("did you mean")), "{said}");

    std::fs::write(at("dialtone.toml"), "[limits]\ncalls = \"many\"\n").expect("the file can be written");
    let (right, said) = check_json(dir.path(), &[]);
    let mistake = &said["mistakes"][0];
    assert!(!right && mistake["line"] == 2 && mistake["column"] == 9, "{said}");
    std::fs::write(at("dialtone.toml"), "[limits]\ncalls = 0\n").expect("the file can be written");
    let (right, said) = check_json(dir.path(), &[]);
    assert!(!right && said["mistakes"][0]["message"].to_string().contains("limits.calls"), "{said}");
}

#[test]
fn a_check_finds_what_serve_would_refuse() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let at = |name: &str| dir.path().join(name);
    let write = |name: &str, text: &str| std::fs::write(at(name), text).expect("the file can be written");
    write("menus.toml", MISTAKE);
    write("ssh_host_ed25519_key", "not a key");
    // 192.0.2.1 (RFC 5737) is nobody's address.
    write(
        "dialtone.toml",
        "[listen]\ntelnet = \"127.0.0.1:0\"\nssh = \"192.0.2.1:0\"\nhttp = \"127.0.0.1:0\"\n\
         [storage]\nnats = \"nats://[::\"\ndatabase = \"mysql://x\"\n",
    );
    let (right, said) = check_json(dir.path(), &[]);
    let told = said["mistakes"].to_string();
    for what in
        ["whoo", "ssh_host_ed25519_key is not a private key", "192.0.2.1:0", "storage.nats", "sqlite:PATH"]
    {
        assert!(!right && told.contains(what), "{what}: {said}");
    }
    for (database, what) in [("sqlite:nowhere/at/all.db", "nowhere"), ("sqlite:menus.toml", "not a database")]
    {
        let (right, said) = check_json(dir.path(), &["--database", database]);
        assert!(!right && said["mistakes"].to_string().contains(what), "{database}: {said}");
    }
    // What may be this very board is no mistake.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let taken = taken.local_addr().expect("it has an address");
    for name in ["menus.toml", "ssh_host_ed25519_key"] {
        std::fs::remove_file(at(name)).expect("the file is there");
    }
    write("dialtone.toml", &format!("[listen]\ntelnet = \"{taken}\"\nssh = \"{taken}\"\n"));
    let (right, said) = check_json(dir.path(), &[]);
    let told = said["mistakes"].to_string();
    assert!(!right && told.contains("listen.ssh and listen.telnet are both"), "{said}");
    assert!(!at("dialtone.db").exists(), "looking makes nothing");
}

#[test]
fn ten_thousand_menus_are_no_trouble() {
    let mut menus =
        "[menus.main]\nover = true\nkeys = [{ key = \"9\", name = \"Down\", gosub = \"m0\" }]\n".to_owned();
    for n in 0..10_000 {
        let next = (n + 1) % 10_000;
        menus.push_str(&format!(
            "[menus.m{n}]\ntitle = \"level {n}\"\nart = \"main\"\nkeys = [{{ key = \"9\", name = \"Down\", gosub = \"m{next}\" }}]\n"
        ));
    }
    let (right, said) = check(&menus);
    assert!(right && said.contains("ok: 10001 menus"), "{said}");
    // As many mistakes are counted, and some told.
    let (right, said) = check(&menus.replace("gosub = \"m", "gosub = \"n"));
    assert!(!right && said.contains("10001 mistakes in ./menus.toml"), "{said}");
    assert!(said.lines().count() < 300, "{} lines", said.lines().count());
    let setup = Board::setup();
    write(&setup, "menus.toml", &menus);
    let board = setup.start();
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.look_round();
    // Deeper than anybody is remembered; Esc still comes to an end.
    for n in 0..40 {
        caller.choose("9", &format!("level {n} "));
    }
    for n in (8..39).rev() {
        caller.back_to(&format!("level {n} "));
    }
}

#[test]
fn a_megabyte_of_anything_is_answered_in_a_few_lines() {
    let table = [
        "[".repeat(1 << 20),
        "keys = [".repeat(1 << 17),
        "a = 1\n".repeat(1 << 17),
        format!("taglines = [\"{}\"]\n", "x".repeat(1 << 20)),
        (0..100_000).map(|n| format!("k{n} = 1\n")).collect(),
        "[menus.main]\nover = true\naccess = \"".to_owned() + &"not ".repeat(1 << 18) + "\"\n",
    ];
    for text in table {
        let (right, said) = check(&text);
        let start: String = text.chars().take(40).collect();
        assert!(!right && said.contains("in ./menus.toml"), "{start}: {:.500}", said);
        assert!(said.len() < 20_000, "{start}: {} bytes", said.len());
    }
    let (right, said) = check(&"# nothing\n".repeat(1 << 20));
    assert!(!right && said.contains("more than 8388608"), "{:.500}", said);
}

#[test]
fn what_is_no_text_is_told() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    std::fs::write(dir.path().join("menus.toml"), b"taglines = [\"\xe9\"]\n")
        .expect("the file can be written");
    let run = dialtone(dir.path(), &["check"]);
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(!run.status.success() && said.contains("menus.toml is no text: byte 14"), "{said}");
}

#[test]
fn a_first_file_changes_nothing_and_art_is_written_when_asked_for() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let built_in = dialtone(dir.path(), &["check"]);
    assert!(dialtone(dir.path(), &["init"]).status.success());
    assert!(!dir.path().join("ansi-art").exists());
    let own = dialtone(dir.path(), &["check"]);
    let counted = |run: &Output| {
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        said.split(" (").next().map(str::to_owned)
    };
    assert_eq!(counted(&built_in), counted(&own));
    // Uncommented, the part below the words is the board's own file again.
    let text = std::fs::read_to_string(dir.path().join("menus.toml")).expect("it was written");
    let (_, below) = text.split_once("\n\n").expect("there are words, and the menus below them");
    let bare: String = below.lines().map(|line| format!("{}\n", line.get(2..).unwrap_or_default())).collect();
    let (right, said) = check(&bare);
    assert!(right, "{said}");

    std::fs::write(dir.path().join("menus.toml"), "# mine\n").expect("the file can be written");
    assert!(dialtone(dir.path(), &["init", "main"]).status.success());
    assert!(dir.path().join("ansi-art/classic/main.ans").exists());
    let mine = std::fs::read_to_string(dir.path().join("menus.toml")).expect("it is still there");
    assert_eq!(mine, "# mine\n");
    let run = dialtone(dir.path(), &["init", "mian"]);
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(!run.status.success() && said.contains("has no art \"mian\""), "{said}");
}

/// A menu below the main menu, with one of each thing.
const MENUS: &str = r#"
flags = ["elite"]

[menus.main]
over = true
keys = [{ key = "9", name = "The attic", group = "GD", gosub = "attic" }]

[menus.attic]
title = "the attic"
art = "main"
first = { say = "mind your head, |UN" }
keys = [
  { key = "B", name = "Boxes", chain = [{ screen = "who" }, { screen = "users" }] },
  { key = "D", name = "Door", ask = "Say friend: ", word = "Mellon", goto = "loft" },
  { key = "H", hidden = true, name = "Hatch", say = "a hatch, and |BN behind it" },
  { key = "E", name = "Elite only", access = "flag elite", say = "welcome" },
  { key = "G", name = "Members", access = "not guest", say = "welcome" },
  { key = "L", name = "Leave", ask = "Leave for good?", logoff = true },
]

[menus.loft]
title = "the loft"
art = "main"
keys = [{ after = 1, say = "the wind howls" }, { key = "Q", name = "Back", back = true }]
"#;

fn write(setup: &Setup, name: &str, text: &str) {
    std::fs::write(setup.data_dir().join(name), text).expect("the data directory can be written");
}

/// Saves as editors do: another file, then a new name for it.
fn save(board: &Board, name: &str, text: &str) {
    let new = board.data_dir().join(format!("{name}~new"));
    std::fs::write(&new, text).expect("the data directory can be written");
    std::fs::rename(new, board.data_dir().join(name)).expect("a file can be renamed");
}

#[test]
fn a_menu_asks_tells_hides_and_waits() {
    let setup = Board::setup();
    write(&setup, "menus.toml", MENUS);
    let board = setup.start();
    let caller = telnet(&board);
    caller.look_round();
    caller.choose("9", "mind your head, Guest");
    caller.past_notice();
    caller.wait_for("the attic");
    caller.wait_for("Boxes");
    for gone in ["Hatch", "Elite only", "Members"] {
        assert!(!caller.look(|screen| screen.has(gone)), "{gone} is shown:\n{}", caller.screen());
    }
    caller.choose("h", "a hatch, and Dialtone behind it");
    caller.past_notice();
    // What one may not use does nothing; what stands in a chain comes one after the other.
    caller.send("EGB");
    caller.wait_for("who's online");
    caller.back_to("who calls here");
    caller.back_to("the attic");
    caller.choose("D", "Say friend: ");
    caller.enter("orc");
    caller.wait_for("That is not the word.");
    caller.past_notice();
    caller.wait_for("the attic");
    caller.choose("D", "Say friend: ");
    caller.enter("mellon");
    caller.wait_for("the loft");
    caller.wait_for("the wind howls");
    caller.past_notice();
    caller.wait_for("the loft");
    // The loft took the attic's place: behind it lies the main menu. First things are done once.
    caller.back_to("main menu");
    caller.choose("9", "the attic");
    caller.choose("L", "Leave for good? (y/n)");
    caller.send("n");
    caller.wait_for("Boxes");
    caller.choose("L", "Leave for good? (y/n)");
    caller.send("y");
    caller.wait_hangup();
}

#[test]
fn a_flag_opens_what_names_it_while_its_caller_is_on() {
    let setup = Board::setup();
    write(&setup, "menus.toml", MENUS);
    let board = setup.start();
    board.account("Zero Cool");
    let caller = telnet(&board);
    caller.log_in("Zero Cool");
    caller.choose("9", "mind your head, Zero Cool");
    caller.past_notice();
    caller.wait_for("Members");
    assert!(!caller.look(|screen| screen.has("Elite only")), "{}", caller.screen());
    let given = board.cli_json(&["user", "flags", "Zero Cool", "elite", "--json"]);
    assert_eq!(given["flags"], serde_json::json!(["elite"]), "{given}");
    // The news may still be on its way: going out and in again shows the menu anew.
    loop {
        caller.back_to("main menu");
        caller.choose("9", "the attic");
        caller.wait_for("Boxes");
        if caller.look(|screen| screen.has("Elite only")) {
            break;
        }
    }
    caller.choose("E", "welcome");
}

#[test]
fn words_alone_have_the_same_menus() {
    let setup = Board::setup();
    write(&setup, "menus.toml", MENUS);
    let board = setup.start();
    let caller = Dial::call_sized(&board, Kind::Silent, 80, 200);
    caller.wait_for("Handle, NEW");
    caller.enter("GUEST");
    caller.wait_for(MENU);
    caller.enter("9");
    caller.wait_for("mind your head, Guest");
    caller.wait_for("B  Boxes");
    caller.enter("H");
    caller.wait_for("a hatch, and Dialtone behind it");
    caller.enter("E");
    caller.wait_for("There is no such command here.");
    caller.enter("D");
    caller.wait_for("Say friend: ");
    caller.enter("mellon");
    caller.wait_for("the loft");
    caller.enter("Q");
    caller.wait_for("main menu");
    caller.enter("9");
    caller.wait_for("the attic");
    caller.enter("L");
    caller.wait_for("Leave for good? (y/n)");
    caller.enter("y");
    caller.wait_hangup();
}

#[test]
fn callers_stay_where_they_are_while_their_menus_change() {
    let setup = Board::setup();
    write(&setup, "menus.toml", MENUS);
    let board = setup.start();
    let caller = telnet(&board);
    caller.look_round();
    let below = Dial::call(&board, Kind::SyncTerm);
    below.look_round();
    below.choose("9", "mind your head");
    below.past_notice();
    below.wait_for("Boxes");

    save(&board, "menus.toml", &MENUS.replace("Boxes", "Crates").replace("The attic", "The garret"));
    caller.wait_for("The garret");
    below.wait_for("Crates");
    below.wait_for("the attic");

    // A broken file is refused, and the menus stay.
    save(&board, "menus.toml", &MENUS.replace("\"users\"", "\"usres\"").replace("Boxes", "Barrels"));
    let line = board.log.wait_text("menus and art stay as they were");
    assert!(
        line.contains("did you mean") && line.contains("users") && line.contains("menus.toml:13:"),
        "{line}"
    );
    assert!(below.look(|screen| screen.has("Crates")), "{}", below.screen());
    below.choose("D", "Say friend: ");
    below.enter("mellon");
    below.wait_for("the loft");

    // Where a menu is gone, its callers are back at the start; the others hear nothing of it.
    let (without, _) = MENUS.split_once("[menus.loft]").expect("there is a loft");
    save(
        &board,
        "menus.toml",
        &without.replace("goto = \"loft\"", "screen = \"who\"").replace("The attic", "Up"),
    );
    below.wait_for("main menu");
    caller.wait_for("Up");

    // Without a file, the board has its own menus again.
    std::fs::remove_file(board.data_dir().join("menus.toml")).expect("a file can be removed");
    caller.wait_gone("Up");
    caller.choose("W", "who's online");
    assert!(!board.log.lines().iter().any(|line| line.contains("call ended")), "{}", board.log.tail());
}

#[test]
fn art_is_taken_over_where_it_is_saved_and_on_sighup() {
    let board = Board::setup().process().start();
    let caller = telnet(&board);
    caller.look_round();
    // The folders are not there yet: they are watched when they come.
    let folder = board.data_dir().join("ansi-art/classic");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let art = |word: &str| {
        format!(
            "{word}\n |TT~~~~~~~~~~~~~~~~~~~~\n |SU~~~~~~~~~~~~~~~~~~~~\n\n\n\n |GA~~~~~~~~~~~~~~~~~~~~~~~~~~~~ |GB~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n\n\n\n\n\n\n\n |GC~~~~~~~~~~~~~~~~~~~~~~~~~~~~ |GD~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        )
    };
    save(&board, "ansi-art/classic/main.ans", &art("A SIGN BY THE DOOR"));
    caller.wait_for("A SIGN BY THE DOOR");
    caller.wait_for("main menu");
    caller.wait_for(MENU);
    save(&board, "ansi-art/classic/main.ans", &art("ANOTHER SIGN"));
    caller.wait_for("ANOTHER SIGN");
    board.signal("HUP");
    board.log.wait_nth_message("menus and art reloaded", 2);
    // Art that is none is refused by name: this one says of itself that it is 60,000 columns wide.
    let mut sauce = b"SAUCE00".to_vec();
    sauce.resize(128, b' ');
    sauce.splice(94..104, [1, 1, 0x60, 0xea, 0, 0, 0, 0, 0, 0]);
    let broken = [art("A THIRD SIGN").as_bytes(), b"\x1a", &sauce].concat();
    std::fs::write(folder.join("main.ans"), broken).expect("the folder can be written");
    let line = board.log.wait_text("menus and art stay as they were");
    assert!(line.contains("main.ans") && line.contains("60000 columns wide"), "{line}");
    caller.choose("W", "who's online");
    caller.back_to("ANOTHER SIGN");
}

#[test]
fn art_is_drawn_in_full_with_what_its_caller_may_use() {
    const ART: &str = "
 |TT~~~~~~~~~~~~~~~~~~~~
 |SU~~~~~~~~~~~~~~~~~~~~



   .------------------.   .------------------.
   | |CA~~~~~~~~~~~~~ |   | |CB~~~~~~~~~~~~~ |
   '------------------'   '------------------'
        no smoking           |ON on the line
";
    let setup = Board::setup();
    let menus = "[menus.main]\nover = true\nkeys = [{ key = \"X\", name = \"Hall\", gosub = \"hall\" }]\n\
        [menus.hall]\ntitle = \"the hall\"\nart = \"hall\"\nkeys = [\n\
        { key = \"B\", name = \"Boards\", mark = \"CA\", screen = \"boards\" },\n\
        { key = \"M\", name = \"Members\", mark = \"CB\", access = \"not guest\", screen = \"who\" },\n\
        { key = \"L\", name = \"Leave\", back = true },\n]\n";
    write(&setup, "menus.toml", menus);
    let folder = setup.data_dir().join("ansi-art/classic");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    std::fs::write(folder.join("hall.ans"), ART).expect("the folder can be written");
    let board = setup.start();
    board.account("Zero Cool");
    let member = telnet(&board);
    member.log_in("Zero Cool");
    member.choose("X", "the hall");
    member.wait_row(7, "|  B │ Boards      |");
    member.wait_row(7, "|  M │ Members     |");
    member.wait_row(9, "no smoking           1   on the line");
    // What has no place in the art stands below it.
    member.wait_row(10, "L │ Leave");
    let guest = Dial::call(&board, Kind::SyncTerm);
    guest.look_round();
    guest.choose("X", "the hall");
    guest.wait_row(7, "|  B │ Boards      |");
    guest.wait_row(7, "|                  |");
    guest.wait_row(9, "2   on the line");
    assert!(!guest.look(|screen| screen.has("Members") || screen.has("|C")), "{}", guest.screen());
    // Where the art has no room, the commands stand below each other.
    guest.resize(40, 24);
    guest.wait_for("B │ Boards");
    guest.wait_gone("no smoking");
}

#[test]
fn the_page_names_every_screen_mark_and_word() {
    let page = include_str!("../docs/menus.md");
    let words: Vec<&str> = page.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let marks = dialtone::ui::mci::MARKS.iter().map(|(mark, ..)| *mark);
    let known = dialtone::screens::names().into_iter().chain(marks).chain(dialtone::menu::access::WORDS);
    let missing: Vec<&str> = known.filter(|known| !words.contains(known)).collect();
    assert!(missing.is_empty(), "docs/menus.md says nothing of {missing:?}");
}

/// The files of the tutorial, cut out of the page.
fn tutorial() -> (String, String) {
    let page = include_str!("../docs/menus.md");
    let (_, tutorial) = page.split_once("## A menu of your own").expect("the page has a tutorial");
    let fence = |kind: &str| {
        let (_, rest) = tutorial.split_once(&format!("```{kind}\n")).expect("the tutorial has this block");
        rest.split_once("```").expect("the block ends").0.to_owned()
    };
    (fence("toml"), fence("text"))
}

#[test]
fn the_tutorial_works_as_it_is_printed() {
    let (menus, art) = tutorial();
    assert!(menus.lines().filter(|line| !line.is_empty()).count() <= 10, "{menus}");
    let setup = Board::setup();
    write(&setup, "menus.toml", &menus);
    let folder = setup.data_dir().join("ansi-art/classic");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    std::fs::write(folder.join("attic.ans"), art).expect("the folder can be written");
    let board = setup.start();
    let caller = telnet(&board);
    caller.look_round();
    caller.wait_for("The attic");
    caller.choose("X", "THE ATTIC");
    caller.wait_for("Somebody left boxes here");
    caller.choose("B", "a box of old modems");
    caller.past_notice();
    caller.choose("D", "main menu");
}
