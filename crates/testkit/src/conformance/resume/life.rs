//! What several people do in several rooms, by chance.

use std::time::Duration;

use parlor_domain::{
    BroadcastListId, Draft, History, JoinPolicy, LeaveReason, Mark, MemberMark, Notify, NotifyLevel, Role,
    RoomChange, RoomId, RulesChange, Seq, StatusAudience, StatusId, UserRef, Who,
};
use parlor_ports::{ApiKey, DirectOpened, Entropy, NewContact, NewRequest, NewRoom, NewStatus, StoreError};

use crate::conformance::Tested;
use crate::{Fixture, SeededEntropy, delete, edit, forward, message, reply};

/// Some people and their rooms.
pub(super) struct Life {
    pub(super) people: Vec<UserRef>,
    rooms: Vec<RoomId>,
    key: ApiKey,
    /// Speaks to everybody.
    bot: UserRef,
    statuses: Vec<StatusId>,
    lists: Vec<BroadcastListId>,
}

impl Life {
    /// Four people, some of whom know each other, and three rooms, one of them discreet, one direct.
    pub(super) async fn begin(f: &Fixture, seed: u64) -> Result<Self, StoreError> {
        let people = f.crowd(&format!("life{seed}-"), 4).await?;
        let rooms = vec![
            f.group(people[0], &people[1..3]).await?,
            f.discreet_group(people[1], &[]).await?,
            f.direct(people[0], people[3]).await?,
        ];
        for (owner, contact) in [(0, 1), (0, 2), (1, 0), (3, 0)] {
            f.know(people[owner], people[contact]).await?;
        }
        let key = f.api_key(None).await?;
        let bot = f.bot(&format!("bot{seed}")).await?;
        Ok(Self {
            people,
            rooms,
            key,
            bot,
            statuses: Vec::new(),
            lists: Vec::new(),
        })
    }

    /// Somebody does something somewhere, or is refused it.
    pub(super) async fn go_on(&mut self, f: &Fixture, chance: &SeededEntropy) -> Tested {
        let room = self.rooms[chance.below(self.rooms.len())];
        let me = self.people[chance.below(self.people.len())];
        let other = self.people[chance.below(self.people.len())];
        match chance.below(100) {
            96..=99 => f.be_private(me, chance.below(2) == 0).await?,
            86..=95 => self.spread(f, chance, me, other).await?,
            70..=85 => self.show(f, chance, me, other).await?,
            64..=69 => self.be_notified(f, chance, me).await?,
            54..=63 => self.keep_order(f, chance, room, me, other).await?,
            40..=53 => self.meet(f, chance, me, other).await?,
            0..=17 => self.talk(f, chance, room, me).await?,
            32..=37 => {
                let emoji = ["\u{1f44d}", "\u{2764}", "\u{1f389}"][chance.below(3)];
                let emoji = emoji.parse().expect("an emoji");
                let on = chance.below(3) > 0;
                f.log
                    .react(room, any_seq(chance), me, (emoji, on), f.tick())
                    .await?;
            }
            38 | 39 => {
                let on = chance.below(3) > 0;
                f.log.pin(room, any_seq(chance), me, on, f.tick()).await?;
            }
            18..=20 => {
                let note = Some("let me in".parse().expect("a note"));
                f.rooms.join(room, me, note, f.tick()).await?;
            }
            21 => {
                f.rooms.add(room, me, vec![other.id], f.tick()).await?;
            }
            22 | 23 => drop(
                f.rooms
                    .remove(room, me, me.id, LeaveReason::Left, f.tick())
                    .await?,
            ),
            24 => drop(
                f.rooms
                    .remove(room, me, other.id, LeaveReason::Removed, f.tick())
                    .await?,
            ),
            25 => drop(
                f.rooms
                    .change_role(room, me, other.id, Role::Admin, f.tick())
                    .await?,
            ),
            26 => {
                f.rooms.hand_over(room, me, other.id, f.tick()).await?;
            }
            27 => {
                let topic = format!("topic {}", chance.below(3));
                let change = RoomChange {
                    topic: Some(topic.parse().expect("a topic")),
                    rules: any_rules(chance),
                    ..RoomChange::default()
                };
                f.rooms.update(room, me, change, f.tick()).await?;
            }
            28 if chance.below(6) == 0 => {
                f.rooms.delete(room, me, f.tick()).await?;
            }
            29 if self.rooms.len() < 6 => {
                let new = NewRoom {
                    members: vec![],
                    ..f.new_room(me)
                };
                self.rooms.push(f.create(new).await?);
            }
            30 if me != other => {
                let id = f.room_id();
                let opened = f.rooms.open_direct(me, other.id, id, f.tick()).await?;
                if let DirectOpened::New(view) = opened {
                    self.rooms.push(view.room.id);
                }
            }
            _ => {
                let mark = Mark {
                    delivered: any_seq(chance),
                    read: any_seq(chance),
                };
                let marks = [me, other].map(|user| MemberMark { user: user.id, mark });
                f.rooms.advance_marks(vec![(room, marks.to_vec())]).await?;
            }
        }
        Ok(())
    }

