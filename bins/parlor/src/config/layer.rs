//! Settings as a flat table of dotted keys, laid over each other source by source.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::{ConfigError, Origin};

/// What holds for each key, and since which source.
#[derive(Clone)]
pub(super) struct Layers(BTreeMap<String, Setting>);

/// The value of one key.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

impl Layers {
    /// The first layer, which decides what keys there are: a TOML text that is right.
    pub(super) fn defaults(text: &str) -> Self {
        let table = DeTable::parse(text).expect("the defaults are TOML");
        let mut settings = BTreeMap::new();
        flatten("", table.get_ref(), &mut |key, value, _| {
            let value = plain(value).expect("the defaults are plain values");
            let origin = Origin::Default;
            settings.insert(key.to_owned(), Setting { value, origin });
        });
        Self(settings)
    }

    /// Lays the settings of a TOML file over the others.
    pub(super) fn file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        let mut found = Vec::new();
        flatten("", table.get_ref(), &mut |key, value, at| {
            let line = 1 + text[..at].matches('\n').count();
            let path = path.to_owned();
            found.push((key.to_owned(), plain(value), Origin::File { path, line }));
        });
        for (key, value, origin) in found {
            let value = value.ok_or_else(|| wrong(&key, &origin, "this kind of value is not used"))?;
            self.set(key, value, origin)?;
        }
        Ok(())
    }

    /// Lays one value over the others.
    pub(super) fn set(&mut self, key: String, value: Value, origin: Origin) -> Result<(), ConfigError> {
        match self.0.get_mut(&key) {
            Some(setting) => {
                *setting = Setting { value, origin };
                Ok(())
            }
            None => Err(ConfigError::Unknown {
                near: self.near(&key),
                key,
                origin,
            }),
        }
    }

    /// Lays one value over the others that was written as text and is meant as the setting's own type.
    pub(super) fn set_text(&mut self, key: String, text: &str, origin: Origin) -> Result<(), ConfigError> {
        // What cannot be the setting's type stays a text, which its own reader refuses in better words.
        let value = match self.0.get(&key).map(|setting| &setting.value) {
            Some(Value::Integer(_)) => text.parse().ok().map(Value::Integer),
            Some(Value::Boolean(_)) => text.parse().ok().map(Value::Boolean),
            Some(Value::Array(_)) => Some(list(text)),
            _ => None,
        };
        let value = value.unwrap_or_else(|| Value::String(text.to_owned()));
        self.set(key, value, origin)
    }

    /// Whether there is such a setting.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// A setting that there is.
    pub(super) fn find(&self, key: &str) -> Option<&Setting> {
        self.0.get(key)
    }

    /// All settings, by key.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.0.iter().map(|(key, setting)| (key.as_str(), setting))
    }

    /// The settings as nested tables.
    pub(super) fn nested(&self) -> Table {
        let mut root = Table::new();
        for (key, setting) in &self.0 {
            let (section, name) = key.split_once('.').expect("every setting is in a section");
            if let Value::Table(table) = root.entry(section).or_insert_with(|| Value::Table(Table::new())) {
                table.insert(name.to_owned(), setting.value.clone());
            }
        }
        root
    }

    /// What may be meant: the one setting that is nearest, else all of the section that is.
    fn near(&self, key: &str) -> Vec<String> {
        if let Some(nearest) = self.nearest(key) {
            return vec![nearest];
        }
        let distance = |known: &str| strsim::damerau_levenshtein(section(known), section(key));
        let Some(least) = self.0.keys().map(|known| distance(known)).min() else {
            return Vec::new();
        };
        let meant = |known: &&String| distance(known) == least && least <= 1 + section(key).len() / 4;
        self.0.keys().filter(meant).cloned().collect()
    }

    fn nearest(&self, key: &str) -> Option<String> {
        let name = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        let distance = |known: &str| {
            // The right name in the wrong section is as near as a slip of the pen.
            let whole = strsim::damerau_levenshtein(known, key);
            if name(known) == name(key) {
                whole.min(1)
            } else {
                whole
            }
        };
        self.0
            .keys()
            .map(|known| (distance(known), known))
            .min()
            .filter(|(distance, _)| *distance <= 1 + key.len() / 4)
            .map(|(_, known)| known.clone())
    }
}

fn section(key: &str) -> &str {
    key.split('.').next().unwrap_or(key)
}

fn wrong(key: &str, origin: &Origin, why: &str) -> ConfigError {
    ConfigError::Wrong {
        key: key.to_owned(),
        origin: origin.clone(),
        why: why.to_owned(),
    }
}

fn list(text: &str) -> Value {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
}

/// Visits every value that is not a table with its dotted key and where it begins in the text.
fn flatten<'i>(
    prefix: &str,
    table: &DeTable<'i>,
    visit: &mut impl FnMut(&str, &Spanned<DeValue<'i>>, usize),
) {
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        match value.get_ref() {
            DeValue::Table(table) => flatten(&format!("{key}."), table, visit),
            _ => visit(&key, value, name.span().start),
        }
    }
}

/// The value, if it is one of the kinds that settings have.
fn plain(value: &Spanned<DeValue<'_>>) -> Option<Value> {
    Some(match value.get_ref() {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Integer(number) => {
            Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok()?)
        }
        DeValue::Array(items) => Value::Array(items.iter().map(plain).collect::<Option<_>>()?),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}
