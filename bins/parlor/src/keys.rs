//! The server's keys, in files that only its user can read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use parlor_auth::{KeyRing, RefreshSecret, SigningKey, Vault};
use parlor_ports::Entropy;
use secrecy::{ExposeSecret, SecretString};

use crate::data::{make_private_dir, write_private};

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
    pub fn open(folder: &Path, entropy: &dyn Entropy) -> anyhow::Result<Self> {
        make_private_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self {
            ring: key_ring(folder, entropy)?,
            refresh: RefreshSecret::from_bytes(secret(&folder.join("refresh.secret"), entropy)?),
            vault: vault(folder, entropy)?,
        })
    }
}

fn key_ring(folder: &Path, entropy: &dyn Entropy) -> anyhow::Result<KeyRing> {
    let mut paths = files(folder, "", ".pem")?;
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

fn vault(folder: &Path, entropy: &dyn Entropy) -> anyhow::Result<Vault> {
    let mut paths = files(folder, "vault-", ".secret")?;
    let newest = paths.pop().unwrap_or_else(|| folder.join("vault-0001.secret"));
    let older = paths
        .iter()
        .map(|path| secret(path, entropy))
        .collect::<anyhow::Result<_>>()?;
    Ok(Vault::new(secret(&newest, entropy)?, older))
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

/// The 32 bytes of a file, which is made if it is not there.
fn secret(path: &Path, entropy: &dyn Entropy) -> anyhow::Result<[u8; 32]> {
    let failed = || format!("cannot use {}", path.display());
    if path.try_exists().with_context(failed)? {
        let bytes = fs::read(path).with_context(failed)?;
        return bytes
            .try_into()
            .map_err(|_| anyhow!("it must be 32 bytes"))
            .with_context(failed);
    }
    let secret = draw(entropy);
    write_private(path, &secret).with_context(failed)?;
    Ok(secret)
}

fn draw(entropy: &dyn Entropy) -> [u8; 32] {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    bytes
}
