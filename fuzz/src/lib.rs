//! The fuzz targets' own crate. The menus are compiled from the board's source by themselves, so that a target does
//! not wait for the database and the network.

#[expect(dead_code, unused_imports, reason = "the board uses the rest")]
#[path = "../../src/menu/mod.rs"]
pub mod menu;
pub mod targets;
