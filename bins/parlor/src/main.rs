//! The Parlor server and its administration commands.

fn main() {}
