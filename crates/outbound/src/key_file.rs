//! Keys that an operator put into a file.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parlor_ports::{Clock, KeySource, KeysError};

use crate::cache::{Cache, Fetch, Fetched};
use crate::error::FetchError;
use crate::key_set::{MAX_BYTES, is_key_set, is_pem};

/// After how long the file is read again though no key is missing: one in PEM form has no id that could be.
const GOOD_FOR: Duration = Duration::from_secs(300);

/// The keys in a file: a JWK Set or a public key in PEM form.
///
/// It is read at once, and again every few minutes and when a key is missing. If it cannot be read any more, what it held
/// stays good.
pub struct KeyFile(Cache<PathBuf>);

impl KeyFile {
    /// Reads the file.
    ///
    /// # Errors
    /// [`KeysError`] if it cannot be read or holds neither.
    pub fn read(path: PathBuf, clock: Arc<dyn Clock>, floor: Duration) -> Result<Self, KeysError> {
        let keys = read(&path).map_err(|error| KeysError(error.into()))?;
        let cache = Cache::new(path, clock, floor);
        cache.learn(keys);
        Ok(Self(cache))
    }
}

#[async_trait]
impl KeySource for KeyFile {
    async fn keys(&self, missing: Option<&str>) -> Result<Arc<str>, KeysError> {
        self.0.keys(missing).await
    }
}

#[async_trait]
impl Fetch for PathBuf {
    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let path = self.clone();
        let reading = tokio::task::spawn_blocking(move || read(&path));
        let stopped = |_| FetchError::new(self.display(), "the server is stopping");
        reading.await.map_err(stopped)?
    }
}

fn read(path: &Path) -> Result<Fetched, FetchError> {
    let failed = |why: String| FetchError::new(path.display(), why);
    let limit = u64::try_from(MAX_BYTES).expect("the limit is small") + 1;
    let mut keys = String::new();
    fs::File::open(path)
        .and_then(|file| file.take(limit).read_to_string(&mut keys))
        .map_err(|error| failed(format!("cannot be read: {error}")))?;
    if keys.len() > MAX_BYTES {
        return Err(failed(format!("has more than {MAX_BYTES} bytes")));
    }
    if !is_pem(&keys) && !is_key_set(&keys) {
        return Err(failed(
            "is neither a public key in PEM form (-----BEGIN PUBLIC KEY-----) nor a JWK Set".to_owned(),
        ));
    }
    Ok(Fetched {
        keys,
        good_for: GOOD_FOR,
    })
}
