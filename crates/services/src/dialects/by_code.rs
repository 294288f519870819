//! Logging in with a register id and a mailed code.

use parlor_auth::DialectUser;
use parlor_domain::Account;

use super::{Dialects, Lives, TokenPair};
use crate::{CodeEntered, Device, Error};

impl Dialects {
    /// Lets in the owner of this register id, because this is the code that was mailed to him, and makes tokens for whom `user` says.
    pub async fn log_in_by_code(
        &self,
        (id, code): (&str, &str),
        device: Device,
        lives: Lives,
        user: impl FnOnce(&Account) -> DialectUser,
    ) -> Result<CodeEntered<TokenPair>, Error> {
        let open = async |account: &Account, device| self.open_session(account, device, lives).await;
        let entered = self.register_ids.complete(id, code, device, open).await?;
        Ok(match entered {
            CodeEntered::Done(opened) => CodeEntered::Done(self.pair(opened, lives, user)),
            CodeEntered::Used => CodeEntered::Used,
            CodeEntered::Wrong => CodeEntered::Wrong,
        })
    }
}
