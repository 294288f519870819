//! `Debug` of what holds secrets, without them: what is logged must open nothing.

use std::fmt::{Debug, Formatter, Result};

use crate::{ApiKeyMade, ChallengeView, EnrolmentView, InviteMade, RecoveryCodesView, Tokens};

impl Debug for ChallengeView {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("ChallengeView")
            .field("methods", &self.methods)
            .field("resend_after_seconds", &self.resend_after_seconds)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Debug for Tokens {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Tokens")
            .field("access_expires_at", &self.access_expires_at)
            .field("session", &self.session.id)
            .field("user", &self.user.id)
            .finish_non_exhaustive()
    }
}

impl Debug for ApiKeyMade {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("ApiKeyMade")
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

impl Debug for InviteMade {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("InviteMade")
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

impl Debug for EnrolmentView {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("EnrolmentView").finish_non_exhaustive()
    }
}

impl Debug for RecoveryCodesView {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("RecoveryCodesView").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let enrolment = EnrolmentView {
            uri: "otpauth://hush".to_owned(),
            secret: "hush".to_owned(),
            qr_code: "data:hush".to_owned(),
        };
        let recovery = RecoveryCodesView {
            recovery_codes: vec!["hush".to_owned()],
        };
        let challenge: ChallengeView = serde_json::from_value(serde_json::json!({
            "challenge": "hush", "methods": [], "sent_to": "hush", "expires_at": "2026-11-21T10:15:00Z",
        }))
        .unwrap();
        let shown = format!("{enrolment:?} {recovery:?} {challenge:?}");
        assert!(!shown.contains("hush"), "{shown}");
    }
}
