//! A room's log as a server would keep it, with pages as of any moment.

use parlor_client::{State, Update};
use parlor_domain::{Reach, Shows, Timestamp};
use parlor_wire::{
    AccountView, EventBody, EventView, HistoryPolicy, JoinRule, LeaveReason, Limits, MemberView, MembersPage,
    MessageView, MessagesPage, NotifyLevelName, NotifyView, PersonRef, PositionView, ReactionsView, RoleName,
    RoomKindName, RoomView, RulesView, StreamHead, StreamKind, Time, Verdict, Welcome, WhoName,
};
use uuid::Uuid;

pub(crate) const ROOM: Uuid = Uuid::from_u128(100);
const AT: Time = Time(Timestamp::from_micros(1_000_000));

/// A person; 0 is the one whose client it is, and always in the room.
pub(crate) fn person(n: u8) -> PersonRef {
    PersonRef {
        id: Uuid::from_u128(n.into()),
        number: n.into(),
    }
}

/// Something that somebody does. What cannot be done is passed over.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Say(u8),
    Edit(usize),
    Delete(usize),
    Join(u8),
    Leave(u8),
    Promote(u8),
    Rename(u8),
    HandOver(u8),
}

/// The room after each event: `moments[seq]`.
pub(crate) struct Log {
    moments: Vec<Moment>,
}

#[derive(Clone, Default)]
struct Moment {
    event: Option<EventBody>,
    name: String,
    members: Vec<(u8, RoleName)>,
    messages: Vec<(u64, MessageView)>,
    read: u64,
}

impl Moment {
    fn owner(&self) -> Option<u8> {
        let owner = self.members.iter().find(|(_, role)| *role == RoleName::Owner);
        owner.map(|(owner, _)| *owner)
    }
}

impl Log {
    pub(crate) fn of(acts: &[Act]) -> Self {
        let mut log = Self {
            moments: vec![Moment::default()],
        };
        log.act(&Act::Join(0));
        acts.iter().for_each(|act| log.act(act));
        log
    }

    pub(crate) fn head(&self) -> u64 {
        self.moments.len() as u64 - 1
    }

    fn act(&mut self, act: &Act) {
        let mut now = self.moments.last().unwrap().clone();
        let seq = self.head() + 1;
        let actor = Some(person(0));
        let is_member = |n: u8| now.members.iter().any(|(member, _)| *member == n);
        let owner = now.owner();
        let event = match *act {
            Act::Say(n) if is_member(n) => {
                let message = MessageView {
                    number: 0,
                    msg_no: now.messages.len() as u64 + 1,
                    sender: Some(person(n)),
                    at: AT,
                    client_id: seq.to_string(),
                    body: Some(format!("{n} at {seq}")),
                    media: Vec::new(),
                    reply_to: None,
                    mentions: Vec::new(),
                    mentions_all: false,
                    status: None,
                    forwarded: false,
                    edited_at: None,
                    rev: seq,
                    reactions: ReactionsView::default(),
                };
                now.messages.push((seq, message.clone()));
                if n == 0 {
                    now.read = seq;
                }
                EventBody::Message(message)
            }
            Act::Edit(n) if !now.messages.is_empty() => {
                let n = n % now.messages.len();
                let (target, message) = &mut now.messages[n];
                if message.body.is_none() {
                    return;
                }
                message.body = Some(format!("edited at {seq}"));
                (message.edited_at, message.rev) = (Some(AT), seq);
                let (body, edited_at) = (message.body.clone(), message.edited_at);
                EventBody::MessageEdited {
                    actor,
                    at: AT,
                    target: *target,
                    body,
                    mentions: Vec::new(),
                    mentions_all: false,
                    edited_at,
                    rev: seq,
                }
            }
            Act::Delete(n) if !now.messages.is_empty() => {
                let n = n % now.messages.len();
                let (target, message) = &mut now.messages[n];
                if message.body.take().is_none() {
                    return;
                }
                message.rev = seq;
                EventBody::MessageDeleted {
                    actor,
                    at: AT,
                    target: *target,
                }
            }
            Act::Join(n) if !is_member(n) => {
                if n == 0 {
                    now.read = seq;
                }
                // Who makes the room owns it, of which no event tells.
                let role = if seq == 1 {
                    RoleName::Owner
                } else {
                    RoleName::Member
                };
                now.members.push((n, role));
                EventBody::MembersJoined {
                    actor,
                    at: AT,
                    users: vec![person(n)],
                }
            }
            Act::Leave(n) if n != 0 && Some(n) != owner && is_member(n) => {
                now.members.retain(|(member, _)| *member != n);
                EventBody::MemberLeft {
                    actor,
                    at: AT,
                    user: person(n),
                    reason: LeaveReason::Left,
                }
            }
            Act::HandOver(n) if Some(n) != owner && is_member(n) => {
                for (member, role) in &mut now.members {
                    if Some(*member) == owner {
                        *role = RoleName::Admin;
                    } else if *member == n {
                        *role = RoleName::Owner;
                    }
                }
                EventBody::OwnerChanged {
                    actor,
                    at: AT,
                    owner: person(n),
                    former: owner.map(person),
                }
            }
            Act::Promote(n) if Some(n) != owner && is_member(n) => {
                now.members
                    .iter_mut()
                    .filter(|member| member.0 == n)
                    .for_each(|member| member.1 = RoleName::Admin);
                EventBody::RoleChanged {
                    actor,
                    at: AT,
                    user: person(n),
                    role: RoleName::Admin,
                }
            }
            Act::Rename(n) => {
                now.name = format!("room {n}");
                EventBody::RoomUpdated {
                    actor,
                    at: AT,
                    name: Some(now.name.clone()),
                    topic: String::new(),
                    avatar: None,
                    rules: open_to_all(),
                    capacity: 10,
                }
            }
            _ => return,
        };
        now.event = Some(event);
        self.moments.push(now);
    }

