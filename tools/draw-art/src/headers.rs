//! The headers of the inner screens. Each tells in light what its screen is for; all are made of the one wave.

use crate::light::{Beam, Point, ease};
use crate::room::{Room, cycle, hump};
use crate::tone::{BEAT, tone};

/// What a header draws.
pub type Motif = fn(&mut Room);

/// Every header: name, title, motif.
pub const HEADERS: [(&str, &str, Motif); 22] = [
    ("inner", "two beats", inner),
    ("main", "main menu", main_menu),
    ("login", "off the hook", login),
    ("register", "a new line", register),
    ("notice", "three tones", notice),
    ("boards", "one line parts", boards),
    ("threads", "threads", threads),
    ("scan", "the sweep", scan),
    ("reader", "long wave", reader),
    ("editor", "the pen", editor),
    ("who", "two on a line", who),
    ("users", "everybody", users),
    ("profile", "signature", profile),
    ("friends", "in step", friends),
    ("pages", "the bell", pages),
    ("page", "one pulse", page),
    ("quotes", "the tape", quotes),
    ("portfolio", "what it adds up to", portfolio),
    ("trade", "yours and mine", trade),
    ("settings", "faders", settings),
    ("help", "question", help),
    ("sysop", "every line", sysop),
];

/// Two beats, in from the left: screens that have no wave of their own.
fn inner(room: &mut Room) {
    room.line(1.0, |u| (tone((u - 0.68) * 1.3 * BEAT, 0.61), 1.06));
}

/// The whole beat, loud.
fn main_menu(room: &mut Room) {
    room.line(1.2, |u| (tone((u - 0.68) * 0.9 * BEAT, 0.25), 1.12));
}

/// The receiver is lifted: silence, then the tone.
fn login(room: &mut Room) {
    room.line(1.0, |u| {
        let on = ease((u - 0.3) / 0.3);
        (on * cycle(u, 6.2, 0.32), 0.5 + 0.6 * on)
    });
}

/// A new line is plugged in: a spark, and what spreads from it.
fn register(room: &mut Room) {
    room.line(0.9, |u| {
        let near = hump(u, 0.62, 0.4);
        (0.0, 0.36 + 0.6 * near)
    });
    for (du, dy) in [(0.0, 1.1), (0.15, 0.8), (-0.15, 0.8), (0.0, -1.1), (0.15, -0.8), (-0.15, -0.8)] {
        room.path(0.5, 0.9, &[(0.62 + du * 0.45, dy * 0.42), (0.62 + du, dy)]);
    }
    room.dot(0.62, 0.0, 2.0, 1.2);
}

/// Three tones that rise: please listen.
fn notice(room: &mut Room) {
    room.line(1.0, |u| {
        let tones = [(0.3, 3.6), (0.57, 7.5), (0.84, 12.5)];
        let sum = tones.iter().map(|(at, turns)| {
            let here = ease(1.9 * hump(u, *at, 0.13));
            (here * cycle(u - at, *turns, 0.25), here)
        });
        sum.fold((0.0, 0.45), |(y, b), (dy, here)| (y + dy, b + 0.62 * here))
    });
}

/// One line that parts into threads.
fn boards(room: &mut Room) {
    let (middle, swing, scale) = (room.middle(), room.swing, room.scale);
    for (side, from, end) in [(-1.0, 0.26, 0.86), (1.0, 0.42, 0.74), (0.0, 0.0, 0.94)] {
        let points: Vec<Point> = (0..=120)
            .map(|n| n as f32 / 120.0 * end)
            .map(|u| {
                let open = side * ease((u - from) / 0.3);
                let brightness = if side == 0.0 { 1.0 } else { 0.8 };
                Point { x: room.x(u), y: middle + swing.round() * open, brightness }
            })
            .collect();
        room.light.trace(&points, Beam { core: 0.5, reach: 1.3 * scale });
        // Each thread ends in its last word.
        let (x, y) = (room.x(end), middle + swing.round() * side);
        let dot = [-1.0, 1.0].map(|dx| Point { x: x + dx, y, brightness: 1.1 });
        room.light.trace(&dot, Beam { core: 1.2, reach: scale });
    }
}

/// Three strands of one talk.
fn threads(room: &mut Room) {
    for (phase, brightness) in [(0.66, 0.5), (0.33, 0.72), (0.0, 1.06)] {
        room.line(0.62, |u| {
            let pinch = 0.35 + 0.65 * ease(u * 1.3);
            (pinch * cycle(u, 1.3, phase), brightness)
        });
    }
}

