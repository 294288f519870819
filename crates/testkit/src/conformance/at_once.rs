//! Everybody does everything at once: nothing fails, and nothing is in two minds.

use std::sync::Arc;

use parlor_domain::{LeaveReason, Mark, MemberMark, PageSize, Role, RoomId, Seq, Timestamp, UserRef, What};
use parlor_ports::{Append, AppendRefusal, Appended, Entropy, EventLog, Priority, RoomStore, StoreError};

use super::Tested;
use crate::{Fixture, SeededEntropy, at_once, delete, edit, key, message};

/// What one person does in the storm: thirty things, chosen by chance.
async fn thirty_things(
    (log, rooms): (Arc<dyn EventLog>, Arc<dyn RoomStore>),
    chance: SeededEntropy,
    me: UserRef,
    people: Vec<UserRef>,
    places: Vec<RoomId>,
    at: Timestamp,
) -> Result<(), StoreError> {
    for _ in 0..30 {
        let room = places[chance.below(places.len())];
        let other = people[chance.below(people.len())];
        let target = Seq(u64::try_from(chance.below(40)).expect("a small seq"));
        let draft = match chance.below(12) {
            0..=3 => message("hello"),
            4 => edit(target, "hello all"),
            5 => delete(target),
            6 => {
                rooms.join(room, me, None, at).await?;
                continue;
            }
            7 => {
                rooms
                    .add(room, me, people.iter().map(|user| user.id).collect(), at)
                    .await?;
                continue;
            }
            8 => {
                let (user, reason) = match chance.below(2) {
                    0 => (me, LeaveReason::Left),
                    _ => (other, LeaveReason::Removed),
                };
                rooms.remove(room, me, user.id, reason, at).await?;
                continue;
            }
            9 => {
                rooms.change_role(room, me, other.id, Role::Admin, at).await?;
                continue;
            }
            10 => {
                let mark = MemberMark {
                    user: me.id,
                    mark: Mark::read(target),
                };
                let mut all: Vec<_> = places.iter().map(|room| (*room, vec![mark])).collect();
                let places = all.len();
                all.rotate_left(chance.below(places));
                rooms.advance_marks(all).await?;
                continue;
            }
            _ => {
                rooms
                    .open_direct(me, other.id, RoomId::new(chance.uuid(at)), at)
                    .await?;
                continue;
            }
        };
        let (client_id, origin, priority) = (key(&chance.uuid(at).to_string()), None, Priority::Person);
        log.append(Append {
            room,
            sender: me,
            client_id,
            draft,
            at,
            origin,
            priority,
        })
        .await?;
    }
    Ok(())
}

/// People who join, leave, add, put out, write and read at once never make the store fail or lock itself up; each room
/// has as many members as it says, and one owner.
pub async fn everybody_does_everything_at_once(f: &Fixture) -> Tested {
    let people = f.crowd("person", 6).await?;
    let mut places = Vec::new();
    for person in &people[..3] {
        places.push(f.group(*person, &people[3..]).await?);
    }
    let storm = people.iter().enumerate().map(|(n, me)| {
        let (ports, people, places) = ((f.log.clone(), f.rooms.clone()), people.clone(), places.clone());
        // Opening a direct room takes another person than oneself.
        let others = people.iter().filter(|other| *other != me).copied().collect();
        let seed = u64::try_from(n).expect("a small number");
        thirty_things(ports, SeededEntropy::new(seed), *me, others, places, f.tick())
    });
    for done in at_once(storm).await {
        done?;
    }
    for person in &people {
        let list = f.rooms.list(person.id, None, PageSize::MAX).await?;
        for view in list.rooms {
            let roles = f.roles(view.room.id, *person, 200).await?;
            assert_eq!(usize::try_from(view.room.members).expect("few"), roles.len());
            let owners: Vec<_> = roles
                .iter()
                .filter(|(_, role)| *role == Role::Owner)
                .map(|(user, _)| *user)
                .collect();
            assert_eq!(owners, Vec::from_iter(view.room.owner), "{:?}", view.room.kind);
        }
    }
    Ok(())
}

/// What is read while others write is as of one moment: the members of a page are those that its position says.
pub async fn a_page_is_of_one_moment(f: &Fixture) -> Tested {
    let people = f.crowd("person", 12).await?;
    let room = f.group(people[0], &[]).await?;
    let joins = at_once(people[1..].iter().map(|person| {
        let (rooms, at, person) = (f.rooms.clone(), f.tick(), *person);
        async move { rooms.join(room, person, None, at).await }
    }));
    let reads = at_once((0..20).map(|_| {
        let (rooms, viewer) = (f.rooms.clone(), people[0].id);
        async move { rooms.members(room, viewer, None, PageSize::MAX).await }
    }));
    let (joins, reads) = tokio::join!(joins, reads);
    for joined in joins {
        joined?;
    }
    for page in reads {
        let page = page?.expect("the viewer is a member");
        let seq = usize::try_from(page.as_of.seq.0).expect("a small seq");
        assert_eq!(page.members.len(), seq, "each event so far brought one person in");
    }
    Ok(())
}

/// Whoever is put out while he writes is heard until then, and not afterwards (each test of this suite ends with a
/// look at who spoke when); what he was told about each message is true.
pub async fn nobody_speaks_after_being_put_out(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let begun: Vec<_> = (0..100)
        .map(|_| f.draft(room, ben, message("and another thing")))
        .collect();
    let out = f.tick();
    let said = at_once(begun.into_iter().enumerate().map(|(n, append)| {
        let (log, rooms) = (f.log.clone(), f.rooms.clone());
        async move {
            if n == 50 {
                rooms.remove(room, ann, ben.id, LeaveReason::Removed, out).await?;
            }
            log.append(append).await
        }
    }));
    let mut stored = 0;
    for answer in said.await {
        match answer? {
            Appended::New(_) => stored += 1,
            Appended::Refused(AppendRefusal::NoRoom) => {}
            other => panic!("{other:?}"),
        }
    }
    let log = f.events(room).await?;
    assert_eq!(
        log.iter()
            .filter(|event| matches!(event.what, What::Message(_)))
            .count(),
        stored
    );
    Ok(())
}
