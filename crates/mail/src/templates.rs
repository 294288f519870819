//! The templates of letters: those inside the program, and those of a folder in their place.

mod folder;
mod language;
mod values;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use parlor_domain::{Letter, LetterKind};

use self::language::Languages;
use crate::{embedded, hostile, kind};

pub(crate) use self::values::Values;

/// How letters read: Jinja templates, in text and HTML, for each kind of letter and in any number of languages.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    languages: Arc<Languages>,
}

/// Why a template cannot be used. It names the file, and the line where one is to blame.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The folder or one of its files cannot be read.
    #[error("{}: cannot be read: {why}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
    /// No template has this name.
    #[error("{}: no template has this name; {hint}", file.display())]
    Unknown {
        /// Which.
        file: PathBuf,
        /// Which names there are.
        hint: String,
    },
    /// A language has a letter in text only, or in HTML only.
    #[error("{}: is missing: in each language a letter needs both text and HTML", file.display())]
    Missing {
        /// Which.
        file: PathBuf,
    },
    /// It is no template, or does not make a letter.
    #[error("{}{}: {why}", file.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Broken {
        /// Which.
        file: PathBuf,
        /// Where in it, counted from 1.
        line: Option<usize>,
        /// What is wrong.
        why: String,
    },
}

/// What a letter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Templates {
    /// The templates inside the program, each replaced by the file of the same name in the folder, if there is one. A
    /// subfolder that is called as a language is (`de`, `pt-BR`) holds the templates of that language.
    ///
    /// Each is tried with a made-up letter, so that what is broken is found now and not when somebody waits for a mail.
    ///
    /// # Errors
    /// [`TemplateError`]
    pub fn load(folder: Option<&Path>) -> Result<Self, TemplateError> {
        let own = folder.map(folder::read).transpose()?.unwrap_or_default();
        let mut environment = environment();
        for (name, source) in embedded::TEMPLATES {
            environment
                .add_template(name, source)
                .expect("a test parses the templates inside the program");
        }
        for (name, source) in &own {
            environment
                .add_template_owned(name.clone(), source.clone())
                .map_err(|error| broken(folder, name, &error))?;
        }
        let names = environment.templates().map(|(name, _)| name.to_owned()).collect();
        let languages = Arc::new(Languages::new(names));
        if let Some(name) = languages.half_letter() {
            return Err(TemplateError::Missing {
                file: folder.unwrap_or(Path::new("")).join(name),
            });
        }
        let joined = Arc::clone(&languages);
        environment.set_path_join_callback(move |name, parent| joined.beside(name, parent).into());
        let mut templates = Self {
            environment,
            languages,
        };
        templates.try_all(folder)?;
        // What helps to mend a template are copies of the values, which from now on are secret.
        templates.environment.set_debug(false);
        Ok(templates)
    }

    /// What the letter says, in its language or the nearest one there is.
    pub(crate) fn render(&self, letter: &Letter, values: &Values) -> Result<Rendered, TemplateError> {
        let language = letter.locale.as_ref().map_or("", |locale| locale.as_str());
        self.render_in(language, letter.kind, values, None)
    }

    fn render_in(
        &self,
        language: &str,
        kind: LetterKind,
        values: &Values,
        folder: Option<&Path>,
    ) -> Result<Rendered, TemplateError> {
        let text_name = self
            .languages
            .nearest(language, &format!("{}.txt", kind::name(kind)));
        let html_name = self
            .languages
            .nearest(language, &format!("{}.html", kind::name(kind)));
        let run = |name: &str| {
            self.environment
                .get_template(name)
                .and_then(|template| template.render(values.context()))
                .map_err(|error| broken(folder, name, &error))
        };
        let text = run(&text_name)?;
        let subject = text
            .split_once('\n')
            .and_then(|(first, rest)| Some((hostile::line(first.strip_prefix("Subject:")?), rest)));
        let Some((subject, text)) = subject.filter(|(subject, _)| !subject.is_empty()) else {
            return Err(TemplateError::Broken {
                file: in_folder(folder, &text_name),
                line: Some(1),
                why: "must be a subject, such as: Subject: Your code".to_owned(),
            });
        };
        Ok(Rendered {
            subject,
            text: text.trim_start_matches(['\r', '\n']).to_owned(),
            html: run(&html_name)?,
        })
    }

    /// Renders every letter in every language, with all that may be missing there, and without it.
    fn try_all(&self, folder: Option<&Path>) -> Result<(), TemplateError> {
        for language in self.languages.all() {
            for kind in LetterKind::ALL {
                for values in [Values::made_up(kind, true), Values::made_up(kind, false)] {
                    self.render_in(language, kind, &values, folder)?;
                }
            }
        }
        Ok(())
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_debug(true);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment
}

/// Blames the template in which it went wrong, not those that include or extend it.
fn broken(folder: Option<&Path>, name: &str, error: &minijinja::Error) -> TemplateError {
    let mut error = error;
    while let Some(inner) = error.source().and_then(|inner| inner.downcast_ref()) {
        error = inner;
    }
    let why = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    TemplateError::Broken {
        file: in_folder(folder, error.name().unwrap_or(name)),
        line: error.line(),
        why,
    }
}

fn in_folder(folder: Option<&Path>, name: &str) -> PathBuf {
    folder.unwrap_or(Path::new("")).join(name)
}