/// A sweep that finds what is new.
fn scan(room: &mut Room) {
    room.line(0.9, |u| {
        (0.9 * cycle(u, 6.0, 0.2) * hump(u, 0.74, 0.5), 0.3 + 0.8 * ease(1.0 - (0.74 - u).abs() * 3.0))
    });
    let (left, width, scale) = (room.x(0.22), room.x(0.74) - room.x(0.22), room.scale);
    let edge = room.x(0.74);
    room.light.cover(|x, _| {
        let trail = ((x - left) / width).clamp(0.0, 1.0);
        let lit = if x <= edge { trail * trail * 0.42 } else { 0.0 };
        (if lit > 0.0 { 0.55 * trail } else { 0.0 }, lit.max(0.3))
    });
    room.path(0.6 * scale.max(0.8), 1.1, &[(0.74, 1.25), (0.74, -1.25)]);
}

/// One long calm wave.
fn reader(room: &mut Room) {
    room.line(1.0, |u| (cycle(u, 1.36, 0.46), 1.06));
}

/// The pen: a line that ends where the next word will be.
fn editor(room: &mut Room) {
    let at = |u: f32| 0.7 * cycle(u, 2.6, 0.1) * (0.55 + 0.45 * cycle(u, 1.3, 0.2));
    let points: Vec<(f32, f32)> = (0..=150).map(|n| n as f32 / 150.0 * 0.78).map(|u| (u, at(u))).collect();
    room.path(0.75, 0.95, &points);
    let (x, scale) = (room.x(0.845), room.scale);
    let (top, bottom) = (room.light.height() * 0.16, room.light.height() * 0.84);
    room.light.cover(|px, py| {
        let inside = (px - x).abs() < 1.9 * scale.max(0.7) && py > top && py < bottom;
        (f32::from(u8::from(inside)), 1.0)
    });
}

/// Two callers on one line: where one goes up the other goes down.
fn who(room: &mut Room) {
    for (phase, brightness) in [(0.69, 0.62), (0.19, 1.06)] {
        room.line(0.75, |u| (cycle(u, 2.1, phase), brightness));
    }
}

/// Everybody is a voice of another height.
fn users(room: &mut Room) {
    const VOICES: [f32; 9] = [0.25, 0.5, 0.35, 0.75, 0.55, 1.0, 0.65, 0.85, 0.4];
    let (middle, height) = (room.middle(), room.light.height());
    let step = if room.scale < 1.0 { 2 } else { 3 };
    let places = room.columns(9, step);
    room.light.cover(|x, y| {
        let voice = places.iter().zip(VOICES.iter()).find(|(left, _)| x > **left && x < **left + 2.0);
        let Some((_, voice)) = voice else { return (0.0, 0.0) };
        let tip = (y - middle).abs() / (height * 0.5 * voice);
        (f32::from(u8::from(tip <= 1.0)), (0.5 + 0.6 * voice) * (1.0 - 0.6 * tip))
    });
}

/// A quiet line with one signature in it.
fn profile(room: &mut Room) {
    room.line(1.0, |u| {
        let here = hump(u, 0.58, 0.36);
        (here * here * cycle(u - 0.58, 7.0, 0.25), 0.42 + 0.68 * here)
    });
}

/// Every line at the desk, and the one that is listened to.
fn sysop(room: &mut Room) {
    for (at, turns, brightness) in [(-0.72, 2.3, 0.5), (-0.24, 5.1, 1.08), (0.24, 3.2, 0.5), (0.72, 4.1, 0.5)]
    {
        room.line(0.55, |u| (at + 0.2 * cycle(u, turns, 0.2), brightness));
    }
}

/// Two that come into step.
fn friends(room: &mut Room) {
    for (side, brightness) in [(-1.0, 0.62), (1.0, 1.06)] {
        room.line(0.75, |u| {
            let apart = 1.0 - ease(u / 0.72);
            (0.9 * cycle(u, 3.0, 0.1 + side * 0.25 * apart), brightness)
        });
    }
}

/// The bell: rings round a lit point.
fn pages(room: &mut Room) {
    let (x, middle) = (room.x(0.66), room.light.height() / 2.0);
    for ring in 1..=4 {
        let radius = ring as f32 * 6.4 * room.scale;
        let points: Vec<Point> = (0..=72)
            .map(|n| n as f32 / 72.0)
            .map(|turn| Point {
                x: x + radius * 1.25 * cycle(turn, 1.0, 0.25),
                y: middle + radius * cycle(turn, 1.0, 0.0),
                brightness: 1.0 - 0.18 * ring as f32,
            })
            .collect();
        room.light.trace(&points, Beam { core: 0.5, reach: 1.1 * room.scale });
    }
    room.dot(0.66, 0.0, 2.2, 1.2);
}

