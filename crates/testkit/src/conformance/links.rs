//! Links that lead into rooms.

use std::time::Duration;

use parlor_domain::{JoinPolicy, LeaveReason, Role, RoomChange, RoomLink, Rules, RulesChange, Who};
use parlor_ports::{Joined, NewRoom, RoomRefusal, RoomThing};

use super::Tested;
use crate::{Fixture, at_once};

/// Whoever has a link comes in by it, where the room is closed as well.
pub async fn a_link_opens_a_closed_room(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f
        .create(NewRoom {
            rules: Rules::default(),
            ..f.new_room(ann)
        })
        .await?;
    let code = f.link(room, ann).await?;
    let found = f.admission.follow_link(code.clone(), ben.id, f.tick()).await?;
    let found = found.expect("it leads there");
    assert_eq!(found.room.id, room);
    assert_eq!(
        (found.approval, found.member, found.requested),
        (false, false, false)
    );
    let join = async || f.admission.join_by_link(code.clone(), ben, None, f.tick()).await;
    assert_eq!(join().await?, Ok((room, Joined::New)));
    assert_eq!(join().await?, Ok((room, Joined::Already)));
    let found = f.admission.follow_link(code.clone(), ben.id, f.tick()).await?;
    assert!(found.expect("it leads there").member);
    let links = f.admission.links(room, ann.id, f.tick()).await?.expect("she may");
    let used: Vec<_> = links.iter().map(|link| (&link.code, link.used)).collect();
    assert_eq!(used, [(&code, 1)]);
    Ok(())
}

/// A link lasts as long and as often as it was made for, however many come at once.
pub async fn a_link_is_used_up(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let people = f.crowd("guest", 12).await?;
    let link = RoomLink {
        uses: Some(5),
        ..f.new_link(room, ann)
    };
    let code = link.code.clone();
    assert_eq!(f.admission.add_link(link).await?, Ok(()));
    let joins = at_once(people.iter().map(|person| {
        let (admission, code, person, at) = (f.admission.clone(), code.clone(), *person, f.tick());
        async move { admission.join_by_link(code, person, None, at).await }
    }));
    let mut inside = 0;
    for joined in joins.await {
        match joined? {
            Ok((_, Joined::New)) => inside += 1,
            other => assert_eq!(other, Err(RoomRefusal::NoLink)),
        }
    }
    assert_eq!(inside, 5);
    assert_eq!(f.view(room, ann).await?.room.members, 6);

    let at = f.tick();
    let short = RoomLink {
        expires_at: Some(at + Duration::from_secs(60)),
        ..f.new_link(room, ann)
    };
    let code = short.code.clone();
    assert_eq!(f.admission.add_link(short).await?, Ok(()));
    f.clock.advance(Duration::from_secs(61));
    let guest = f.person("late").await?;
    let late = f
        .admission
        .join_by_link(code.clone(), guest, None, f.tick())
        .await?;
    assert_eq!(late, Err(RoomRefusal::NoLink));
    assert_eq!(f.admission.follow_link(code, guest.id, f.tick()).await?, None);
    let left = f.admission.links(room, ann.id, f.tick()).await?.expect("she may");
    assert_eq!(left, []);
    Ok(())
}

/// Links are made by those who may bring people in, and end with that.
pub async fn links_are_made_by_who_may_bring_people_in(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    let refused = Err(RoomRefusal::Forbidden);
    assert_eq!(f.admission.add_link(f.new_link(room, ben)).await?, refused);
    assert_eq!(
        f.admission.add_link(f.new_link(room, dan)).await?,
        Err(RoomRefusal::NoRoom)
    );
    assert_eq!(
        f.admission.links(room, ben.id, f.tick()).await?,
        Err(RoomRefusal::Forbidden)
    );
    let change = RoomChange {
        rules: RulesChange {
            adding: Some(Who::Everyone),
            join: Some(JoinPolicy::Closed),
            ..RulesChange::default()
        },
        ..RoomChange::default()
    };
    f.rooms.update(room, ann, change, f.tick()).await?;
    let code = f.link(room, ben).await?;
    assert_eq!(
        f.admission.revoke_link(room, cleo.id, code.clone()).await?,
        Err(RoomRefusal::Forbidden),
        "it is not hers"
    );
    f.put_out(room, ann, ben).await?;
    let back = f.admission.join_by_link(code, ben, None, f.tick()).await?;
    assert_eq!(back, Err(RoomRefusal::NoLink), "it went with him");

    let admins = RoomChange {
        rules: RulesChange {
            adding: Some(Who::Admins),
            ..RulesChange::default()
        },
        ..RoomChange::default()
    };
    let code = f.link(room, cleo).await?;
    f.rooms.update(room, ann, admins, f.tick()).await?;
    let by_her = f.admission.join_by_link(code, dan, None, f.tick()).await?;
    assert_eq!(by_her, Err(RoomRefusal::NoLink), "only admins may now");
    f.promote(room, ann, cleo).await?;
    let code = f.link(room, cleo).await?;
    f.rooms
        .change_role(room, ann, cleo.id, Role::Member, f.tick())
        .await?;
    let by_her = f.admission.join_by_link(code, dan, None, f.tick()).await?;
    assert_eq!(by_her, Err(RoomRefusal::NoLink), "it went with her role");

    let code = f.link(room, ann).await?;
    assert_eq!(f.admission.revoke_link(room, ann.id, code.clone()).await?, Ok(()));
    assert_eq!(
        f.admission.revoke_link(room, ann.id, code).await?,
        Err(RoomRefusal::NoLink)
    );
    Ok(())
}

/// A room has so many links, and none once it is no more.
pub async fn links_are_limited_and_end_with_the_room(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    let mut code = f.link(room, ann).await?;
    for _ in 1..RoomLink::MOST {
        code = f.link(room, ann).await?;
    }
    let one_more = f.admission.add_link(f.new_link(room, ann)).await?;
    assert_eq!(one_more, Err(RoomRefusal::TooMany(RoomThing::Links)));
    f.rooms
        .remove(room, ann, ann.id, LeaveReason::Left, f.tick())
        .await?;
    let join = f
        .admission
        .join_by_link(code.clone(), ben, None, f.tick())
        .await?;
    assert_eq!(join, Err(RoomRefusal::NoLink));
    assert_eq!(f.admission.follow_link(code, ben.id, f.tick()).await?, None);
    Ok(())
}

/// Direct rooms have no links.
pub async fn a_direct_room_has_no_links(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.direct(ann, ben).await?;
    let refused = f.admission.add_link(f.new_link(room, ann)).await?;
    assert_eq!(refused, Err(RoomRefusal::Direct));
    Ok(())
}
