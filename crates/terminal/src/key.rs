//! What a terminal sends: keys that the caller pressed and reports that it was asked for.

/// A key, without Shift and Alt where a terminal tells of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A printable character, never a control character.
    Char(char),
    /// Enter, whichever of CR, CR LF, CR NUL or LF it came as.
    Enter,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Erase to the left.
    Backspace,
    /// Erase under the cursor.
    Delete,
    /// Insert.
    Insert,
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Escape.
    Escape,
    /// Function key, 1 to 20.
    F(u8),
    /// Control and a lower-case letter, or one of `\`, `]`, `^` and `_`.
    Ctrl(char),
    /// The left mouse button, pressed on a cell; both from 0 at the left top.
    Click {
        /// Column.
        column: u16,
        /// Row.
        row: u16,
    },
    /// The wheel, turned away from the caller.
    WheelUp,
    /// The wheel, turned towards the caller.
    WheelDown,
}

/// A terminal's answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Report {
    /// Where the cursor is, from 1 (ECMA-48 CPR).
    Cursor {
        /// Row, from 1 at the top.
        row: u16,
        /// Column, from 1 at the left.
        column: u16,
    },
    /// The device attributes of CTerm, SyncTERM's terminal.
    CTerm {
        /// Version times 1,000: 1332 for 1.332.
        revision: u32,
    },
    /// CTerm's answer to `CSI < c`: bit n stands for feature n.
    CTermFeatures(u16),
    /// Any other device attributes (ECMA-48 DA).
    Attributes,
    /// Ready (ECMA-48 DSR 0).
    Status,
}

/// What the decoder hands up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decoded {
    /// A key.
    Key(Key),
    /// An answer.
    Report(Report),
}
