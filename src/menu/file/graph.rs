//! Where menus lead: which of them nobody can reach, which nobody can leave, which run in a circle.

use crate::menu::{Action, Binding, MenuId, Menus};

/// Where one menu's commands lead.
#[derive(Default)]
struct Ways {
    /// By `goto` and `gosub`.
    on: Vec<usize>,
    /// Those of them by `gosub`.
    down: Vec<usize>,
    back: bool,
    off: bool,
}

impl Ways {
    fn follow(&mut self, act: &Binding) {
        match &act.action {
            Action::Goto(MenuId(menu)) => self.on.push(*menu),
            Action::Gosub(MenuId(menu)) => {
                self.on.push(*menu);
                self.down.push(*menu);
            }
            Action::Chain(links) => links.iter().for_each(|link| self.follow(link)),
            Action::Back => self.back = true,
            Action::Logoff => self.off = true,
            Action::Screen(_) | Action::Say(_) => {}
        }
    }
}

/// What is wrong with the ways of the menus, each by number, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct GraphErrors {
    /// Nobody can reach these.
    pub unreached: Vec<usize>,
    /// From these, nobody comes to an end of the call.
    pub trapped: Vec<usize>,
    /// What these do first leads back to them.
    pub circles: Vec<usize>,
}

/// Looks at every way once.
pub fn astray(menus: &Menus) -> GraphErrors {
    let ways: Vec<Ways> = menus
        .menus
        .iter()
        .map(|menu| {
            let mut ways = Ways::default();
            let items = menu.items.iter().map(|item| &item.act);
            items
                .chain(menu.timed.iter().map(|timed| &timed.act))
                .chain(&menu.first)
                .for_each(|act| ways.follow(act));
            ways
        })
        .collect();
    let MenuId(start) = menus.start;
    let reached = walk(&ways.iter().map(|ways| ways.on.clone()).collect::<Vec<_>>(), vec![start]);
    let all = || 0..ways.len();
    let is = |set: &[bool], n: usize| set.get(n).copied().unwrap_or(false);

    // The same ways from their ends. Whoever came down, or went on from there, may go back up: to any of those who
    // lead down, which says too little rather than too much.
    let below = walk(
        &ways.iter().map(|ways| ways.on.clone()).collect::<Vec<_>>(),
        ways.iter().flat_map(|ways| ways.down.iter().copied()).collect(),
    );
    let above = ways.len();
    let mut from = vec![Vec::new(); ways.len() + 1];
    let mut way = |there: usize, here: usize| {
        if let Some(from) = from.get_mut(there) {
            from.push(here);
        }
    };
    for (here, ways) in ways.iter().enumerate() {
        ways.on.iter().for_each(|there| way(*there, here));
        if !ways.down.is_empty() {
            way(here, above);
        }
        if is(&below, here) {
            way(above, here);
        }
        if ways.back {
            way(start, here);
        }
    }
    let ends = all().filter(|n| ways.get(*n).is_some_and(|ways| ways.off)).collect();
    let free = walk(&from, ends);

    GraphErrors {
        unreached: all().filter(|n| !is(&reached, *n)).collect(),
        trapped: all().filter(|n| is(&reached, *n) && !is(&free, *n)).collect(),
        circles: circles(menus),
    }
}

/// Everything that can be reached from `ahead`.
fn walk(ways: &[Vec<usize>], mut ahead: Vec<usize>) -> Vec<bool> {
    let mut seen = vec![false; ways.len()];
    while let Some(here) = ahead.pop() {
        if let Some(seen) = seen.get_mut(here)
            && !std::mem::replace(seen, true)
        {
            ahead.extend(ways.get(here).into_iter().flatten());
        }
    }
    seen
}

/// Menus that what is done first leads back to. What leads nowhere is taken away until only circles, and what
/// stands between them, are left.
fn circles(menus: &Menus) -> Vec<usize> {
    let firsts: Vec<Vec<usize>> = menus
        .menus
        .iter()
        .map(|menu| {
            let mut ways = Ways::default();
            menu.first.iter().for_each(|act| ways.follow(act));
            ways.on
        })
        .collect();
    let mut left: Vec<usize> = firsts.iter().map(Vec::len).collect();
    let mut from = vec![Vec::new(); firsts.len()];
    for (here, ways) in firsts.iter().enumerate() {
        for there in ways {
            if let Some(from) = from.get_mut(*there) {
                from.push(here);
            }
        }
    }
    let mut leaves: Vec<usize> =
        left.iter().enumerate().filter(|(_, ways)| **ways == 0).map(|(n, _)| n).collect();
    while let Some(leaf) = leaves.pop() {
        for here in from.get(leaf).into_iter().flatten() {
            if let Some(ways) = left.get_mut(*here) {
                *ways -= 1;
                if *ways == 0 {
                    leaves.push(*here);
                }
            }
        }
    }
    left.iter().enumerate().filter(|(_, ways)| **ways > 0).map(|(n, _)| n).collect()
}
