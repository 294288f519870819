//! What the services reach beyond the database: a mail server, the keys of a host application, where media are kept, and what
//! scans them.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use parlor_blobs::{LocalBlobs, S3Blobs};
use parlor_domain::Letter;
use parlor_mail::{FolderMailer, Letterhead, SmtpMailer, Templates};
use parlor_outbound::{FLOOR, JwksSettings, JwksUrl, KeyFile};
use parlor_ports::{
    BlobError, BlobKey, BlobStream, Blobs, Clock, KeySource, MailError, Mailer, Scanner, SystemClock,
};
use url::Url;

use crate::config::{Config, ConfigError};
use crate::data::DataFolder;
use crate::settings;

/// The way out.
pub(crate) struct Outside {
    /// What carries letters.
    pub(crate) mailer: Arc<dyn Mailer>,
    /// Where the public keys of the host application are, if there is one.
    pub(crate) host_keys: Option<Arc<dyn KeySource>>,
    /// Where media are kept.
    pub(crate) blobs: Arc<dyn Blobs>,
    /// What looks for malware in them, if anything does.
    pub(crate) scanner: Option<Arc<dyn Scanner>>,
}

impl Outside {
    /// As a server has it that listens there: to the mail server, or into a folder if there is none.
    ///
    /// # Errors
    /// [`ConfigError`] if the settings name what cannot be used; else what is wrong with a folder or the bucket.
    pub(crate) async fn open(
        config: &Config,
        data: &DataFolder,
        address: SocketAddr,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let page = settings::account_page(config, address)?;
        let letterhead = letterhead(config, page, address).map_err(unusable)?;
        let mailer: Arc<dyn Mailer> = match settings::smtp(config) {
            Some(smtp) => {
                let mailer = SmtpMailer::new(smtp, letterhead);
                Arc::new(mailer.map_err(|error| unusable(error.into()))?)
            }
            None => {
                let folder = data.outbox();
                let failed = || format!("cannot use {}", folder.display());
                Arc::new(FolderMailer::open(folder.clone(), letterhead).with_context(failed)?)
            }
        };
        Ok(Self {
            mailer,
            host_keys: host_keys(config, clock).map_err(unusable)?,
            blobs: blobs(config, data).await?,
            scanner: settings::scanner(config)?,
        })
    }

    /// As commands have it, which leave letters, log-ins and media to the server.
    pub(crate) fn none() -> Self {
        Self {
            mailer: Arc::new(Nobody),
            host_keys: None,
            blobs: Arc::new(Nobody),
            scanner: None,
        }
    }

    /// As commands have it that bring files while no server runs.
    ///
    /// # Errors
    /// What is wrong with the folder or the bucket, or what looks for malware.
    pub(crate) async fn with_media(config: &Config, data: &DataFolder) -> anyhow::Result<Self> {
        Ok(Self {
            blobs: blobs(config, data).await?,
            scanner: settings::scanner(config)?,
            ..Self::none()
        })
    }

    /// Whether a server could use what the settings name. Makes nothing, and connects to nothing.
    ///
    /// # Errors
    /// What it could not use.
    pub(crate) fn check(config: &Config) -> Result<(), ConfigError> {
        let page = settings::account_page(config, config.server.listen)?;
        let letterhead = letterhead(config, page, config.server.listen).map_err(unusable)?;
        if let Some(smtp) = settings::smtp(config) {
            SmtpMailer::new(smtp, letterhead).map_err(|error| unusable(error.into()))?;
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        host_keys(config, &clock).map_err(unusable)?;
        if let Some(s3) = settings::s3(config) {
            S3Blobs::open(&s3).map_err(|error| unusable(error.into()))?;
        }
        settings::scanner(config)?;
        Ok(())
    }
}

/// Where media are kept, tried out.
async fn blobs(config: &Config, data: &DataFolder) -> anyhow::Result<Arc<dyn Blobs>> {
    let Some(s3) = settings::s3(config) else {
        return Ok(Arc::new(LocalBlobs::open(data.media())?));
    };
    let blobs = S3Blobs::open(&s3).map_err(|error| unusable(error.into()))?;
    blobs.check().await.context("media cannot be kept")?;
    Ok(Arc::new(blobs))
}

fn letterhead(config: &Config, page: Url, address: SocketAddr) -> anyhow::Result<Letterhead> {
    let templates =
        Templates::load(config.mail.templates.as_deref()).context("mail.templates cannot be used")?;
    Letterhead::new(settings::letters(config, page, address), templates)
        .context("no mail can be sent with these settings (server.name, section [mail])")
}

fn host_keys(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<Arc<dyn KeySource>>> {
    let host = &config.host;
    if host.issuer.is_empty() {
        return Ok(None);
    }
    let source: Arc<dyn KeySource> = match (&host.keys_url, &host.keys_file) {
        (Some(url), _) => {
            let keys = JwksUrl::new(JwksSettings::new(url.clone()), clock.clone());
            Arc::new(keys.context("host.keys_url cannot be used")?)
        }
        (None, Some(file)) => {
            let keys = KeyFile::read(file.clone(), clock.clone(), FLOOR);
            Arc::new(keys.context("host.keys_file cannot be used")?)
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(source))
}

fn unusable(error: anyhow::Error) -> ConfigError {
    ConfigError::Unusable(format!("{error:#}"))
}

/// Carries no letter and has no media: letters that a command writes wait in the database for the server, and so does what
/// it deletes.
struct Nobody;

#[async_trait]
impl Mailer for Nobody {
    async fn send(&self, _: i64, _: &Letter) -> Result<(), MailError> {
        Err(MailError::Temporary("only a server sends letters".into()))
    }
}

#[async_trait]
impl Blobs for Nobody {
    async fn put(&self, _: &BlobKey, _: &Path) -> Result<(), BlobError> {
        Err(away())
    }

    async fn read(&self, _: &BlobKey, _: Range<u64>) -> Result<Option<BlobStream>, BlobError> {
        Err(away())
    }

    async fn fetch(&self, _: &BlobKey, _: &Path) -> Result<bool, BlobError> {
        Err(away())
    }

    async fn delete(&self, _: &BlobKey) -> Result<(), BlobError> {
        Err(away())
    }

    fn local(&self, _: &BlobKey) -> Option<String> {
        None
    }
}

fn away() -> BlobError {
    BlobError::Unavailable("only a server has media".into())
}
