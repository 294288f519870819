//! The client against servers that play a part.

mod log;
mod reconnect;
mod script;
mod state;
