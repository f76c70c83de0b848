//! Terminals without I/O: charsets, keys, ANSI art, SAUCE, the cell grid and its difference.
