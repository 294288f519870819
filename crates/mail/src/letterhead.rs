//! Letters as mails.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use parlor_domain::{Email, Letter, Timestamp};
use parlor_ports::MailError;
use url::{Host, Url};

use crate::hostile;
use crate::templates::{Templates, Values};

/// The last second of the year 9999, the last that a mail's date can tell.
const LAST_SECOND: i64 = 253_402_300_799;

/// From whom letters are, and where they point.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The sender: `chat@example.org`, or with a name, `Example Chat <chat@example.org>`.
    pub from: String,
    /// Where answers go, written as the sender is, if not to the sender.
    pub reply_to: Option<String>,
    /// What the server is called in letters.
    pub server_name: String,
    /// The page of accounts, with `http` or `https`. Most links are this and a fragment; what stands in requests, such as the Host
    /// header, has no part in them.
    pub link_base: Url,
    /// Where people reach the server. Links to pages of dialects are this, a path and a fragment.
    pub server_url: Url,
}

/// Why no mail can be sent with these settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The sender, or where answers go, is no address.
    #[error("{text:?} must be an e-mail address, or a name and one: Example Chat <chat@example.org> ({why})")]
    Mailbox {
        /// What was given.
        text: String,
        /// What is wrong with it.
        why: lettre::address::AddressError,
    },
    /// The name of the server is empty or has control characters.
    #[error("the server's name in letters must be one line and not empty")]
    ServerName,
    /// Links cannot begin with this.
    #[error("{0} must be an http or https address with a host, without user, query and fragment")]
    LinkBase(Url),
}

/// Makes a mail of a letter.
#[derive(Debug)]
pub struct Letterhead {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    server_name: String,
    link_base: Url,
    server_url: Url,
    host: Host,
    templates: Templates,
}

impl Letterhead {
    /// Letters from this sender that read as the templates say.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn new(settings: MailSettings, templates: Templates) -> Result<Self, SettingsError> {
        let server_name = hostile::line(&settings.server_name);
        if server_name.is_empty() || server_name != settings.server_name.trim() {
            return Err(SettingsError::ServerName);
        }
        let base = settings.link_base;
        let bare = base.username().is_empty()
            && base.password().is_none()
            && base.query().is_none()
            && base.fragment().is_none();
        let host = base.host().map(|host| host.to_owned());
        let Some(host) = host.filter(|_| bare && matches!(base.scheme(), "http" | "https")) else {
            return Err(SettingsError::LinkBase(base));
        };
        Ok(Self {
            from: mailbox(&settings.from)?,
            reply_to: settings.reply_to.as_deref().map(mailbox).transpose()?,
            server_name,
            link_base: base,
            server_url: settings.server_url,
            host,
            templates,
        })
    }

    /// The mail. Made again of the same letter, it is the same to the byte.
    ///
    /// # Errors
    /// [`MailError::Permanent`] if the letter cannot be a mail, [`MailError::Temporary`] if it is the template's fault,
    /// which an operator can mend.
    pub(crate) fn write(&self, number: i64, letter: &Letter) -> Result<Message, MailError> {
        let permanent = |why| MailError::Permanent(why);
        let values = Values::of(letter, &self.server_name, &self.link_base, &self.server_url)
            .map_err(|error| permanent(error.into()))?;
        let rendered = self
            .templates
            .render(letter, &values)
            .map_err(|error| MailError::Temporary(error.into()))?;
        let to = address(&letter.to).map_err(|error| permanent(error.into()))?;
        let name = hostile::name(letter.name.as_str()).map(str::to_owned);
        let mark = format!("{number}.{}", letter.at.micros());
        let mut mail = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, to))
            .subject(rendered.subject)
            .date(UNIX_EPOCH + date(letter.at))
            .message_id(Some(format!("<parlor.{mark}@{}>", self.host)))
            // RFC 3834: no out-of-office note comes back.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply_to) = &self.reply_to {
            mail = mail.reply_to(reply_to.clone());
        }
        let parts = MultiPart::alternative()
            .boundary(format!("=_parlor.{mark}"))
            .singlepart(SinglePart::plain(rendered.text))
            .singlepart(SinglePart::html(rendered.html));
        mail.multipart(parts).map_err(|error| permanent(error.into()))
    }

    /// The name by which this server greets a mail server.
    pub(crate) fn greeting(&self) -> ClientId {
        match &self.host {
            Host::Domain(domain) => ClientId::Domain(domain.clone()),
            Host::Ipv4(address) => ClientId::Ipv4(*address),
            Host::Ipv6(address) => ClientId::Ipv6(*address),
        }
    }
}

fn mailbox(text: &str) -> Result<Mailbox, SettingsError> {
    text.parse().map_err(|why| SettingsError::Mailbox {
        text: text.to_owned(),
        why,
    })
}

/// The address with its domain as mail servers know it: `ann@xn--bcher-kva.example`, for `ann@bücher.example`.
fn address(email: &Email) -> Result<Address, lettre::address::AddressError> {
    let (local, domain) = email.as_str().split_once('@').unwrap_or((email.as_str(), ""));
    match Host::parse(domain) {
        Ok(Host::Domain(ascii)) => Address::new(local, ascii),
        _ => Err(lettre::address::AddressError::InvalidDomain),
    }
}

fn date(at: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(at.seconds().clamp(0, LAST_SECOND)).unwrap_or(0))
}
