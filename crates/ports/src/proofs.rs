//! Links that prove who has got them.

use async_trait::async_trait;
use parlor_domain::{Account, Email, Timestamp, UserId};

use crate::{NewLetter, PasswordHash, StoreError, TokenDigest};

/// Links that prove, by what was mailed in them, that one reads an address. Each can be used once, until it expires, and
/// only as long as the account is as it was when it was made.
#[async_trait]
pub trait ProofStore: Send + Sync {
    /// Keeps a proof, with the letter that brings it, in the place of the person's last one for the same purpose. Nothing at
    /// all if the letter goes to an address that is not the account's (any more), unless that is to become it.
    async fn issue(&self, new: NewProof, letter: NewLetter) -> Result<(), StoreError>;

    /// What a proof is good for; changes nothing.
    async fn find(&self, proof: TokenDigest, now: Timestamp)
    -> Result<Option<(UserId, Purpose)>, StoreError>;

    /// Uses up a proof of [`Purpose::Verify`]: the address is the account's, and nobody else's any more whose address was
    /// not verified.
    async fn verify_email(&self, proof: TokenDigest, now: Timestamp) -> Result<EmailProved, StoreError>;

    /// Uses up a proof of [`Purpose::Confirm`]: its address becomes the account's, and verified. `notice` goes to the old
    /// one. Proofs and challenges that were made for the account before are void.
    async fn confirm_email(
        &self,
        proof: TokenDigest,
        notice: Option<NewLetter>,
        now: Timestamp,
    ) -> Result<EmailProved, StoreError>;

    /// Makes an address the account's that its person has not proved: he claims it, and logs in by it. Nobody else may have verified
    /// or claimed it. A proof, if one is given, is of [`Purpose::Change`], and used up unless the address is taken. `notice` goes to
    /// the address of before. Proofs and challenges that were made for the account before are void. If it is the account's address
    /// already, nothing changes.
    async fn claim_email(
        &self,
        user: UserId,
        proof: Option<TokenDigest>,
        email: Email,
        notice: Option<NewLetter>,
        now: Timestamp,
    ) -> Result<EmailProved, StoreError>;

    /// Makes an address somebody's without a proof, on the operator's word. Proofs and challenges of before are void.
    async fn set_email(&self, user: UserId, email: Email, now: Timestamp) -> Result<EmailProved, StoreError>;

    /// Uses up a proof of [`Purpose::Reset`]: sets another password, ends all sessions, and voids proofs and challenges
    /// that were made for the account before; the address counts as verified, if nobody else's is. `None` if there is no
    /// such proof.
    async fn reset_password(
        &self,
        proof: TokenDigest,
        password: PasswordHash,
        notice: Option<NewLetter>,
        now: Timestamp,
    ) -> Result<Option<UserId>, StoreError>;

    /// Forgets some of the proofs that have expired by now; says whether there may be more.
    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError>;
}

/// A proof to be kept.
#[derive(Debug, Clone)]
pub struct NewProof {
    /// SHA-256 of what is mailed.
    pub token: TokenDigest,
    /// Whose.
    pub user: UserId,
    /// What for.
    pub purpose: Purpose,
    /// When.
    pub at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// What a proof is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Says that this address, which the account has, is the person's.
    Verify(Email),
    /// Makes this address the account's.
    Confirm(Email),
    /// Sets another password.
    Reset,
    /// Makes an address the account's that is not known yet.
    Change,
}

/// What became of the proof of an address.
#[derive(Debug, Clone)]
pub enum EmailProved {
    /// It is verified, or claimed where that was wished.
    Done(Box<Account>),
    /// Somebody else has verified it, or has claimed it where it should be claimed. A proof that was mailed there is used up.
    Taken,
    /// No such proof, or no such account.
    Unknown,
}
