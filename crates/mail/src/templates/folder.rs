//! An operator's own templates.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use parlor_domain::Locale;

use super::TemplateError;
use crate::embedded;

/// The templates of the folder, by name: `login_code.txt`, `de/login_code.txt`. Hidden files are passed over.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<String, String>, TemplateError> {
    let known: BTreeSet<&str> = embedded::TEMPLATES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !name.contains('/'))
        .collect();
    let mut found = BTreeMap::new();
    for (name, path) in entries(folder)? {
        if path.is_dir() {
            if !name.parse::<Locale>().is_ok_and(|locale| locale.as_str() == name) {
                return Err(TemplateError::Unknown {
                    file: path,
                    hint: "a subfolder is called as a language is, such as de or pt-BR".to_owned(),
                });
            }
            for (file, path) in entries(&path)? {
                found.insert(format!("{name}/{file}"), text(&known, &file, path)?);
            }
        } else {
            let text = text(&known, &name, path)?;
            found.insert(name, text);
        }
    }
    Ok(found)
}

fn text(known: &BTreeSet<&str>, name: &str, path: PathBuf) -> Result<String, TemplateError> {
    if !known.contains(name) {
        let all: Vec<&str> = known.iter().copied().collect();
        return Err(TemplateError::Unknown {
            file: path,
            hint: format!("there are {}", all.join(", ")),
        });
    }
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.replace("\r\n", "\n")),
        Err(why) => Err(TemplateError::Unreadable { file: path, why }),
    }
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, TemplateError> {
    let unreadable = |why| TemplateError::Unreadable {
        file: folder.to_owned(),
        why,
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            found.push((name, entry.path()));
        }
    }
    // In one order everywhere, so that of two mistakes the same is told.
    found.sort();
    Ok(found)
}
