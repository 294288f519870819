//! The server's keys, in files that only its user can read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use parlor_auth::{KeyRing, RefreshSecret, SigningKey};
use parlor_ports::Entropy;
use secrecy::{ExposeSecret, SecretString};

use crate::data::{make_private_dir, write_private};

/// What signs access tokens, and what refresh tokens follow from.
#[derive(Debug)]
pub struct Keys {
    /// Every `*.pem` of the folder; the last by name signs.
    pub ring: KeyRing,
    /// `refresh.secret`: 32 bytes.
    pub refresh: RefreshSecret,
}

impl Keys {
    /// Reads the keys of a folder, and makes what is missing.
    pub fn open(folder: &Path, entropy: &dyn Entropy) -> anyhow::Result<Self> {
        make_private_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self {
            ring: key_ring(folder, entropy)?,
            refresh: refresh_secret(folder, entropy)?,
        })
    }
}

fn key_ring(folder: &Path, entropy: &dyn Entropy) -> anyhow::Result<KeyRing> {
    let mut paths = pem_files(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    paths.sort();
    let Some(newest) = paths.pop() else {
        let key = SigningKey::from_seed(&draw(entropy));
        let path = folder.join("signing-0001.pem");
        write_private(&path, key.to_pem().expose_secret().as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
        return Ok(KeyRing::new(key, Vec::new()));
    };
    let older = paths
        .iter()
        .map(|path| read_key(path))
        .collect::<anyhow::Result<_>>()?;
    Ok(KeyRing::new(read_key(&newest)?, older))
}

fn pem_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    paths
        .filter(|path| {
            path.as_ref()
                .is_ok_and(|path| path.extension().is_some_and(|end| end == "pem"))
        })
        .collect()
}

fn read_key(path: &Path) -> anyhow::Result<SigningKey> {
    let pem = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    SigningKey::from_pem(&SecretString::from(pem)).with_context(|| {
        format!(
            "{} cannot be used; make one with: openssl genpkey -algorithm ed25519",
            path.display()
        )
    })
}

fn refresh_secret(folder: &Path, entropy: &dyn Entropy) -> anyhow::Result<RefreshSecret> {
    let path = folder.join("refresh.secret");
    let failed = || format!("cannot use {}", path.display());
    if path.try_exists().with_context(failed)? {
        let bytes = fs::read(&path).with_context(failed)?;
        let secret = bytes
            .try_into()
            .map_err(|_| anyhow!("it must be 32 bytes"))
            .with_context(failed)?;
        return Ok(RefreshSecret::from_bytes(secret));
    }
    let secret = draw(entropy);
    write_private(&path, &secret).with_context(failed)?;
    Ok(RefreshSecret::from_bytes(secret))
}

fn draw(entropy: &dyn Entropy) -> [u8; 32] {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    bytes
}
