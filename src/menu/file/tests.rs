//! Files laid over each other, and what only one file alone can get wrong.

use std::collections::BTreeSet;

use dialtone_domain::access::Facts;
use miette::Diagnostic;

use super::*;
use crate::menu::{Action, Menu};

const BASE: &str = r#"
start = "main"
taglines = ["a", "b"]
flags = ["elite"]
[menus.main]
title = "main"
art = "main"
groups = [{ mark = "GA", title = "ONE" }, { mark = "GB", title = "TWO" }]
keys = [
  { key = "M", name = "More", gosub = "more" },
  { key = "B", name = "Boards", group = "GB", screen = "boards" },
  { key = "G", name = "Bye", logoff = true },
]
[menus.more]
title = "more"
art = "main"
keys = [{ key = "Q", name = "Back", back = true }]
"#;

fn read(layers: &[&str]) -> Result<Menus, Mistakes> {
    let known = Known {
        screens: &["boards", "who"],
        values: &["UN"],
        arts: &BTreeSet::from(["main"]),
        marks: &|_, mark| matches!(mark, "GA" | "GB"),
    };
    let named: Vec<(&str, &str)> = ["below", "above"].into_iter().zip(layers.iter().copied()).collect();
    parse(&named, &known)
}

/// What is said, and the words it points at.
fn wrong(layers: &[&str]) -> Vec<(String, String)> {
    let Err(mistakes) = read(layers) else { return Vec::new() };
    let related = mistakes.related().unwrap();
    related
        .map(|mistake| {
            let Some(mut labels) = mistake.labels() else { return (mistake.to_string(), String::new()) };
            let span = *labels.next().unwrap().inner();
            let text = mistake.source_code().unwrap().read_span(&span, 0, 0).unwrap();
            (mistake.to_string(), String::from_utf8_lossy(text.data()).into_owned())
        })
        .collect()
}

fn menu<'a>(menus: &'a Menus, name: &str) -> &'a Menu {
    menus.get(menus.by_name(name).unwrap()).unwrap()
}

fn keys(menu: &Menu) -> String {
    menu.items.iter().map(|item| item.key).collect()
}

#[test]
fn one_file_alone_is_enough() {
    let menus = read(&[BASE]).unwrap();
    assert_eq!((menus.iter().count(), menus.start()), (2, menus.by_name("main").unwrap()));
    assert_eq!(menu(&menus, "main").items[1].act.action, Action::Screen("boards".into()));
    assert_eq!(menus.by_name("mo"), None);
    assert!(!menus.asks_records);
}

#[test]
fn a_menu_replaces_the_one_of_its_name_and_others_stay() {
    let upper = "[menus.more]\ntitle = \"less\"\nart = \"main\"\nkeys = [{ key = \"X\", name = \"x\", goto = \"main\" }]";
    let menus = read(&[BASE, upper]).unwrap();
    assert_eq!((menu(&menus, "more").title.as_str(), keys(menu(&menus, "more"))), ("less", "X".into()));
    assert_eq!((keys(menu(&menus, "main")), menus.taglines.len()), ("MBG".into(), 2));
}

#[test]
fn what_lies_over_a_menu_says_only_what_is_different() {
    let upper = r#"
taglines = ["c"]
[menus.main]
over = true
title = "home"
keys = [
  { key = "x", name = "Elite", access = "flag elite", ask = "Sure?", word = " Mellon ", screen = "who" },
  { key = "b", name = "Who", access = "ratio > 5", screen = "who" },
]
without = ["m"]
[menus.more]
over = true
[menus.attic]
title = "attic"
art = "main"
keys = [{ key = "M", name = "m", gosub = "more" }, { key = "G", name = "g", logoff = true }]
"#;
    let upper = upper.replace("without = [\"m\"]", "without = [\"m\"]\nfirst = { gosub = \"attic\" }");
    let menus = read(&[BASE, &upper]).unwrap();
    let main = menu(&menus, "main");
    assert_eq!((main.title.as_str(), keys(main).as_str(), main.groups.len()), ("home", "BGX", 2));
    assert_eq!(main.items[2].act.word.as_deref(), Some("mellon"));
    assert_eq!(menus.taglines, ["c"]);
    assert!(menus.asks_records);
    let facts = Facts { posts: 6, calls: 100, ..Facts::default() };
    assert_eq!(main.shown(&facts).count(), 2);
}

