//! Settings that must go together, which their types cannot say.

use std::net::IpAddr;

use parlor_services::SyncSettings;
use secrecy::ExposeSecret;

use super::{Config, ConfigError, TwoStep};
use crate::settings;

/// How much longer JSON may be than the text in it. Escapes make six bytes of two (`é` is `\u00e9`) or twelve of four;
/// only who escapes letters that need none makes more, six times as much at most.
const ESCAPES: usize = 3;
/// Room for the JSON around a text.
const AROUND: usize = 1024;

impl Config {
    /// Whether the settings go together.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.holds_a_message("socket.frame_bytes", self.socket.frame_bytes)?;
        self.holds_a_message("http.json_bytes", self.http.json_bytes)?;

        let (ping, stalled) = (self.socket.ping.as_secs(), self.socket.stalled.as_secs());
        if stalled < 2 * ping {
            return Err(ConfigError::Together(format!(
                "`socket.stalled_seconds` ({stalled}) must be at least twice `socket.ping_seconds` ({ping}), that is {}, \
                 so that an idle client can answer a ping before it is disconnected",
                2 * ping
            )));
        }

        self.lets_people_in()?;
        self.knows_its_host()?;
        self.keeps_media()?;

        // One position is that of the user's own stream.
        let (rooms, most) = (self.rooms.per_user, SyncSettings::default().max_positions - 1);
        if usize::try_from(rooms).is_ok_and(|rooms| rooms > most) {
            return Err(ConfigError::Together(format!(
                "`rooms.per_user` ({rooms}) must be at most {most}, so that a client can say in its `hello` where it \
                 stands in all its rooms"
            )));
        }
        Ok(())
    }

    fn lets_people_in(&self) -> Result<(), ConfigError> {
        if self.auth.two_step == TwoStep::Required && self.auth.log_in_by_mail {
            return Err(ConfigError::Together(
                "`auth.log_in_by_mail` must be false where `auth.two_step` is \"required\": a mailed code alone is one step"
                    .into(),
            ));
        }
        if self.mail.username.is_empty() != self.mail.password.expose_secret().is_empty() {
            return Err(ConfigError::Together(
                "`mail.username` and `mail.password` go together: give both, or neither".into(),
            ));
        }
        let host = &self.mail.host;
        if !host.is_empty() && host.parse::<IpAddr>().is_err() && url::Host::parse(host).is_err() {
            return Err(ConfigError::Together(
                "`mail.host` must be the name or address of a machine alone, such as \"smtp.example.org\"; its port is \
                 `mail.port`"
                    .into(),
            ));
        }
        if !self.mail.host.is_empty() && self.server.public_url.is_none() && self.mail.links.is_none() {
            return Err(ConfigError::Together(
                "`mail.host` needs `server.public_url` (or `mail.links`): where the links in letters lead"
                    .into(),
            ));
        }
        Ok(())
    }

    fn knows_its_host(&self) -> Result<(), ConfigError> {
        let host = &self.host;
        if host.issuer.is_empty() {
            let given = [
                ("host.keys_url", host.keys_url.is_some()),
                ("host.keys_file", host.keys_file.is_some()),
                ("host.audience", !host.audience.is_empty()),
            ];
            return match given.iter().find(|(_, given)| *given) {
                Some((key, _)) => Err(ConfigError::Together(format!(
                    "`{key}` needs `host.issuer`: the application whose users are let in"
                ))),
                None => Ok(()),
            };
        }
        if host.audience.is_empty() {
            return Err(ConfigError::Together(
                "`host.audience` must say for whom the tokens of `host.issuer` are meant, so that tokens for others are no \
                 good here"
                    .into(),
            ));
        }
        if host.keys_url.is_some() == host.keys_file.is_some() {
            return Err(ConfigError::Together(
                "`host.issuer` needs either `host.keys_url` or `host.keys_file`, where its public keys are"
                    .into(),
            ));
        }
        if host.issuer == settings::issuer(self) {
            return Err(ConfigError::Together(
                "`host.issuer` must not be our own issuer (`auth.issuer`, or else the public URL)".into(),
            ));
        }
        Ok(())
    }

    fn keeps_media(&self) -> Result<(), ConfigError> {
        let (media, s3) = (&self.media, &self.s3);
        if !media.scanner.is_empty() && !media.scanner_command.is_empty() {
            return Err(ConfigError::Together(
                "`media.scanner` and `media.scanner_command` exclude each other: give one of them".into(),
            ));
        }
        if !media.url.is_empty() && (s3.access_key.is_empty() || s3.secret.expose_secret().is_empty()) {
            return Err(ConfigError::Together(
                "`media.url` needs `s3.access_key` and `s3.secret`".into(),
            ));
        }
        if !media.url.is_empty() && !media.accel_redirect.is_empty() {
            return Err(ConfigError::Together(
                "`media.accel_redirect` is for media in a folder, not in a bucket (`media.url`)".into(),
            ));
        }
        Ok(())
    }

    fn holds_a_message(&self, key: &str, bytes: usize) -> Result<(), ConfigError> {
        let body = self.messages.body_bytes;
        let least = ESCAPES * body + AROUND;
        if bytes >= least {
            return Ok(());
        }
        Err(ConfigError::Together(format!(
            "`{key}` ({bytes}) must be at least {ESCAPES} times `messages.body_bytes` ({body}) and {AROUND} more, that is \
             {least}, so that it can hold a message as JSON"
        )))
    }
}
