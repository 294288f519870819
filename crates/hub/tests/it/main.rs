//! The hub between a log in memory and sockets that are not there.

mod fixture;
mod following;
mod lines;
mod log;
mod losing_hints;
mod slow_frames;
mod slow_readers;
mod time;
