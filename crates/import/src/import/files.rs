//! Files of people and messages.

use std::fs::File;

use parlor_domain::{FileName, MediaId, UserId};
use parlor_ports::OldServer;
use parlor_services::MediaBrought;
use uuid::Uuid;

use super::{Files, Import, Pages};
use crate::dialects::Filed;
use crate::report::{Thing, harmless};
use crate::{Error, MediaFolder};

/// So many files of a table are looked for before anything comes.
const LOOKED_FOR: usize = 100;

/// A file below an older server's media folder.
#[derive(Debug, Clone)]
pub(crate) struct OldFile {
    /// Its path there.
    pub(crate) path: String,
    /// The unguessable name that it keeps.
    pub(crate) unguessable: Option<Uuid>,
}

impl OldFile {
    /// A file that gets another name.
    pub(crate) fn at(path: &str) -> Option<Self> {
        let path = path.trim();
        (!path.is_empty()).then(|| Self {
            path: path.to_owned(),
            unguessable: None,
        })
    }

    /// The file itself, if it is there.
    fn find(&self, folder: &MediaFolder) -> Result<Option<File>, Error> {
        folder.file(&self.path).map_err(|why| {
            let what = format!("cannot read {} in the media folder", harmless(&self.path));
            Error::file(what, why)
        })
    }
}

/// Refuses a folder in which no file is that is looked for, of all that are: a message that came without its file stays without.
pub(super) async fn look_for_some(
    old: &dyn OldServer,
    tables: &[Filed],
    folder: &MediaFolder,
) -> Result<(), Error> {
    let mut missing = None;
    for &(table, file) in tables {
        let mut left = LOOKED_FOR;
        let mut pages = Pages::of(old, table, &["id"]).await?;
        while left > 0
            && let Some(rows) = pages.next().await?
        {
            for file in rows.iter().filter_map(file).take(left) {
                if file.find(folder)?.is_some() {
                    return Ok(());
                }
                left -= 1;
                missing = missing.or(Some(file.path));
            }
        }
    }
    match missing {
        Some(path) => Err(Error::NotMedia {
            path: harmless(&path),
        }),
        None => Ok(()),
    }
}

impl Import<'_, '_> {
    /// Takes in a file that belongs to something; `None` if it is not to be had, or not to be kept, which is told.
    pub(crate) async fn file(
        &mut self,
        (thing, key): (Thing, &str),
        owner: UserId,
        file: &OldFile,
    ) -> Result<Option<MediaId>, Error> {
        let path = harmless(&file.path);
        let wish = self.wish;
        let folder = match &wish.files {
            Files::Folder(folder) => folder,
            Files::LeftBehind => {
                self.report
                    .note(thing, key, &format!("its file {path} was left behind"))?;
                return Ok(None);
            }
            Files::Unsaid => {
                return Err(Error::MediaNeeded {
                    what: thing.one(),
                    key: key.to_owned(),
                });
            }
        };
        let Some(content) = file.find(folder)? else {
            let what = format!("its file {path} is not in the media folder");
            self.report.note(thing, key, &what)?;
            return Ok(None);
        };
        if self.from().is_none() {
            return Ok(None);
        }
        let name = FileName::tame(&file.path);
        let brought = self
            .imports()
            .media(owner, content, name, file.unguessable)
            .await?;
        self.report.tell_how_far(thing)?;
        match brought {
            MediaBrought::Done { media, kept_name } => {
                if !kept_name {
                    self.report
                        .note(thing, key, &format!("its file {path} has another address"))?;
                }
                Ok(Some(media))
            }
            MediaBrought::Refused(why) => {
                let what = format!("its file {path} was not brought over: {why}");
                self.report.note(thing, key, &what)?;
                Ok(None)
            }
        }
    }
}
