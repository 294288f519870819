//! The REST interface as its clients meet it: a real server on a port of its own, on a real store in a temporary file.

mod accounts;
mod edge;
mod hostile;
mod members;
mod messages;
mod rooms;
mod sessions;
mod world;
