//! Reading the configuration from all its sources.

use std::fmt::{self, Write};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use toml::Value;

use super::layer::Layers;
use super::{Config, ConfigError, DEFAULTS, Origin};

/// What the command line says of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<SocketAddr>,
}

/// A configuration that is right, and where each of its values comes from.
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// The file that was read, if one was.
    pub file: Option<PathBuf>,
    layers: Layers,
}

/// Variables with a name of their own.
const SHORT: [(&str, &str); 4] = [
    ("DATABASE_URL", "database.url"),
    ("S3_URL", "media.url"),
    ("PARLOR_DATA", "server.data"),
    ("PARLOR_LISTEN", "server.listen"),
];
/// Names the configuration file.
const CONFIG: &str = "PARLOR_CONFIG";
/// What all other variables begin with. A single underscore does not count: Kubernetes sets `PARLOR_PORT` and the
/// like where a service is called parlor.
const PREFIX: &str = "PARLOR__";
/// Makes a variable name a file that holds the value.
const FROM_FILE: &str = "_FILE";

impl Loaded {
    /// Lays file, environment and flags over the defaults.
    pub fn new(
        flags: &Flags,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut variables: Vec<_> = variables
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        variables.sort();
        let mut layers = Layers::defaults(DEFAULTS);
        let named = flags.config.clone().or_else(|| {
            let (_, path) = variables.iter().find(|(name, _)| name == CONFIG)?;
            Some(path.into())
        });

        // The environment and the flags are read twice: first to find the data folder, in which the file may be.
        let mut first = layers.clone();
        lay_variables(&mut first, &variables)?;
        lay_flags(&mut first, flags)?;
        let file = named.or_else(|| {
            let data = first.find("server.data")?.value.as_str()?;
            Some(Path::new(data).join("parlor.toml")).filter(|path| path.is_file())
        });
        if let Some(path) = &file {
            layers.file(path, &read(path)?)?;
        }
        lay_variables(&mut layers, &variables)?;
        lay_flags(&mut layers, flags)?;

        let config = typed(&layers)?;
        config.check()?;
        Ok(Self { config, file, layers })
    }

    /// All settings as TOML, each with where it comes from, without secrets.
    pub fn show(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for (key, setting) in self.layers.iter() {
            let (of, name) = key.split_once('.').expect("every setting is in a section");
            if of != section {
                let gap = if section.is_empty() { "" } else { "\n" };
                writeln!(text, "{gap}[{of}]").expect("a String takes everything");
                section = of;
            }
            let line = format!("{name} = {}", self.shown(key, &setting.value));
            writeln!(text, "{line:<48} # {}", setting.origin).expect("a String takes everything");
        }
        text
    }

    fn shown(&self, key: &str, value: &Value) -> String {
        match (key, self.config.database.url.redacted()) {
            ("database.url", Some(url)) => Value::String(url).to_string(),
            ("mail.password" | "s3.secret", _) if value.as_str() != Some("") => {
                Value::from("***").to_string()
            }
            _ => value.to_string(),
        }
    }
}

impl fmt::Debug for Loaded {
    /// Leaves out the values as they were written: there are secrets among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("config", &self.config)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|why| ConfigError::Unreadable {
        path: path.to_owned(),
        why,
    })
}

fn lay_variables(layers: &mut Layers, variables: &[(String, String)]) -> Result<(), ConfigError> {
    for (name, value) in variables {
        let (bare, from_file) = match name.strip_suffix(FROM_FILE) {
            Some(bare) if key_of(bare).is_some_and(|key| layers.knows(&key)) => (bare, true),
            _ => (name.as_str(), false),
        };
        let Some(key) = key_of(bare) else { continue };
        let origin = Origin::Variable(name.clone());
        if from_file {
            layers.set_text(key, read(Path::new(value))?.trim_end(), origin)?;
        } else {
            layers.set_text(key, value, origin)?;
        }
    }
    Ok(())
}

/// The setting that a variable of this name makes; `None` if it is not ours.
fn key_of(variable: &str) -> Option<String> {
    let short = SHORT.iter().find(|(name, _)| *name == variable);
    short.map(|(_, key)| (*key).to_owned()).or_else(|| {
        let path = variable.strip_prefix(PREFIX)?;
        Some(path.to_lowercase().replace("__", "."))
    })
}

fn lay_flags(layers: &mut Layers, flags: &Flags) -> Result<(), ConfigError> {
    if let Some(data) = &flags.data {
        let data = data.to_string_lossy();
        layers.set_text("server.data".into(), &data, Origin::Flag("--data"))?;
    }
    if let Some(listen) = flags.listen {
        layers.set_text(
            "server.listen".into(),
            &listen.to_string(),
            Origin::Flag("--listen"),
        )?;
    }
    Ok(())
}

fn typed(layers: &Layers) -> Result<Config, ConfigError> {
    serde_path_to_error::deserialize(Value::Table(layers.nested())).map_err(|error| {
        // An element of a list is named `section.key[0]`; what was set is the list.
        let path = error.path().to_string();
        let key = path.split('[').next().unwrap_or(&path).to_owned();
        let origin = layers
            .find(&key)
            .map_or(Origin::Default, |setting| setting.origin.clone());
        let why = error.into_inner().message().to_owned();
        ConfigError::Wrong { key, origin, why }
    })
}