    /// Somebody adds, asks, answers or blocks somebody, or does it no more.
    async fn meet(&self, f: &Fixture, chance: &SeededEntropy, me: UserRef, other: UserRef) -> Tested {
        if me == other {
            return Ok(());
        }
        match chance.below(12) {
            0 | 1 => {
                let name = ["Boss", "Neighbour"][chance.below(2)];
                let name = Some(name.parse().expect("a name")).filter(|_| chance.below(2) == 0);
                let contact = f.new_contact(me, other);
                f.contacts.put(NewContact { name, ..contact }).await?;
            }
            2 => drop(f.contacts.remove(me, other.id, f.tick()).await?),
            3..=5 => {
                let note = format!("number {}", chance.below(1000));
                let request = NewRequest {
                    note: Some(note.parse().expect("a note")),
                    ..f.new_request(me, other)
                };
                f.contacts.request(request).await?;
            }
            6 => drop(f.contacts.accept(me, other.id, 20, f.tick()).await?),
            7 => drop(f.contacts.decline(me, other.id, f.tick()).await?),
            8 => drop(f.contacts.withdraw(me, other.id, f.tick()).await?),
            9 => drop(f.contacts.block(me, other.id, 20, f.tick()).await?),
            _ => drop(f.contacts.unblock(me, other.id, f.tick()).await?),
        }
        Ok(())
    }

    /// Somebody lets in, turns away, mutes or bans somebody, makes a link, or wants to hear less of a room.
    async fn keep_order(
        &self,
        f: &Fixture,
        chance: &SeededEntropy,
        room: RoomId,
        me: UserRef,
        other: UserRef,
    ) -> Tested {
        match chance.below(10) {
            0..=2 => drop(f.admission.admit(room, me, other.id, f.tick()).await?),
            3 => drop(f.admission.turn_away(room, me, other.id, f.tick()).await?),
            4 => {
                let until = Some(f.tick() + Duration::from_secs(1)).filter(|_| chance.below(3) > 0);
                f.moderation.mute(room, me, other.id, until, f.tick()).await?;
            }
            5 => drop(f.moderation.ban(room, me, other.id, f.tick()).await?),
            6 | 7 => drop(f.moderation.lift_ban(room, me, other.id, f.tick()).await?),
            8 => {
                let link = f.new_link(room, me);
                let code = link.code.clone();
                if f.admission.add_link(link).await?.is_ok() {
                    drop(f.admission.join_by_link(code, other, None, f.tick()).await?);
                }
            }
            _ => {
                let notify = Notify {
                    level: [NotifyLevel::Mentions, NotifyLevel::Nothing][chance.below(2)],
                    muted_until: None,
                };
                f.rooms.set_notify(room, me, notify, f.tick()).await?;
            }
        }
        Ok(())
    }

