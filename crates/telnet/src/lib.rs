//! Telnet without I/O: the RFC 854 codec and RFC 1143 option negotiation.
