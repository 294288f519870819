//! Coming into rooms by links and by asking.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlor_domain::{Dialect, JoinRequest, LinkCode, PageSize, RequestNote, RoomId, RoomLink, UserId};
use parlor_ports::{JoinRequestsPage, Joined, LinkedRoom, RoomRefusal, RoomView};

use super::Rooms;
use crate::throttle::Tried;
use crate::{Actor, Error};

/// What became of a wish to come in.
#[derive(Debug, Clone)]
pub enum Entered {
    /// In now.
    New(RoomView),
    /// Was in before.
    Already(RoomView),
    /// An admin decides.
    Waiting(RoomId),
}

impl Rooms {
    /// Longest time for which something can be decided about a room, but for good.
    pub const LONGEST: Duration = Duration::from_hours(365 * 24);
    /// Shortest life of a link.
    pub const SHORTEST_LINK: Duration = Duration::from_secs(60);
    /// Most people who can come by a link that counts them.
    pub const MOST_USES: u32 = 100_000;

    /// Enters an open room, or asks to be let into one where admins decide.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], also if it is closed; [`Error::KeptOut`], [`Error::RoomFull`], [`Error::TooManyRooms`],
    /// [`Error::TooMany`], [`Error::TooManyTries`]
    pub async fn join(
        &self,
        actor: &Actor,
        room: RoomId,
        note: Option<RequestNote>,
    ) -> Result<Entered, Error> {
        self.count_try(actor).await?;
        let joined = self.rooms.join(room, actor.user, note, self.clock.now()).await?;
        self.entered(actor, room, joined).await
    }

    /// Makes a link by which whoever has it can enter a room, or ask to.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`seconds`, `uses`), [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`],
    /// [`Error::TooMany`]
    pub async fn add_link(
        &self,
        actor: &Actor,
        room: RoomId,
        lasting: Option<Duration>,
        uses: Option<u32>,
        approval: bool,
    ) -> Result<RoomLink, Error> {
        if lasting.is_some_and(|time| !(Self::SHORTEST_LINK..=Self::LONGEST).contains(&time)) {
            let (least, most) = (Self::SHORTEST_LINK.as_secs(), Self::LONGEST.as_secs());
            return Err(Error::invalid(
                "seconds",
                format_args!("must be {least} to {most}"),
            ));
        }
        if uses.is_some_and(|uses| !(1..=Self::MOST_USES).contains(&uses)) {
            let most = Self::MOST_USES;
            return Err(Error::invalid("uses", format_args!("must be 1 to {most}")));
        }
        let now = self.clock.now();
        let link = RoomLink {
            code: self.draw_code(),
            room,
            by: actor.user,
            approval,
            used: 0,
            uses,
            at: now,
            expires_at: lasting.map(|time| now + time),
        };
        self.admission.add_link(link.clone()).await??;
        Ok(link)
    }

    /// The links of a room, for those who may bring people in.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`]
    pub async fn links(&self, actor: &Actor, room: RoomId) -> Result<Vec<RoomLink>, Error> {
        let links = self.admission.links(room, actor.user.id, self.clock.now());
        Ok(links.await??)
    }

    /// Ends a link: one's own, or as an admin any.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::NoSuchLink`]
    pub async fn revoke_link(&self, actor: &Actor, room: RoomId, code: LinkCode) -> Result<(), Error> {
        Ok(self.admission.revoke_link(room, actor.user.id, code).await??)
    }

    /// Where a link leads.
    ///
    /// # Errors
    /// [`Error::NoSuchLink`], also for who is kept out there; [`Error::TooManyTries`]
    pub async fn follow_link(&self, actor: &Actor, code: LinkCode) -> Result<LinkedRoom, Error> {
        self.count_try(actor).await?;
        let found = self
            .admission
            .follow_link(code, actor.user.id, self.clock.now())
            .await?;
        found.ok_or(Error::NoSuchLink)
    }

    /// Enters the room of a link, or asks to.
    ///
    /// # Errors
    /// As [`Rooms::join`], and [`Error::NoSuchLink`].
    pub async fn join_by_link(
        &self,
        actor: &Actor,
        code: LinkCode,
        note: Option<RequestNote>,
    ) -> Result<Entered, Error> {
        self.count_try(actor).await?;
        let now = self.clock.now();
        let (room, joined) = self.admission.join_by_link(code, actor.user, note, now).await??;
        self.entered(actor, room, joined).await
    }

    /// Enters the group or channel that a dialect calls so: whoever knows the name may come in.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::KeptOut`], [`Error::RoomFull`], [`Error::TooManyRooms`], [`Error::TooManyTries`]
    pub async fn join_by_name(&self, actor: &Actor, dialect: Dialect, name: &str) -> Result<Entered, Error> {
        self.count_try(actor).await?;
        let now = self.clock.now();
        let joined = self.admission.join_by_name(dialect, name, actor.user, now);
        let (room, joined) = joined.await??;
        self.entered(actor, room, joined).await
    }

    /// Lets somebody in who has asked.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::NoSuchRequest`], [`Error::RoomFull`],
    /// [`Error::TooManyRooms`], [`Error::NoSuchUser`]
    pub async fn admit(&self, actor: &Actor, room: RoomId, user: UserId) -> Result<(), Error> {
        let now = self.clock.now();
        Ok(self.admission.admit(room, actor.user, user, now).await??)
    }

    /// Ends a request: one's own, or as an admin anybody's.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::NoSuchRequest`]
    pub async fn turn_away(&self, actor: &Actor, room: RoomId, user: UserId) -> Result<(), Error> {
        let now = self.clock.now();
        Ok(self.admission.turn_away(room, actor.user, user, now).await??)
    }

    /// Who asks to be let into a room; for admins.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`]
    pub async fn requests(
        &self,
        actor: &Actor,
        room: RoomId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<JoinRequestsPage, Error> {
        let page = self.admission.requests(room, actor.user.id, after, size);
        Ok(page.await??)
    }

    /// Into which rooms the actor asks to be let.
    pub async fn own_requests(&self, actor: &Actor) -> Result<Vec<JoinRequest>, Error> {
        Ok(self.admission.requests_of(actor.user.id).await?)
    }

    async fn entered(&self, actor: &Actor, room: RoomId, joined: Joined) -> Result<Entered, Error> {
        match joined {
            Joined::New => self.find(actor, room).await.map(Entered::New),
            Joined::Already => self.find(actor, room).await.map(Entered::Already),
            Joined::Waiting => Ok(Entered::Waiting(room)),
            // To a stranger a room that he cannot enter is the same as none.
            Joined::Refused(RoomRefusal::Closed | RoomRefusal::Direct) => Err(Error::NoSuchRoom),
            Joined::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// Each wish to come in may be told to many, so there are only so many of them.
    async fn count_try(&self, actor: &Actor) -> Result<(), Error> {
        let user = actor.user.id.to_string();
        self.throttle.count(Tried::Entering { user: &user }).await
    }

    fn draw_code(&self) -> LinkCode {
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        let code = URL_SAFE_NO_PAD.encode(random);
        code.parse().expect("16 bytes in base64url are a code")
    }
}
