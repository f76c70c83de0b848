//! The fuzz targets' own crate. The menus and the access language are compiled from the board's source by themselves, so
//! that a target does not wait for the database and the network.

// The menus know the language by the name of the crate it lies in.
extern crate self as dialtone_domain;

#[expect(dead_code, reason = "the domain's own uses are not here")]
#[path = "../../crates/domain/src/access/mod.rs"]
pub mod access;
#[path = "../../src/menu/mod.rs"]
pub mod menu;
#[path = "../../src/mistakes/mod.rs"]
pub mod mistakes;
pub mod targets;