#[test]
fn a_command_that_leads_to_what_is_left_out_is_told() {
    assert_eq!(
        wrong(&[BASE, "without = [\"more\"]"]),
        [("this leads to the menu \"more\", which is left out".to_owned(), "\"more\"".to_owned())]
    );
    let both = "without = [\"more\"]\n[menus.main]\nover = true\nwithout = [\"M\"]";
    assert_eq!(wrong(&[BASE, both]), []);
    // The group stood in the file below: that it is empty now is no mistake of this one.
    let group = "[menus.main]\nover = true\nwithout = [\"B\"]";
    assert_eq!(wrong(&[BASE, group]), []);
}

#[test]
fn a_file_that_says_nothing_needs_one_that_does() {
    let said: Vec<String> = wrong(&[""]).into_iter().map(|(message, _)| message).collect();
    assert_eq!(
        said,
        [
            "nothing says where a call starts: start = \"MENU\"",
            "taglines is empty: the line above the prompt needs at least one line",
        ]
    );
}

#[test]
fn a_line_nobody_could_read_is_not_quoted() {
    let long = format!("# one line\ntaglines = [\"{}\"]", "é".repeat(5000));
    assert_eq!(
        wrong(&[BASE, &long]),
        [("above:2:13: this has 5000 characters; at most 76 fit".to_owned(), String::new())]
    );
}

#[test]
fn who_came_down_may_go_up() {
    // The well has no key out; but one comes there from above only, and Esc leads back.
    let well = "[menus.more]\ntitle = \"well\"\nart = \"main\"\nkeys = [{ key = \"D\", name = \"d\", goto = \"deep\" }]\n\
                [menus.deep]\ntitle = \"deep\"\nart = \"main\"\nkeys = [{ key = \"B\", name = \"b\", screen = \"who\" }]";
    assert_eq!(wrong(&[BASE, well]), []);
    let trap = well.to_owned()
        + "\n[menus.main]\nover = true\nwithout = [\"M\"]\nkeys = [{ key = \"D\", name = \"d\", goto = \"more\" }]";
    let said: Vec<String> = wrong(&[BASE, &trap]).into_iter().map(|(message, _)| message).collect();
    assert_eq!(said, ["nobody can leave the menu \"more\"", "nobody can leave the menu \"deep\""]);
}

#[test]
fn a_long_row_of_first_things_is_no_circle() {
    let mut text = BASE.replace("[menus.more]\n", "[menus.more]\nfirst = { goto = \"m0\" }\n");
    for n in 0..3000 {
        let first = if n < 2999 { format!("first = {{ goto = \"m{}\" }}\n", n + 1) } else { String::new() };
        text.push_str(&format!(
            "[menus.m{n}]\ntitle = \"t\"\nart = \"main\"\n{first}keys = [{{ key = \"G\", name = \"g\", logoff = true }}]\n"
        ));
    }
    assert_eq!(wrong(&[&text]), []);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(\\[menus\\.[a-c]\\]\n|(over|title|art|keys|first|start|taglines|flags|without) = ([0-9]|true|\"[a-z|]{0,4}\"|\\[\"[a-c]\"\\]|\\[\\{ key = \"[a-c]\", (goto|say|screen) = \"[a-c|é]\" \\}\\])\n){0,12}") {
        for layers in [&[text.as_str()][..], &[BASE, &text]] {
            if let Err(mistakes) = read(layers) {
                // Every place is one of the file's.
                for mistake in mistakes.related().unwrap() {
                    let Some(mut labels) = mistake.labels() else { continue };
                    let span = *labels.next().unwrap().inner();
                    proptest::prop_assert!(mistake.source_code().unwrap().read_span(&span, 0, 0).is_ok());
                }
            }
        }
    }
}
