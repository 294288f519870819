//! A session that keeps itself alive.

use std::time::Duration;

use async_trait::async_trait;
use parlor_wire::{AccountView, Tokens};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::{Rest, RestError, Token, TokenError, TokenSource};

/// One log in of one device, with the tokens that it has now. What a [`Client`](crate::Client) asks for tokens.
#[derive(Debug)]
pub struct Session {
    rest: Rest,
    user: AccountView,
    issued: Mutex<Issued>,
}

#[derive(Debug)]
struct Issued {
    tokens: Tokens,
    at: Instant,
}

/// A token that is good for less than this is replaced before it is used.
const MARGIN: Duration = Duration::from_secs(5);

impl Issued {
    fn now(tokens: Tokens) -> Self {
        Self {
            tokens,
            at: Instant::now(),
        }
    }

    /// How long the access token is good from now on. Both times are the server's, so its clock may be any.
    fn lifetime(&self) -> Duration {
        let issued = self.tokens.session.used_at.0;
        let whole = self.tokens.access_expires_at.0.since(issued);
        whole.saturating_sub(self.at.elapsed())
    }

    fn token(&self) -> Token {
        Token {
            access: self.tokens.access_token.clone().into(),
            lifetime: self.lifetime(),
        }
    }
}

impl Session {
    /// Logs in.
    ///
    /// # Errors
    /// [`RestError::CodeWanted`] where the password is not enough: [`Session::complete`] goes on.
    pub async fn log_in(
        rest: &Rest,
        username: &str,
        password: &str,
        device: &str,
    ) -> Result<Self, RestError> {
        let tokens = rest.log_in(username, password, device).await?;
        Ok(Self::new(rest, tokens))
    }

    /// Logs in with the code that was wanted.
    ///
    /// # Errors
    /// [`RestError::CodeWanted`] if one more is
    pub async fn complete(rest: &Rest, challenge: &str, code: &str) -> Result<Self, RestError> {
        let tokens = rest.complete(challenge, code).await?;
        Ok(Self::new(rest, tokens))
    }

    /// Goes on with tokens that were just issued.
    pub fn new(rest: &Rest, tokens: Tokens) -> Self {
        Self {
            rest: rest.clone(),
            user: tokens.user.clone(),
            issued: Mutex::new(Issued::now(tokens)),
        }
    }

    /// Whose session it is.
    pub fn user(&self) -> &AccountView {
        &self.user
    }

    /// The server's HTTP interface for this user, good as long as an access token is: ask again for each task.
    pub async fn rest(&self) -> Result<Rest, TokenError> {
        self.current().await?;
        let issued = self.issued.lock().await;
        Ok(self.rest.with_token(issued.tokens.access_token.clone()))
    }

    async fn exchange(&self, issued: &mut Issued) -> Result<(), TokenError> {
        match self.rest.refresh(&issued.tokens.refresh_token).await {
            Ok(tokens) => *issued = Issued::now(tokens),
            Err(RestError::Refused(problem)) if problem.status == 401 => return Err(TokenError::Ended),
            Err(error) => return Err(TokenError::Unavailable(error.into())),
        }
        Ok(())
    }
}

#[async_trait]
impl TokenSource for Session {
    async fn current(&self) -> Result<Token, TokenError> {
        let mut issued = self.issued.lock().await;
        if issued.lifetime() < MARGIN {
            self.exchange(&mut issued).await?;
        }
        Ok(issued.token())
    }

    async fn renew(&self) -> Result<Token, TokenError> {
        let mut issued = self.issued.lock().await;
        self.exchange(&mut issued).await?;
        Ok(issued.token())
    }
}
