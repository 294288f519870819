//! Files of people and messages.

use parlor_domain::{FileName, MediaId, UserId};
use parlor_services::MediaBrought;
use uuid::Uuid;

use super::{Files, Import};
use crate::Error;
use crate::report::{Thing, harmless};

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
        let found = folder.file(&file.path);
        let found =
            found.map_err(|why| Error::file(format!("cannot read {path} in the media folder"), why))?;
        let Some(content) = found else {
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