    fn position(seq: u64) -> PositionView {
        PositionView {
            seq,
            tag: seq as u32,
            rev: 0,
        }
    }

    /// The event at `seq` as it is read when the head is at `now`.
    pub(crate) fn event(&self, seq: u64, now: u64) -> Update {
        let mut body = self.moments[seq as usize].event.clone().unwrap();
        let current = |target: u64| {
            let messages = &self.moments[now as usize].messages;
            messages.iter().find(|(seq, _)| *seq == target).unwrap().1.clone()
        };
        match &mut body {
            EventBody::Message(message) => *message = current(seq),
            EventBody::MessageEdited {
                target,
                body,
                edited_at,
                rev,
                ..
            } => {
                let message = current(*target);
                (*body, *edited_at, *rev) = (message.body, message.edited_at, message.rev);
            }
            _ => {}
        }
        Update::Event(Box::new(EventView {
            stream: ROOM,
            seq,
            tag: seq as u32,
            body,
        }))
    }

    /// What is said to a client that begins at `seq` and has nothing.
    pub(crate) fn welcome(&self, seq: u64) -> Welcome {
        let user = AccountView {
            id: person(0).id,
            number: 0,
            username: "me".to_owned(),
            display_name: "Me".to_owned(),
            first_name: None,
            last_name: None,
            about: None,
            avatar: None,
            email: None,
            email_verified: false,
            mobile: None,
            locale: None,
            time_zone: None,
            shows: Shows::default().into(),
            reach: Reach::default().into(),
            private: false,
            discoverable: true,
            admin: false,
            created_at: AT,
        };
        let head = StreamHead {
            stream: ROOM,
            kind: StreamKind::Group,
            head: Self::position(seq),
            verdict: Verdict::Reset,
        };
        Welcome {
            user: Box::new(user),
            session: Uuid::nil(),
            token_expires_at: AT,
            heartbeat_seconds: 30,
            limits: Limits {
                body_bytes: 65_536,
                frame_bytes: 262_144,
                commands_in_flight: 32,
            },
            streams: vec![head],
            gone: Vec::new(),
            unread_notifications: 0,
        }
    }

    /// A client that begins at `seq` and has nothing.
    pub(crate) fn fresh(&self, seq: u64) -> State {
        let welcome = self.welcome(seq);
        let mut state = State::default();
        state.apply(&Update::Connected(Box::new(welcome)));
        state
    }

    /// The room, its members and all its messages as they were at `seq`.
    pub(crate) fn load(&self, state: &mut State, seq: u64) {
        self.load_view(state, seq);
        self.load_members(state, seq);
        self.load_messages(state, seq);
    }

    pub(crate) fn load_view(&self, state: &mut State, seq: u64) {
        let now = &self.moments[seq as usize];
        state.room(&RoomView {
            id: ROOM,
            number: 1,
            everyones: false,
            kind: RoomKindName::Group,
            name: Some(now.name.clone()),
            topic: String::new(),
            owner: now.owner().map(|owner| person(owner).id),
            avatar: None,
            rules: open_to_all(),
            muted_until: None,
            notify: NotifyView {
                level: NotifyLevelName::All,
                muted_until: None,
                rev: 0,
            },
            capacity: 10,
            members: now.members.len() as u32,
            created_at: AT,
            active_at: AT,
            role: RoleName::Member,
            read: now.read,
            delivered: now.read,
            unread: now
                .messages
                .iter()
                .filter(|(at, message)| *at > now.read && message.body.is_some())
                .count() as u64,
            visible_from: 1,
            peer: None,
            last_message: None,
            as_of: Self::position(seq),
        });
    }

    pub(crate) fn load_members(&self, state: &mut State, seq: u64) {
        let now = &self.moments[seq as usize];
        let view = |(n, role): &(u8, RoleName)| {
            let joined = self.moments[..=seq as usize].iter().rposition(|moment| {
                matches!(&moment.event, Some(EventBody::MembersJoined { users, .. }) if users[0] == person(*n))
            });
            let own = |(at, message): &&(u64, MessageView)| {
                message.sender == Some(person(*n)) && *at > joined.unwrap() as u64
            };
            let read = now
                .messages
                .iter()
                .rfind(own)
                .map_or(joined.unwrap() as u64, |(at, _)| *at);
            MemberView {
                avatar: None,
                muted_until: None,
                id: person(*n).id,
                number: 0,
                username: n.to_string(),
                display_name: n.to_string(),
                bot: false,
                role: *role,
                read,
                delivered: read,
                joined_at: AT,
            }
        };
        let members = now.members.iter().map(view).collect();
        state.members(
            ROOM,
            &MembersPage {
                members,
                next: None,
                as_of: Self::position(seq),
            },
        );
    }

    pub(crate) fn load_messages(&self, state: &mut State, seq: u64) {
        let event = |(seq, message): &(u64, MessageView)| EventView {
            stream: ROOM,
            seq: *seq,
            tag: *seq as u32,
            body: EventBody::Message(message.clone()),
        };
        let messages = self.moments[seq as usize].messages.iter().map(event).collect();
        state.messages(
            ROOM,
            &MessagesPage {
                messages,
                played: Vec::new(),
                reacted: Vec::new(),
                more: false,
                as_of: Self::position(seq),
            },
        );
    }
}

/// The rules of a room that anybody enters.
fn open_to_all() -> RulesView {
    RulesView {
        history: HistoryPolicy::All,
        join: JoinRule::Open,
        posting: WhoName::Everyone,
        adding: WhoName::Admins,
        slow_mode: 0,
        listed: false,
    }
}