    /// People are notified of what waits, a backend says something, or somebody has seen it.
    async fn be_notified(&mut self, f: &Fixture, chance: &SeededEntropy, me: UserRef) -> Tested {
        match chance.below(6) {
            0 | 1 => f.notify().await?,
            2 => {
                let room = f.announce(self.bot, "news").await?.stream;
                let room = RoomId::new(room.uuid());
                if !self.rooms.contains(&room) {
                    self.rooms.push(room);
                }
            }
            3 => drop(f.announcements.gather(2, f.tick()).await?),
            4 => {
                let name = f.entropy.uuid(f.tick()).to_string();
                let publication = f.new_publication(&self.key, &name, me);
                f.notifications.publish(publication).await?;
            }
            _ => {
                let page = f.notice_page(me, None, false, 3).await?;
                if let Some(seen) = page.notifications.get(chance.below(3)) {
                    f.notifications
                        .read(me, page.as_of.seq, seen.at, f.tick())
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// Somebody shows something, looks at something or takes it back, or time goes on for what was shown.
    async fn show(&mut self, f: &Fixture, chance: &SeededEntropy, me: UserRef, other: UserRef) -> Tested {
        let any = chance.below(self.statuses.len().max(1));
        let any = self.statuses.get(any).copied();
        match (chance.below(12), any) {
            (0..=3, _) | (_, None) => {
                let new = f.new_status(me, "tea");
                let audience = match chance.below(3) {
                    0 => StatusAudience::Contacts,
                    1 => StatusAudience::Except(vec![other.id]),
                    _ => StatusAudience::Only(vec![other.id]),
                };
                let lives = [Duration::from_hours(24), Duration::from_millis(40)][chance.below(2)];
                self.statuses.push(new.id);
                let expires_at = new.at + lives;
                let new = NewStatus {
                    audience,
                    expires_at,
                    ..new
                };
                f.statuses.post(new).await?;
            }
            (4, Some(status)) => drop(f.statuses.remove(status, me, f.tick()).await?),
            (5..=7, Some(status)) => drop(f.statuses.mark_viewed(status, me, f.tick()).await?),
            (8, _) => drop(f.statuses.erase(f.tick()).await?),
            _ => drop(f.statuses.tell(f.tick()).await?),
        }
        Ok(())
    }

    /// Somebody keeps a list, sends to one, or what was sent to lists goes on.
    async fn spread(&mut self, f: &Fixture, chance: &SeededEntropy, me: UserRef, other: UserRef) -> Tested {
        let any = chance.below(self.lists.len().max(1));
        let any = self.lists.get(any).copied();
        match (chance.below(12), any) {
            (0 | 1, _) | (_, None) => {
                let new = f.new_list(me, "some");
                self.lists.push(new.id);
                f.broadcasts.create(new).await?;
            }
            (2, Some(list)) => drop(f.broadcasts.remove(list, me, vec![other.id], f.tick()).await?),
            (3..=5, Some(list)) => {
                let users = vec![other.id];
                f.broadcasts.add(list, me, users, 3, f.tick()).await?;
            }
            (6, Some(list)) if chance.below(3) == 0 => {
                f.broadcasts.delete(list, me, f.tick()).await?;
            }
            (6..=8, Some(list)) => {
                let new = f.new_broadcast(list, me, "sale");
                f.broadcasts.send(new).await?;
            }
            (9, _) => drop(f.erase_lists().await?),
            _ => drop(f.send_batch().await?),
        }
        Ok(())
    }

    async fn talk(&self, f: &Fixture, chance: &SeededEntropy, room: RoomId, me: UserRef) -> Tested {
        let mut body = format!("number {}", chance.below(1000));
        if chance.below(3) == 0 {
            let name = f
                .account(self.people[chance.below(self.people.len())])
                .await?
                .username;
            body += &format!(" @{name}");
        }
        if chance.below(5) == 0 {
            body += " @all";
        }
        let target = any_seq(chance);
        let draft: Draft = match chance.below(8) {
            0 | 1 => edit(target, &body),
            2 => delete(target),
            3 => reply(target, &body),
            4 => forward(self.rooms[chance.below(self.rooms.len())], target),
            _ => message(&body),
        };
        f.log.append(f.draft(room, me, draft)).await?;
        Ok(())
    }
}

/// One or two new rules.
fn any_rules(chance: &SeededEntropy) -> RulesChange {
    let (history, join) = (
        [History::All, History::FromJoin],
        [JoinPolicy::Open, JoinPolicy::Approval],
    );
    RulesChange {
        history: Some(history[chance.below(2)]),
        join: Some(join[chance.below(2)]),
        posting: Some([Who::Everyone, Who::Everyone, Who::Admins][chance.below(3)]),
        ..RulesChange::default()
    }
}

fn any_seq(chance: &SeededEntropy) -> Seq {
    Seq(u64::try_from(chance.below(30)).expect("a small seq"))
}
