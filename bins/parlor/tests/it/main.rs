//! Tests of the server's binary and of its library half.

mod accounts;
mod api_keys;
mod command_line;
mod configuration;
mod folder;
mod importing;
mod program;
mod promises;
mod serving;
mod stopping;
