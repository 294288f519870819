//! The server's keys, in files that only its user can read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use parlor_auth::{KeyRing, RefreshSecret, SigningKey, Vault};
use parlor_ports::Entropy;
use secrecy::{ExposeSecret, SecretString};

use crate::data::{make_private_dir, write_private};

/// What refresh tokens follow from.
const REFRESH: &str = "refresh.secret";

/// What signs access tokens, what refresh tokens follow from, and what seals secrets in the database.
#[derive(Debug)]
pub struct Keys {
    /// Every `*.pem` of the folder; the last by name signs.
    pub ring: KeyRing,
    /// `refresh.secret`: 32 bytes.
    pub refresh: RefreshSecret,
    /// Every `vault-*.secret`, of 32 bytes; the last by name seals.
    pub vault: Vault,
}

impl Keys {
    /// Reads the keys of a folder, and makes what is missing.
    ///
    /// # Errors
    /// If the folder cannot be written, or a key cannot be used.
    pub fn open(folder: &Path, entropy: &dyn Entropy) -> anyhow::Result<Self> {
        make_private_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        if files(folder, "", ".pem")?.is_empty() {
            let key = SigningKey::from_seed(&draw(entropy)).to_pem();
            make(&folder.join("signing-0001.pem"), key.expose_secret().as_bytes())?;
        }
        if !folder.join(REFRESH).exists() {
            make(&folder.join(REFRESH), &draw(entropy))?;
        }
        if files(folder, "vault-", ".secret")?.is_empty() {
            make(&folder.join("vault-0001.secret"), &draw(entropy))?;
        }
        Self::read(folder)
    }

    /// Reads the keys of a folder that a server has made.
    ///
    /// # Errors
    /// If one is missing or cannot be used.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut pems = files(folder, "", ".pem")?;
        let mut vaults = files(folder, "vault-", ".secret")?;
        let (Some(signing), Some(sealing)) = (pems.pop(), vaults.pop()) else {
            bail!("keys are missing in {}", folder.display());
        };
        let pems = pems.iter().map(|path| read_key(path)).collect::<Result<_, _>>()?;
        let vaults = vaults.iter().map(|path| secret(path)).collect::<Result<_, _>>()?;
        Ok(Self {
            ring: KeyRing::new(read_key(&signing)?, pems),
            refresh: RefreshSecret::from_bytes(secret(&folder.join(REFRESH))?),
            vault: Vault::new(secret(&sealing)?, vaults),
        })
    }
}

/// Writes a key. One that another server has made meanwhile is the key.
fn make(path: &Path, key: &[u8]) -> anyhow::Result<()> {
    write_private(path, key).with_context(|| format!("cannot write {}", path.display()))
}

/// The files of these names, in the order of their names.
fn files(folder: &Path, begin: &str, end: &str) -> anyhow::Result<Vec<PathBuf>> {
    let failed = || format!("cannot read {}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let name = entry.file_name();
        if name
            .to_str()
            .is_some_and(|name| name.starts_with(begin) && name.ends_with(end))
        {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
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

/// The 32 bytes of a file.
fn secret(path: &Path) -> anyhow::Result<[u8; 32]> {
    let failed = || format!("cannot use {}", path.display());
    let bytes = fs::read(path).with_context(failed)?;
    bytes
        .try_into()
        .map_err(|_| anyhow!("it must be 32 bytes"))
        .with_context(failed)
}

fn draw(entropy: &dyn Entropy) -> [u8; 32] {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    bytes
}
