//! Rooms that a dialect has for everybody who speaks it.

use std::sync::Arc;

use futures_util::future::try_join_all;
use parlor_domain::{
    Account, AccountStatus, Capacity, Dialect, JoinPolicy, Role, RoomId, RoomKind, RoomName, Rules,
    Timestamp, Topic, UserId, UserRef, Username,
};
use parlor_ports::{
    Clock, DialectStore, Entropy, Joined, NewRoom, Registered, RoomAct, RoomCreated, RoomStore, UserStore,
};

use crate::accounts::bot_account;
use crate::{Actor, Error, Messages, usernames};

/// How often it is tried to make a hall that others make at the same time.
const TRIES: usize = 5;
/// So many messages are deleted in one go.
const STEP: usize = 50;

/// Keeps the halls of dialects: channels in which everybody may write, and which whoever has come in once finds among his rooms. They
/// are made when they are first needed. Nobody is told who comes, so that they can be many.
pub struct Halls {
    pub(crate) dialects: Arc<dyn DialectStore>,
    pub(crate) rooms: Arc<dyn RoomStore>,
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) messages: Arc<Messages>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// How many members one may have.
    pub(crate) places: u32,
}

/// A hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hall {
    /// Whose.
    pub dialect: Dialect,
    /// What the dialect calls it.
    pub name: &'static str,
    /// What people see that it is called, at first.
    pub title: &'static str,
    /// What the bot is called to which it belongs, or something like this if a person is called so.
    pub keeper: &'static str,
}

impl Halls {
    /// Brings somebody into a hall, unless he is there. Whoever administers the server is an admin of it.
    ///
    /// # Errors
    /// [`Error::KeptOut`], [`Error::RoomFull`], [`Error::TooManyRooms`], [`Error::Busy`]; [`Error::Forbidden`] if its owner has closed
    /// it
    pub async fn enter(&self, hall: Hall, account: &Account) -> Result<RoomId, Error> {
        let room = self.open(hall).await?;
        let user = account.user;
        let role = match self.rooms.find(room, user.id).await? {
            Some(view) => view.role,
            None => match self.rooms.join(room, user, None, self.clock.now()).await? {
                Joined::New | Joined::Already => Role::Member,
                Joined::Waiting => return Err(Error::Forbidden),
                Joined::Refused(refusal) => return Err(refusal.into()),
            },
        };
        if account.admin && role < Role::Admin {
            self.promote(room, user).await?;
        }
        Ok(room)
    }

    /// Deletes what was said in a hall until now: step by step, so that what is said meanwhile is not kept waiting.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the actor is an administrator; [`Error::NoSuchRoom`] if the hall belongs to nobody any more;
    /// [`Error::Busy`]
    pub async fn clear(&self, actor: &Actor, hall: Hall) -> Result<(), Error> {
        actor.administers()?;
        let room = self.open(hall).await?;
        let owner = self.owner(room).await?.ok_or(Error::NoSuchRoom)?;
        let owner = Actor::of_bot(owner);
        let (mut newest, mut newer) = (None, 0);
        loop {
            let said = self.messages.newest_said(&owner, room, newer, STEP).await?;
            let Some(first) = said.first() else { return Ok(()) };
            let newest = *newest.get_or_insert(first.number);
            // Those come again as long as they are there.
            let (until_now, since): (Vec<_>, Vec<_>) =
                said.iter().partition(|message| message.number <= newest);
            newer += since.len() as u64;
            let deleted = until_now
                .into_iter()
                .map(|message| self.messages.delete_as_bot(&owner, room, message.seq));
            try_join_all(deleted).await?;
        }
    }

    /// A hall, if it is there.
    pub(crate) async fn find(&self, hall: Hall) -> Result<Option<RoomId>, Error> {
        Ok(self.dialects.room_named(hall.dialect, hall.name).await?)
    }

    /// A hall, made now if it is not there.
    pub(crate) async fn open(&self, hall: Hall) -> Result<RoomId, Error> {
        for _ in 0..TRIES {
            if let Some(room) = self.find(hall).await? {
                return Ok(room);
            }
            let keeper = self.keeper(hall.keeper).await?;
            let room = self.make(hall, keeper).await?;
            if self.dialects.name_room(hall.dialect, hall.name, room).await? {
                return Ok(room);
            }
            // Somebody else, perhaps on another node, has made it at the same time.
            self.rooms.delete(room, keeper, self.clock.now()).await?;
        }
        Err(Error::Busy)
    }

    async fn make(&self, hall: Hall, keeper: UserRef) -> Result<RoomId, Error> {
        let new = self.new_room(hall, keeper, self.clock.now());
        match self.rooms.create(new).await? {
            RoomCreated::New(view) | RoomCreated::Known(view) => Ok(view.room.id),
            RoomCreated::Conflict => Err(Error::IdempotencyConflict),
            RoomCreated::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// The room that a hall is.
    pub(crate) fn new_room(&self, hall: Hall, keeper: UserRef, at: Timestamp) -> NewRoom {
        let (name, topic) = (hall.title.parse::<RoomName>(), "".parse::<Topic>());
        NewRoom {
            id: RoomId::new(self.entropy.uuid(at)),
            kind: RoomKind::Channel,
            creator: keeper,
            creator_absent: false,
            client_id: None,
            name: name.expect("what is the server's own is well-formed"),
            unique_name: false,
            topic: topic.expect("a room may be about nothing"),
            rules: Rules {
                join: JoinPolicy::Open,
                ..Rules::default()
            },
            capacity: Capacity::stored(self.places),
            members: Vec::new(),
            at,
        }
    }

    /// The bot to which a hall belongs at first, made now if it is not there. It is called so, or like this.
    pub(crate) async fn keeper(&self, called: &str) -> Result<UserRef, Error> {
        let base = called.parse::<Username>().ok();
        for tried in 0..usernames::TRIES {
            let at = self.clock.now();
            let id = UserId::new(self.entropy.uuid(at));
            let username = usernames::made(base.as_ref(), tried, id);
            let mut known = self.users.find_by_username(&username).await?;
            if known.is_none() {
                let new = bot_account(id, username.clone(), at);
                known = match self.users.register(new).await? {
                    Registered::Done(account) => Some(*account),
                    // Somebody may have made it at the same time.
                    _ => self.users.find_by_username(&username).await?,
                };
            }
            let bot = known.filter(|account| account.bot && account.status == AccountStatus::Active);
            if let Some(bot) = bot {
                return Ok(bot.user);
            }
        }
        Err(Error::UsernameTaken)
    }

    /// Makes somebody an admin of a hall, if it can have one more.
    async fn promote(&self, room: RoomId, user: UserRef) -> Result<(), Error> {
        let Some(owner) = self.owner(room).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let act = self.rooms.change_role(room, owner, user.id, Role::Admin, now);
        if let RoomAct::Refused(refusal) = act.await? {
            tracing::debug!(?refusal, %user.id, "an administrator is no admin of a hall");
        }
        Ok(())
    }

    /// To whom a hall belongs, who may do everything in it.
    async fn owner(&self, room: RoomId) -> Result<Option<UserRef>, Error> {
        let found = self.rooms.attended_room(room).await?;
        let Some(owner) = found.and_then(|found| found.room.owner) else {
            return Ok(None);
        };
        let account = self.users.find(owner).await?;
        Ok(account.map(|account| account.user))
    }
}
