//! Codes that are drawn, mailed and shown again.

use std::sync::Arc;

use parlor_auth::{CodeSecret, OneTimeCode, OpaqueToken, RecoveryCode, RegisterId, Vault, same_digest};
use parlor_domain::UserId;
use parlor_ports::{CodeDigest, Entropy, TokenDigest};
use secrecy::SecretString;

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

/// Draws secrets, and computes what is kept of them.
pub(crate) struct Codes {
    vault: Arc<Vault>,
    entropy: Arc<dyn Entropy>,
}

impl Codes {
    pub(crate) fn new(vault: Arc<Vault>, entropy: Arc<dyn Entropy>) -> Self {
        Self { vault, entropy }
    }

    /// A secret text, and what is kept of it.
    pub(crate) fn draw_token(&self) -> (SecretString, TokenDigest) {
        let mut random = [0; 32];
        self.entropy.fill(&mut random);
        let token = OpaqueToken::from_bytes(random);
        (token.to_text(), TokenDigest(token.digest()))
    }

    /// A code of six digits that meets this challenge, and what is kept of it.
    pub(crate) fn draw_code(&self, challenge: TokenDigest) -> (SecretString, CodeDigest) {
        let mut random = [0; 8];
        self.entropy.fill(&mut random);
        let code = OneTimeCode::from_random(u64::from_le_bytes(random));
        let digest = code.digest(self.vault.code_secret(), &challenge.0);
        (code.expose().into(), CodeDigest(digest))
    }

    /// Whether this is the code that meets the challenge.
    pub(crate) fn meets(&self, shown: &OneTimeCode, challenge: TokenDigest, wanted: CodeDigest) -> bool {
        self.secrets()
            .any(|secret| same_digest(&shown.digest(secret, &challenge.0), &wanted.0))
    }

    /// New recovery codes, and what is kept of them.
    pub(crate) fn draw_recovery_codes(&self, user: UserId) -> (Vec<SecretString>, Vec<CodeDigest>) {
        let secret = self.vault.code_secret();
        (0..RECOVERY_CODES)
            .map(|_| {
                let mut random = [0; 10];
                self.entropy.fill(&mut random);
                let code = RecoveryCode::from_random(random);
                (code.to_text(), recovery_digest(secret, &code, user))
            })
            .unzip()
    }

    /// What may be kept of a recovery code, under the newest of our secrets and those before it.
    pub(crate) fn recovery_digests(&self, code: &RecoveryCode, user: UserId) -> Vec<CodeDigest> {
        self.secrets()
            .map(|secret| recovery_digest(secret, code, user))
            .collect()
    }

    /// A new register id, and what is kept of it.
    pub(crate) fn draw_register_id(&self) -> (SecretString, CodeDigest) {
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        let id = RegisterId::from_random(u128::from_le_bytes(random));
        let digest = id.digest(&self.vault.dialects().register_ids);
        (id.to_text(), CodeDigest(digest))
    }

    /// What may be kept of a register id, under the newest of our secrets and those before it.
    pub(crate) fn register_id_digests(&self, id: &RegisterId) -> Vec<CodeDigest> {
        let secrets = self.vault.all_dialects();
        secrets
            .map(|secrets| CodeDigest(id.digest(&secrets.register_ids)))
            .collect()
    }

    fn secrets(&self) -> impl Iterator<Item = &CodeSecret> {
        std::iter::once(self.vault.code_secret()).chain(self.vault.older_code_secrets())
    }
}

fn recovery_digest(secret: &CodeSecret, code: &RecoveryCode, user: UserId) -> CodeDigest {
    CodeDigest(code.digest(secret, user.uuid().as_bytes()))
}

/// What is kept of a secret text; `None` if it cannot be one of ours.
pub(crate) fn token_digest(text: &SecretString) -> Option<TokenDigest> {
    OpaqueToken::parse(text).map(|token| TokenDigest(token.digest()))
}
