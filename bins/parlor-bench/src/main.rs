//! Load for any Parlor server: idle, fanout, chat, durable, resume.

fn main() {}
