//! Asking to be let into rooms.

use parlor_domain::{JoinPolicy, JoinRequest, PageSize, RoomId, RoomLink, Rules, UserRef, What};
use parlor_ports::{Joined, NewRoom, RoomRefusal, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

/// A group into which admins let people.
async fn guarded(f: &Fixture, owner: UserRef, members: &[UserRef]) -> Result<RoomId, StoreError> {
    let rules = Rules {
        join: JoinPolicy::Approval,
        ..Rules::default()
    };
    f.create(NewRoom {
        rules,
        members: members.iter().map(|member| member.id).collect(),
        ..f.new_room(owner)
    })
    .await
}

/// Who asks waits until an admin lets him in; both learn of it, and nobody else.
pub async fn who_asks_is_let_in_by_an_admin(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let room = guarded(f, ann, &[ben, cleo]).await?;
    f.promote(room, ann, ben).await?;
    let before = f.happened(cleo.id).await?;
    let note = Some("it is me".parse().expect("a note"));
    for _ in 0..2 {
        let asked = f.rooms.join(room, dan, note.clone(), f.tick()).await?;
        assert_eq!(asked, Joined::Waiting);
    }
    let told = What::JoinRequested {
        room,
        user: dan,
        note: note.clone(),
    };
    for person in [ann, ben, dan] {
        let last = f.happened(person.id).await?.pop();
        assert_eq!(last.as_ref(), Some(&told), "told once");
    }
    let own = f.admission.requests_of(dan.id).await?;
    let waiting = f
        .admission
        .requests(room, ben.id, None, PageSize::default())
        .await?;
    let waiting = waiting.expect("he may").requests;
    let [JoinRequest { user, note: said, .. }] = &waiting[..] else {
        panic!("one waits: {waiting:?}")
    };
    assert_eq!((*user, said, &own), (dan, &note, &waiting));

    let refused = f.admission.admit(room, cleo, dan.id, f.tick()).await?;
    assert_eq!(refused, Err(RoomRefusal::Forbidden));
    assert_eq!(f.admission.admit(room, ben, dan.id, f.tick()).await?, Ok(()));
    let ended = What::JoinRequestEnded {
        room,
        user: dan,
        admitted: true,
    };
    for person in [ann, ben, dan] {
        assert!(f.happened(person.id).await?.contains(&ended), "{person:?}");
    }
    assert_eq!(f.happened(cleo.id).await?, before, "nothing that concerns her");
    assert_eq!(f.view(room, dan).await?.room.members, 4);
    assert_eq!(f.admission.requests_of(dan.id).await?, []);
    let again = f.admission.admit(room, ben, dan.id, f.tick()).await?;
    assert_eq!(again, Err(RoomRefusal::NoRequest));
    Ok(())
}

/// A request is taken back, or declined, and can be made again.
pub async fn a_request_can_come_to_nothing(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = guarded(f, ann, &[]).await?;
    for actor in [ben, ann] {
        assert_eq!(f.rooms.join(room, ben, None, f.tick()).await?, Joined::Waiting);
        let away = f.admission.turn_away(room, actor, ben.id, f.tick()).await?;
        assert_eq!(away, Ok(()));
        let ended = What::JoinRequestEnded {
            room,
            user: ben,
            admitted: false,
        };
        for person in [ann, ben] {
            assert_eq!(f.happened(person.id).await?.last(), Some(&ended));
        }
        let again = f.admission.turn_away(room, actor, ben.id, f.tick()).await?;
        let nothing = if actor == ben {
            RoomRefusal::NoRoom
        } else {
            RoomRefusal::NoRequest
        };
        assert_eq!(again, Err(nothing));
    }
    Ok(())
}

/// Who is added while he waits waits no more.
pub async fn who_is_added_asks_no_more(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = guarded(f, ann, &[]).await?;
    f.rooms.join(room, ben, None, f.tick()).await?;
    f.add(room, ann, ben).await?;
    assert_eq!(f.admission.requests_of(ben.id).await?, []);
    Ok(())
}

/// A link can ask for an admin's word as well, in any room.
pub async fn a_link_can_lead_to_a_request(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    let link = RoomLink {
        approval: true,
        ..f.new_link(room, ann)
    };
    let code = link.code.clone();
    assert_eq!(f.admission.add_link(link).await?, Ok(()));
    for _ in 0..2 {
        let joined = f
            .admission
            .join_by_link(code.clone(), ben, None, f.tick())
            .await?;
        assert_eq!(joined, Ok((room, Joined::Waiting)));
    }
    let found = f.admission.follow_link(code, ben.id, f.tick()).await?;
    assert!(found.expect("it leads there").requested);
    let links = f.admission.links(room, ann.id, f.tick()).await?.expect("she may");
    assert_eq!(links[0].used, 1, "he is counted once");
    assert_eq!(f.admission.admit(room, ann, ben.id, f.tick()).await?, Ok(()));
    Ok(())
}

/// The last place goes to one of those who are let in at once.
pub async fn requests_answered_at_once_never_overfill_a_room(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let people = f.crowd("guest", 10).await?;
    let rules = Rules {
        join: JoinPolicy::Approval,
        ..Rules::default()
    };
    let room = f
        .create(NewRoom {
            rules,
            capacity: parlor_domain::Capacity::stored(4),
            ..f.new_room(ann)
        })
        .await?;
    for person in &people {
        assert_eq!(
            f.rooms.join(room, *person, None, f.tick()).await?,
            Joined::Waiting
        );
    }
    let answers = at_once(people.iter().map(|person| {
        let (admission, user, at) = (f.admission.clone(), person.id, f.tick());
        async move { admission.admit(room, ann, user, at).await }
    }));
    let mut inside = 0;
    for answer in answers.await {
        match answer? {
            Ok(()) => inside += 1,
            Err(refusal) => assert_eq!(refusal, RoomRefusal::Full),
        }
    }
    assert_eq!(inside, 3);
    assert_eq!(f.view(room, ann).await?.room.members, 4);
    Ok(())
}

/// Requests end with the room, and who has made them is told.
pub async fn requests_end_with_the_room(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = guarded(f, ann, &[]).await?;
    f.rooms.join(room, ben, None, f.tick()).await?;
    f.rooms.delete(room, ann, f.tick()).await?;
    let told = What::JoinRequestEnded {
        room,
        user: ben,
        admitted: false,
    };
    for _ in 0..500 {
        if f.happened(ben.id).await?.contains(&told) {
            assert_eq!(f.admission.requests_of(ben.id).await?, []);
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("he is not told");
}
