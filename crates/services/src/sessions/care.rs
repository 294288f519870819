//! What is done about sessions that are over.

use super::Sessions;
use crate::Error;

impl Sessions {
    /// Reads which sessions ended shortly before this server could hear of it. To be called once, when the store
    /// publishes.
    pub async fn recall_ended(&self) -> Result<(), Error> {
        let since = self.clock.now() - self.settings.access;
        self.ended.add(&self.sessions.ended_since(since).await?);
        Ok(())
    }

    /// Forgets some sessions that are over, of which nobody holds a token that is good; says whether there may be more.
    pub async fn forget_over(&self) -> Result<bool, Error> {
        let now = self.clock.now();
        Ok(self.sessions.sweep(now, now - self.settings.access).await?)
    }
}
