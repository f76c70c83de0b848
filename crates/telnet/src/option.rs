//! The option numbers of telnet that this crate has a name for.

/// A telnet option's number, as IANA assigns them ("Telnet Options").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TelnetOption(pub u8);

impl TelnetOption {
    /// Eight-bit data in place of the network virtual terminal's (RFC 856).
    pub const BINARY: Self = Self(0);
    /// The side that performs it echoes what it receives (RFC 857).
    pub const ECHO: Self = Self(1);
    /// No GO AHEAD after each turn (RFC 858).
    pub const SGA: Self = Self(3);
    /// Reports of the options in force (RFC 859); refused here.
    pub const STATUS: Self = Self(5);
    /// A mark in the data that is answered when everything before it was processed (RFC 860).
    pub const TIMING_MARK: Self = Self(6);
    /// The terminal's names (RFC 1091).
    pub const TTYPE: Self = Self(24);
    /// The window's size (RFC 1073).
    pub const NAWS: Self = Self(31);
    /// Variables of the client's environment (RFC 1572).
    pub const NEW_ENVIRON: Self = Self(39);
}

/// The options that can be in force here, on either side. TIMING-MARK is answered without a state,
/// and every other option is refused.
pub(crate) const NEGOTIABLE: [TelnetOption; 6] = [
    TelnetOption::BINARY,
    TelnetOption::ECHO,
    TelnetOption::SGA,
    TelnetOption::TTYPE,
    TelnetOption::NAWS,
    TelnetOption::NEW_ENVIRON,
];
