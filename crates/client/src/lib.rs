//! A client for Parlor servers: connect, resume, commands, typed events.
