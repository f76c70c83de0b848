//! The boards a new system begins with, and the first words on them.

use super::board::insert;
use super::draft::Clean;
use super::posting::write;
use super::rules::BoardRules;
use super::{Draft, Messaging, MessagingError, NewBoard, Poster};
use crate::Caller;
use crate::db::on_db;

struct FirstBoard {
    slug: &'static str,
    name: &'static str,
    description: &'static str,
    post: &'static str,
    threads: &'static [FirstThread],
}

struct FirstThread {
    subject: &'static str,
    /// The first message and what follows it.
    bodies: &'static [&'static str],
}

const BOARDS: &[FirstBoard] = &[
    FirstBoard {
        slug: "bulletins",
        name: "Bulletins",
        description: "News from the sysop: what is new, what is down, what is next",
        post: "sysop",
        threads: &[
            FirstThread {
                subject: "You got through",
                bodies: &[
                    "Welcome. No modem, no busy signal, and nobody in your house shouting that they need \
the phone. Everything else is as you remember it, or as you were told it was.\n\n\
This system answers telnet and SSH. It holds message boards, a pager that finds people \
wherever they are in the menus, and a market where the money is made of paper and the \
companies are made of nothing at all.\n\n\
Look round. Read a little. Then go to The Lobby and tell us who called.",
                ],
            },
            FirstThread {
                subject: "The house rules, all four of them",
                bodies: &[
                    "1. Be good company. You may disagree with anybody about anything, as long as both of \
you would still answer if the other one rang.\n\n\
2. What people say here, they said to this board. Ask before you carry it elsewhere.\n\n\
3. Leave other people's accounts, systems and telephones alone. We like knowing how \
things work; that needs no victims.\n\n\
4. If something breaks, say so. A bug that is reported well is worth a round of applause, \
and gets one.",
                ],
            },
        ],
    },
    FirstBoard {
        slug: "lobby",
        name: "The Lobby",
        description: "Come in, say hello, talk about anything",
        post: "level >= 10",
        threads: &[FirstThread {
            subject: "Who is on the line?",
            bodies: &[
                "The light on line one is blinking, so somebody must be there.\n\n\
Tell us who you are, where you are calling from, and what the first system was that you \
ever dialled. If this is the first one: even better. You will be telling people about it \
in twenty years, so make it a good story.",
                "I will start. It was a board on a single line, in a cellar, on a machine whose hard disk \
had to be warmed with a hair dryer in winter. It was busy for three evenings. On the fourth, \
at ten past two at night, it answered, and the sysop broke in to ask whether I knew what \
time it was. I have been trying to give that feeling to other people ever since.",
            ],
        }],
    },
    FirstBoard {
        slug: "phones",
        name: "Phreaking & Phones",
        description: "How the telephone network worked, and how it was explored",
        post: "level >= 10",
        threads: &[
            FirstThread {
                subject: "The tones, for reference",
                bodies: &[
                    "North American call progress tones are pairs of frequencies, in hertz:\n\n\
  dial tone    350 + 440   without a pause\n\
  ringback     440 + 480   2 s on, 4 s off\n\
  busy         480 + 620   0.5 s on, 0.5 s off\n\
  fast busy    480 + 620   0.25 s on, 0.25 s off\n\n\
And the keys you press are a row and a column:\n\n\
         1209  1336  1477  1633\n\
   697     1     2     3     A\n\
   770     4     5     6     B\n\
   852     7     8     9     C\n\
   941     *     0     #     D\n\n\
The fourth column was for networks where one call could push another off the line. \
Hardly anybody ever owned a telephone that had it.",
                    "One more, since somebody will ask: 2600 Hz told a trunk that it was idle. Play it into a \
long distance call and the far end believed you had hung up, while the near end did not. \
Everything else followed from that one misunderstanding. Signalling has since moved to a \
channel of its own, and the whistle is only a whistle.",
                ],
            },
            FirstThread {
                subject: "Your favourite dead exchange",
                bodies: &[
                    "Step by step, panel, crossbar, the first electronic ones: each had a voice. People who \
grew up under one can still tell you what kind of office they lived behind by the clicks \
before the ringing.\n\n\
Which one was yours, and what did it sound like? Numbers of test lines that no longer answer \
are welcome here as obituaries.",
                ],
            },
        ],
    },
    FirstBoard {
        slug: "code",
        name: "Code",
        description: "Programs: small ones, old ones, and the one you cannot make work",
        post: "level >= 10",
        threads: &[FirstThread {
            subject: "The smallest program you are proud of",
            bodies: &[
                "Not the most useful, and not the cleverest: the smallest one that still makes you smile. \
Post it whole. If it needs more than one screen, it belongs in another thread.\n\n\
Mine counts the bits that are set, and it is older than most of us:\n\n\
  n = 0;\n\
  while (x) { x &= x - 1; n++; }\n\n\
It goes round once for each bit that is set, and never looks at the others.",
            ],
        }],
    },
];

impl Messaging {
    /// Makes the first boards, with a few messages by `sysop`, if there is no board at all. Asked again, or on
    /// two instances at once, it does nothing more.
    pub async fn seed(&self, sysop: &Caller) -> Result<(), MessagingError> {
        let boards: i64 = on_db!(self.store, db => sqlx::query_scalar("SELECT COUNT(*) FROM boards")
            .fetch_one(db).await)?;
        if boards > 0 {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        for first in BOARDS {
            let new = NewBoard {
                slug: first.slug.to_owned(),
                name: first.name.to_owned(),
                description: first.description.to_owned(),
                rules: BoardRules::stored("all", first.post),
            };
            // Another instance is quicker, or was: leave it all to that one.
            let Some(board) = insert(&mut tx, new).await? else { return Ok(()) };
            let poster = Poster { who: sysop.clone(), board };
            for thread in first.threads {
                let mut reply_to = None;
                for body in thread.bodies {
                    let (subject, body) = (thread.subject.to_owned(), (*body).to_owned());
                    let clean = Clean::new(&Draft { subject, body, reply_to, key: None })?;
                    reply_to = write(&mut tx, &poster, clean).await?.map(|message| message.id);
                }
            }
        }
        tx.commit().await?;
        self.boards.forget();
        Ok(())
    }
}
