//! Channels that anybody can find.

use parlor_domain::{JoinPolicy, PageSize, RoomChange, RoomId, RoomKind, Rules, RulesChange, UserRef};
use parlor_ports::{ChannelCursor, NewRoom, RoomAct, RoomCreated, RoomRefusal, StoreError};

use super::Tested;
use crate::Fixture;

/// A channel that is listed under this name from the start.
async fn listed(f: &Fixture, owner: UserRef, name: &str) -> Result<RoomId, StoreError> {
    let new = f.new_room(owner);
    f.create(NewRoom {
        kind: RoomKind::Channel,
        name: name.parse().expect("a name"),
        rules: Rules {
            listed: true,
            ..new.rules
        },
        ..new
    })
    .await
}

fn rule(join: Option<JoinPolicy>, listed: Option<bool>) -> RoomChange {
    RoomChange {
        rules: RulesChange {
            join,
            listed,
            ..RulesChange::default()
        },
        ..RoomChange::default()
    }
}

/// All that somebody finds, read in pages of two.
async fn found(f: &Fixture, viewer: UserRef, beginning: Option<&str>) -> Result<Vec<RoomId>, StoreError> {
    let (mut all, mut after): (_, Option<ChannelCursor>) = (Vec::new(), None);
    loop {
        let beginning = beginning.map(str::to_owned);
        let page = f
            .rooms
            .directory(viewer.id, beginning, after, PageSize::clamped(2))
            .await?;
        assert!(page.channels.len() <= 2);
        all.extend(page.channels.iter().map(|channel| channel.room.id));
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// Admins list a channel that anybody may enter, and no other room; what is not open any more is not found.
pub async fn an_open_channel_is_listed(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let (channel, group) = (f.channel(ann, &[ben]).await?, f.group(ann, &[]).await?);
    assert_eq!(found(f, eve, None).await?, []);
    let list = rule(None, Some(true));
    let by_reader = f.rooms.update(channel, ben, list.clone(), f.tick()).await?;
    assert!(matches!(by_reader, RoomAct::Refused(RoomRefusal::Forbidden)));
    let of_group = f.rooms.update(group, ann, list.clone(), f.tick()).await?;
    assert!(matches!(of_group, RoomAct::Refused(RoomRefusal::NotListable)));
    f.rooms.update(channel, ann, list.clone(), f.tick()).await?;
    let page = f.rooms.directory(ben.id, None, None, PageSize::MAX).await?;
    assert_eq!((page.channels.len(), page.next), (1, None));
    let view = f.view(channel, ben).await?.room;
    assert!(view.rules.listed && page.channels[0].joined);
    assert_eq!(page.channels[0].room, view);
    let page = f
        .rooms
        .directory(eve.id, Some("TEA".to_owned()), None, PageSize::MAX)
        .await?;
    assert!(!page.channels[0].joined);

    let close = rule(Some(JoinPolicy::Approval), None);
    f.rooms.update(channel, ann, close, f.tick()).await?;
    assert!(!f.view(channel, ann).await?.room.rules.listed);
    assert_eq!(
        (found(f, eve, None).await?, found(f, eve, Some("tea")).await?),
        (vec![], vec![])
    );
    let closed = f.rooms.update(channel, ann, list, f.tick()).await?;
    assert!(matches!(closed, RoomAct::Refused(RoomRefusal::NotListable)));
    let new = NewRoom {
        rules: Rules {
            listed: true,
            ..Rules::default()
        },
        kind: RoomKind::Channel,
        ..f.new_room(ann)
    };
    let made = f.rooms.create(new).await?;
    assert!(matches!(made, RoomCreated::Refused(RoomRefusal::NotListable)));
    Ok(())
}

/// The channel that was listed last comes first; changes that do not list it anew leave it in its place.
pub async fn channels_are_listed_in_their_order(f: &Fixture) -> Tested {
    let [ann, eve] = f.people(["ann", "eve"]).await?;
    let mut rooms = Vec::new();
    for n in 0..5 {
        rooms.push(listed(f, ann, &format!("channel {n}")).await?);
    }
    let named = RoomChange {
        name: Some("news".parse().expect("a name")),
        ..RoomChange::default()
    };
    f.rooms.update(rooms[1], ann, named, f.tick()).await?;
    rooms.reverse();
    assert_eq!(found(f, eve, None).await?, rooms);
    assert_eq!(found(f, eve, Some("news")).await?, [rooms[3]]);
    assert_eq!(found(f, eve, Some("channel 1")).await?, []);
    let unlist = rule(None, Some(false));
    f.rooms.update(rooms[2], ann, unlist, f.tick()).await?;
    f.rooms
        .update(rooms[2], ann, rule(None, Some(true)), f.tick())
        .await?;
    rooms[..3].rotate_right(1);
    assert_eq!(found(f, eve, None).await?, rooms);
    Ok(())
}

/// A channel is found by how its name or a word in it begins, once, in any case.
pub async fn channels_are_found_by_the_words_of_their_names(f: &Fixture) -> Tested {
    let [ann, eve] = f.people(["ann", "eve"]).await?;
    let tea = listed(f, ann, "Tea, teas and more tea").await?;
    let rust = listed(f, ann, "#Rust & Tea").await?;
    let both = [listed(f, ann, "Teatime").await?, listed(f, ann, "teatime").await?];
    assert_eq!(found(f, eve, Some("RUST")).await?, [rust]);
    assert_eq!(found(f, eve, Some("#rust")).await?, [rust]);
    assert_eq!(found(f, eve, Some("rust & t")).await?, [rust]);
    assert_eq!(found(f, eve, Some("more")).await?, [tea]);
    assert_eq!(found(f, eve, Some("ea")).await?, []);
    assert_eq!(found(f, eve, Some("tea\0")).await?, []);
    assert_eq!(found(f, eve, Some("tea%")).await?, []);
    let mut all = found(f, eve, Some("tea")).await?;
    assert_eq!(all.len(), 4, "each once");
    all.sort_unstable();
    let mut expected = [tea, rust, both[0], both[1]];
    expected.sort_unstable();
    assert_eq!(all, expected);
    Ok(())
}

/// Who is kept out of a channel does not find it, and nobody one that has ended.
pub async fn who_is_kept_out_does_not_find_a_channel(f: &Fixture) -> Tested {
    let [ann, eve] = f.people(["ann", "eve"]).await?;
    let (one, other) = (listed(f, ann, "tea").await?, listed(f, ann, "tea house").await?);
    f.moderation.ban(one, ann, eve.id, f.tick()).await?;
    assert_eq!(found(f, eve, None).await?, [other]);
    assert_eq!(found(f, eve, Some("tea")).await?, [other]);
    assert_eq!(found(f, ann, Some("tea")).await?, [one, other]);
    f.join(other, eve).await?;
    f.rooms.delete(other, ann, f.tick()).await?;
    assert_eq!(
        (found(f, eve, None).await?, found(f, eve, Some("t")).await?),
        (vec![], vec![])
    );
    f.moderation.lift_ban(one, ann, eve.id, f.tick()).await?;
    assert_eq!(found(f, eve, None).await?, [one]);
    Ok(())
}
