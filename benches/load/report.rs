//! What was measured: a table for people, JSON for programs.

use std::fmt::Write as _;

use serde::Serialize;

/// One line of the table. Numbers are in `unit`; the ratio says how ours compares with the floor of the same run.
#[derive(Debug, Serialize)]
pub struct Row {
    /// What was done.
    pub work: String,
    /// What a number is.
    pub unit: &'static str,
    /// The board.
    pub ours: f64,
    /// The bare server, or whatever the work cannot be cheaper than; none where there is no such thing.
    pub floor: Option<f64>,
    /// `ours / floor`.
    pub ratio: Option<f64>,
    /// What the project aims at.
    pub aim: &'static str,
    /// Whether the aim is reached; none where there is no aim for this line.
    pub reached: Option<bool>,
}

/// Every line, in the order of measuring.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// A line without an aim.
    pub fn line(&mut self, work: impl Into<String>, unit: &'static str, ours: f64, floor: Option<f64>) {
        self.push(work.into(), unit, ours, floor, "", None);
    }

    /// A line with an aim, which `reached` judges by the number and its ratio (0 without a floor).
    pub fn aimed(
        &mut self,
        work: impl Into<String>,
        unit: &'static str,
        (ours, floor): (f64, Option<f64>),
        aim: &'static str,
        reached: impl Fn(f64, f64) -> bool,
    ) {
        let ratio = floor.map_or(0.0, |floor| ours / floor);
        self.push(work.into(), unit, ours, floor, aim, Some(reached(ours, ratio)));
    }

    fn push(
        &mut self,
        work: String,
        unit: &'static str,
        ours: f64,
        floor: Option<f64>,
        aim: &'static str,
        reached: Option<bool>,
    ) {
        let ratio = floor.filter(|floor| *floor > 0.0).map(|floor| ours / floor);
        let row = Row { work, unit, ours, floor, ratio, aim, reached };
        eprintln!("  {}: {}", row.work, figure(row.ours, row.unit));
        self.rows.push(row);
    }

    /// The table in Markdown.
    pub fn table(&self) -> String {
        let mut out = String::from("| work | ours | floor | ratio | aim | |\n|---|---:|---:|---:|---|---|\n");
        for row in &self.rows {
            let floor = row.floor.map_or_else(String::new, |floor| figure(floor, row.unit));
            let ratio = row.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
            let verdict = match row.reached {
                Some(true) => "reached",
                Some(false) => "missed",
                None => "",
            };
            let ours = figure(row.ours, row.unit);
            // Writing to a String cannot fail.
            writeln!(out, "| {} | {ours} | {floor} | {ratio} | {} | {verdict} |", row.work, row.aim).ok();
        }
        out
    }
}

fn figure(number: f64, unit: &str) -> String {
    let digits = match number.abs() {
        n if n >= 100.0 => 0,
        n if n >= 10.0 => 1,
        _ => 2,
    };
    format!("{number:.digits$} {unit}")
}

/// Samples of one thing, sorted.
#[derive(Debug, Clone)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// Sorts.
    pub fn new(mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        Self(samples)
    }

    /// The sample below which `share` (0 to 1) of all lie, by nearest rank; 0 without any.
    pub fn at(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).or(self.0.last()).copied().unwrap_or(0.0)
    }

    /// The median.
    pub fn p50(&self) -> f64 {
        self.at(0.5)
    }

    /// All but one in a hundred are below.
    pub fn p99(&self) -> f64 {
        self.at(0.99)
    }

    /// The largest.
    pub fn max(&self) -> f64 {
        self.at(1.0)
    }
}
