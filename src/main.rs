//! The `dialtone` program.

fn main() {}
