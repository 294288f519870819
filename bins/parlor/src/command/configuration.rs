//! `parlor config`

use std::io::Write;

use crate::cli::ConfigCommand;
use crate::config::Loaded;
use crate::outside::Outside;

pub(super) fn run(command: ConfigCommand, loaded: &Loaded, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Check => {
            Outside::check(&loaded.config)?;
            let file = loaded.file.as_ref().map_or_else(
                || "no configuration file".to_owned(),
                |path| format!("configuration file {}", path.display()),
            );
            writeln!(out, "The configuration can be used ({file}).")?;
        }
        ConfigCommand::Show => write!(out, "{}", loaded.show())?,
    }
    Ok(())
}