/// One pulse on its way.
fn page(room: &mut Room) {
    room.line(0.95, |u| {
        let back = ((0.78 - u) / 0.5).clamp(0.0, 1.0);
        let front = ease((0.86 - u) / 0.08);
        let here = front * (1.0 - back) * (1.0 - back);
        (here * cycle(u - 0.78, 8.0, 0.25), 0.36 + 0.75 * here)
    });
    room.dot(0.9, 0.0, 1.5, 1.15);
}

/// The tape: what was asked from moment to moment.
fn quotes(room: &mut Room) {
    const CLOSES: [(f32, f32); 13] = [
        (0.0, -0.7),
        (0.09, -0.35),
        (0.16, -0.6),
        (0.25, -0.1),
        (0.33, -0.42),
        (0.42, 0.12),
        (0.5, -0.16),
        (0.58, 0.34),
        (0.66, 0.05),
        (0.75, 0.62),
        (0.83, 0.36),
        (0.91, 0.95),
        (1.06, 0.62),
    ];
    let heights = CLOSES.windows(2).collect::<Vec<_>>();
    let (middle, swing) = (room.light.height() / 2.0, room.swing);
    let at = |u: f32| {
        heights.iter().find_map(|pair| match pair {
            [(a, from), (b, to)] if u >= *a && u <= *b => Some(from + (to - from) * (u - a) / (b - a)),
            _ => None,
        })
    };
    // What lies below the line has been earned.
    let (left, width) = (room.left, room.light.width() - room.left);
    room.light.cover(|x, y| {
        let line = middle - swing * at((x - left) / width).unwrap_or(-2.0);
        let deep = (y - line) / (2.0 * swing);
        (f32::from(u8::from(deep > 0.0)), 0.34 - 0.3 * deep)
    });
    room.path(0.8, 1.06, &CLOSES);
}

/// Columns that grow.
fn portfolio(room: &mut Room) {
    const SHARES: [f32; 8] = [0.22, 0.34, 0.3, 0.48, 0.44, 0.66, 0.8, 1.0];
    let height = room.light.height();
    let places = room.columns(8, 4);
    let shares = SHARES.get(8 - places.len()..).unwrap_or_default();
    room.light.cover(|x, y| {
        let column = places.iter().zip(shares).find(|(left, _)| x > **left && x < **left + 6.0);
        let Some((_, share)) = column else { return (0.0, 0.0) };
        let top = height * (1.0 - 0.94 * share);
        (f32::from(u8::from(y > top)), (1.04 - (y - top) / height) * (0.45 + 0.55 * share))
    });
}

/// What one gives the other takes.
fn trade(room: &mut Room) {
    for (side, brightness) in [(-1.0, 0.66), (1.0, 1.06)] {
        let points: Vec<(f32, f32)> = (0..=120)
            .map(|n| n as f32 / 120.0)
            .map(|u| (u * 1.05, side * (2.0 * ease((u - 0.22) / 0.62) - 1.0)))
            .collect();
        room.path(0.9, brightness, &points);
    }
    room.dot(0.556, 0.0, 2.0, 1.2);
}

/// Faders, each where somebody likes it.
fn settings(room: &mut Room) {
    const FADERS: [f32; 7] = [-0.4, 0.5, 0.1, 0.8, -0.1, 0.6, 0.2];
    let (middle, height) = (room.light.height() / 2.0, room.light.height());
    let places = room.columns(7, 4);
    room.light.cover(|x, y| {
        let fader = places.iter().zip(&FADERS).find(|(left, _)| x > **left && x < **left + 6.0);
        let Some((left, at)) = fader else { return (0.0, 0.0) };
        let knob = (middle - 0.36 * height * at) / 2.0;
        if (y / 2.0 - knob.round()).abs() < 1.0 {
            return (1.0, 0.75 + 0.25 * at);
        }
        let slot = x > left + 2.0 && x < left + 4.0;
        // Below its knob a fader glows.
        (f32::from(u8::from(slot)), if y / 2.0 > knob { 0.5 } else { 0.25 })
    });
}

/// A wave that turns into a question.
fn help(room: &mut Room) {
    room.line(0.8, |u| (0.55 * cycle(u, 5.0, 0.0) * ease((0.7 - u) / 0.3), 0.75 * ease((0.74 - u) / 0.1)));
    let points: Vec<(f32, f32)> = (0..=40)
        .map(|n| n as f32 / 40.0)
        .map(|t| {
            if t < 0.7 {
                let turn = 0.5 - t / 0.7 * 0.72;
                (0.84 + 0.085 * cycle(turn, 1.0, 0.25), 0.52 + 0.48 * cycle(turn, 1.0, 0.0))
            } else {
                (0.84 + 0.02 * (1.0 - t) / 0.3, 0.2 - (t - 0.7) / 0.3 * 0.5)
            }
        })
        .collect();
    room.path(0.7, 1.1, &points);
    room.dot(0.84, -0.92, 1.2, 1.1);
}
