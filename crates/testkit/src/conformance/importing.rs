//! What comes from older servers.

use std::time::Duration;

use parlor_domain::{
    AccountStatus, BroadcastListId, Capacity, ClientId, Dialect, LeaveReason, MessageBody, Mobile, RoomId,
    RoomKind, Rules, SessionId, StatusId, Timestamp, UserId, UserRef, What,
};
use parlor_ports::{
    AvatarSet, Beyond, Clock, CodeDigest, Entropy, LoginName, MessageBrought, NewAccount, NewKeySession,
    NewStatus, Numbering, OldDirect, OldKey, OldList, OldMessage, OldMessages, OldModel, OldPerson, OldRoom,
    PersonBrought, RoomBrought, Source, StatusBrought, StoreError, UserSearch,
};

use super::Tested;
use crate::{Fixture, address};

/// The greatest numbers that the older server has given.
const BEYOND: Beyond = Beyond {
    people: 100,
    rooms: 200,
    messages: 1_000,
};
/// When the older server was young.
const LONG_AGO: Timestamp = Timestamp::from_micros(1_500_000_000_000_000);

/// A server of this name.
async fn origin(f: &Fixture, name: &str) -> Result<i64, StoreError> {
    f.imports.open_origin(Dialect::Rooms, name, f.tick()).await
}

fn from(origin: i64, model: OldModel, key: &str) -> Source {
    let key = key.into();
    Source { origin, model, key }
}

fn numbered(had: i64) -> Numbering {
    Numbering {
        had: Some(had),
        beyond: BEYOND,
    }
}

fn old_person(f: &Fixture, name: &str, had: i64) -> OldPerson {
    OldPerson {
        account: NewAccount {
            at: LONG_AGO,
            ..f.new_account(name)
        },
        numbering: numbered(had),
        register_id: None,
        about: None,
        locked: false,
        last_seen: None,
        print: Some(had * 7),
    }
}

/// Somebody who came under this number.
async fn person(f: &Fixture, origin: i64, name: &str, had: i64) -> Result<UserRef, StoreError> {
    let from = from(origin, OldModel::Person, &had.to_string());
    match f.imports.bring_person(from, old_person(f, name, had)).await? {
        PersonBrought::Done(account) => Ok(account.user),
        refused => panic!("he does not come: {refused:?}"),
    }
}

fn old_room(f: &Fixture, owner: UserRef, members: &[UserRef], had: i64) -> OldRoom {
    OldRoom {
        id: f.room_id(),
        kind: RoomKind::Group,
        numbering: numbered(had),
        name: "tea".parse().expect("a name"),
        unique_name: true,
        rules: Rules::default(),
        capacity: Capacity::stored(2),
        owner: owner.id,
        owner_absent: true,
        members: members.iter().map(|member| member.id).collect(),
        called: Some((Dialect::Greeter, "chat_0123abcd".into())),
        created_at: LONG_AGO,
        changed_at: LONG_AGO + Duration::from_secs(60),
    }
}

/// A group that came under this number.
async fn room(f: &Fixture, origin: i64, new: OldRoom) -> Result<RoomId, StoreError> {
    let id = new.id;
    let key = new.numbering.had.expect("it had a number").to_string();
    let from = from(origin, OldModel::Room, &key);
    match f.imports.bring_room(from, new).await? {
        RoomBrought::Done(_) => Ok(id),
        refused => panic!("it does not come: {refused:?}"),
    }
}

fn old_message(room: RoomId, author: UserRef, number: i64) -> OldMessage {
    OldMessage {
        key: number.to_string().into(),
        number: Some(number),
        room,
        author: author.id,
        client_id: None,
        body: MessageBody::parse(&format!("the {number}th"), 100).expect("a text"),
        media: Vec::new(),
        at: LONG_AGO + Duration::from_secs(number.unsigned_abs()),
        edited_at: None,
        unread: false,
    }
}

async fn bring(
    f: &Fixture,
    origin: i64,
    messages: Vec<OldMessage>,
) -> Result<Vec<MessageBrought>, StoreError> {
    let new = OldMessages {
        origin,
        messages,
        beyond: BEYOND,
        now: f.clock.now(),
    };
    f.imports.bring_messages(new).await
}

/// Who comes has the number that he had, and is known afterwards, as what he became. Another server's person of the same key is
/// another one.
pub async fn a_person_comes_once_and_keeps_his_number(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    assert_eq!(origin(f, "rooms").await?, rooms);
    assert_eq!(f.imports.find_origin(Dialect::Rooms, "rooms").await?, Some(rooms));
    assert_eq!(f.imports.find_origin(Dialect::Relay, "rooms").await?, None);
    let ann = person(f, rooms, "ann", 7).await?;
    assert_eq!(ann.number, 7);
    let account = f.account(ann).await?;
    assert_eq!(
        (account.created_at, account.status),
        (LONG_AGO, AccountStatus::Active)
    );
    let again = old_person(f, "ann.again", 7);
    let again = f
        .imports
        .bring_person(from(rooms, OldModel::Person, "7"), again)
        .await?;
    assert!(matches!(again, PersonBrought::Known), "{again:?}");
    let keys = vec!["7".into(), "8".into()];
    let known = f.imports.brought(rooms, OldModel::Person, keys.clone()).await?;
    let [known] = &known[..] else { panic!("{known:?}") };
    assert_eq!(
        (&*known.key, known.id, known.print),
        ("7", Some(ann.id.uuid()), Some(49))
    );
    assert!(
        f.imports
            .brought(rooms, OldModel::Room, keys.clone())
            .await?
            .is_empty()
    );

    let other = origin(f, "other").await?;
    assert!(f.imports.brought(other, OldModel::Person, keys).await?.is_empty());
    let locked = OldPerson {
        locked: true,
        last_seen: Some(LONG_AGO),
        ..old_person(f, "ben", 7)
    };
    let brought = f
        .imports
        .bring_person(from(other, OldModel::Person, "7"), locked)
        .await?;
    let PersonBrought::Done(account) = brought else {
        panic!("{brought:?}")
    };
    assert_eq!(account.user.number, 101, "7 is taken");
    assert_eq!(
        (account.status, account.last_seen),
        (AccountStatus::Disabled, Some(LONG_AGO))
    );
    Ok(())
}

/// Who has long been at the older server comes into the room of all accounts when he comes here.
pub async fn the_time_of_a_room_never_goes_back(f: &Fixture) -> Tested {
    let bot = f.bot("news-bot").await?;
    let first = f.announce(bot, "Welcome.").await?;
    let everyones = RoomId::new(first.stream.uuid());
    let rooms = origin(f, "rooms").await?;
    let before = f.view(everyones, bot).await?.room.changed_at;
    let ann = person(f, rooms, "ann", 7).await?;
    let room = f.view(everyones, ann).await?.room;
    assert_eq!((room.members, room.changed_at), (2, before));
    Ok(())
}

/// Nobody comes under another's name, or to an address that is another's.
pub async fn a_name_and_an_address_are_one_persons(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    f.person("ann").await?;
    let from = from(rooms, OldModel::Person, "1");
    let taken = f
        .imports
        .bring_person(from.clone(), old_person(f, "Ann", 1))
        .await?;
    assert!(matches!(taken, PersonBrought::UsernameTaken), "{taken:?}");
    let claims = |name: &str| {
        let mut new = old_person(f, name, 1);
        new.account.email = Some(address("ann@example.org"));
        new.account.claims_address = true;
        new
    };
    let first = f.imports.bring_person(from.clone(), claims("eve")).await?;
    let PersonBrought::Done(account) = first else {
        panic!("{first:?}")
    };
    let login = LoginName::Claimed(address("ann@example.org"));
    let found = f.users.credentials(&login).await?;
    assert_eq!(found.map(|found| found.user), Some(account.user));
    let second = Source {
        key: "2".into(),
        ..from
    };
    let taken = f.imports.bring_person(second.clone(), claims("ben")).await?;
    assert!(matches!(taken, PersonBrought::EmailTaken), "{taken:?}");
    let mut used = old_person(f, "ben", 2);
    used.account.id = account.user.id;
    let taken = f.imports.bring_person(second, used).await?;
    assert!(matches!(taken, PersonBrought::IdTaken), "{taken:?}");
    Ok(())
}

/// A mobile number and a register id are one person's, who is known by them as before.
pub async fn a_mobile_number_and_a_register_id_are_kept(f: &Fixture) -> Tested {
    let messenger = f
        .imports
        .open_origin(Dialect::Messenger, "messenger", f.tick())
        .await?;
    let mobile: Mobile = "+41791234567".parse().expect("a number");
    let register_id = CodeDigest([7; 32]);
    let coming = |name: &str, had: i64| {
        let mut new = old_person(f, name, had);
        new.account.mobile = Some(mobile.clone());
        new.register_id = Some(register_id);
        new
    };
    let source = |key: &str| from(messenger, OldModel::Person, key);
    let first = f.imports.bring_person(source("1"), coming("ann", 1)).await?;
    let PersonBrought::Done(ann) = first else {
        panic!("{first:?}")
    };
    let now = f.clock.now();
    let owner = f.register_ids.find(vec![register_id], now).await?;
    assert_eq!(owner.map(|owner| owner.user), Some(ann.user));
    let viewer = f.person("viewer").await?;
    let found = f
        .users
        .search(viewer.id, UserSearch::Given(mobile.clone()), 1)
        .await?;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].user, ann.user);

    let mut second = coming("ben", 3);
    let taken = f.imports.bring_person(source("2"), second.clone()).await?;
    assert!(matches!(taken, PersonBrought::RegisterIdTaken), "{taken:?}");
    second.register_id = None;
    let taken = f.imports.bring_person(source("2"), second.clone()).await?;
    assert!(matches!(taken, PersonBrought::MobileTaken), "{taken:?}");
    second.account.mobile = None;
    let ben = f.imports.bring_person(source("2"), second).await?;
    assert!(
        matches!(&ben, PersonBrought::Done(ben) if ben.user.number == 3),
        "{ben:?}"
    );
    Ok(())
}

/// A group has its number, its name, its members and its owner, who takes no part if he did not. It has room for all who were in it.
pub async fn a_group_comes_with_who_is_in_it(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let nobody = UserRef {
        id: f.nobody(),
        number: 9,
    };
    let new = old_room(f, ann, &[ben, nobody], 50);
    let brought = f
        .imports
        .bring_room(from(rooms, OldModel::Room, "50"), new.clone())
        .await?;
    let RoomBrought::Done(kept) = brought else {
        panic!("{brought:?}")
    };
    assert_eq!(
        (kept.number, kept.left_out, kept.called),
        (50, vec![nobody.id], true)
    );
    let found = f.rooms.attended_room(new.id).await?.expect("it is there");
    assert_eq!((found.attending, found.absent), (vec![ben], 1));
    assert_eq!(found.room.owner, Some(ann.id));
    assert_eq!(found.room.capacity, Capacity::stored(2));
    assert_eq!(
        (found.room.created_at, found.room.changed_at),
        (new.created_at, new.changed_at)
    );
    let called = f.dialects.room_named(Dialect::Greeter, "chat_0123abcd").await?;
    assert_eq!(called, Some(new.id));
    for user in [ann, ben] {
        assert_eq!(f.unread(new.id, user).await?, 0);
    }
    let again = f
        .imports
        .bring_room(from(rooms, OldModel::Room, "50"), new.clone())
        .await?;
    assert_eq!(again, RoomBrought::Known);
    let same_name = OldRoom {
        id: f.room_id(),
        ..new
    };
    let taken = f
        .imports
        .bring_room(from(rooms, OldModel::Room, "51"), same_name)
        .await?;
    assert_eq!(taken, RoomBrought::NameTaken);
    let orphaned = old_room(f, nobody, &[ben], 52);
    let orphaned = f
        .imports
        .bring_room(from(rooms, OldModel::Room, "52"), orphaned)
        .await?;
    assert_eq!(orphaned, RoomBrought::NoOwner);
    Ok(())
}

/// Two people have one direct room, however many conversations they had.
pub async fn two_people_have_one_direct_room(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let pair = |opener: UserRef, peer: UserRef| OldDirect {
        id: f.room_id(),
        numbering: numbered(60),
        opener: opener.id,
        peer: peer.id,
        called: None,
        created_at: LONG_AGO,
    };
    let first = pair(ann, ben);
    let id = first.id;
    let brought = f
        .imports
        .bring_direct(from(rooms, OldModel::Room, "1"), first)
        .await?;
    assert!(
        matches!(&brought, RoomBrought::Done(kept) if kept.number == 60),
        "{brought:?}"
    );
    assert_eq!(f.direct(ben, ann).await?, id);
    let merged = f
        .imports
        .bring_direct(from(rooms, OldModel::Room, "2"), pair(ben, ann))
        .await?;
    assert_eq!(merged, RoomBrought::Merged(id));
    let known = f.imports.brought(rooms, OldModel::Room, vec!["2".into()]).await?;
    assert_eq!(known[0].id, Some(id.uuid()));
    let notes = f
        .imports
        .bring_direct(from(rooms, OldModel::Room, "3"), pair(ann, ann))
        .await?;
    assert!(matches!(notes, RoomBrought::Done(_)), "{notes:?}");
    f.block(ben, eve).await?;
    let apart = f
        .imports
        .bring_direct(from(rooms, OldModel::Room, "4"), pair(eve, ben))
        .await?;
    assert_eq!(apart, RoomBrought::KeptApart);
    Ok(())
}

/// Who is in as many rooms as one may be comes into no other: his own wait until he has place, and those of others come without him.
pub async fn nobody_comes_into_too_many_rooms(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let mut last = None;
    for _ in 0..f.rooms_per_user {
        last = Some(f.group(ann, &[]).await?);
    }
    let own = OldRoom {
        name: "cocoa".parse().expect("a name"),
        ..old_room(f, ann, &[ben], 1)
    };
    let source = |key: &str| from(rooms, OldModel::Room, key);
    let refused = f.imports.bring_room(source("1"), own.clone()).await?;
    assert_eq!(refused, RoomBrought::Crowded(ann.id));
    let pair = OldDirect {
        id: f.room_id(),
        numbering: numbered(2),
        opener: ben.id,
        peer: ann.id,
        called: None,
        created_at: LONG_AGO,
    };
    let refused = f.imports.bring_direct(source("2"), pair).await?;
    assert_eq!(refused, RoomBrought::Crowded(ann.id));
    let bens = OldRoom {
        name: "milk".parse().expect("a name"),
        called: None,
        ..old_room(f, ben, &[ann], 3)
    };
    let RoomBrought::Done(kept) = f.imports.bring_room(source("3"), bens).await? else {
        panic!("it is ben's")
    };
    assert!(kept.left_out.is_empty(), "{kept:?}");
    assert_eq!(kept.crowded, [ann.id]);
    f.leave(last.expect("there are several"), ann).await?;
    let brought = f.imports.bring_room(source("1"), own).await?;
    assert!(matches!(brought, RoomBrought::Done(_)), "{brought:?}");
    Ok(())
}

/// Messages stand at the ends of their rooms under their times and numbers, and come once. Nobody is notified, all have read them, and
/// talk goes on behind them.
pub async fn messages_stand_as_they_were_said(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let tea = room(f, rooms, old_room(f, ann, &[ben], 1)).await?;
    let milk = OldRoom {
        name: "milk".parse().expect("a name"),
        called: None,
        ..old_room(f, ben, &[ann], 2)
    };
    let milk = room(f, rooms, milk).await?;
    let called: ClientId = "relay-is-00".parse().expect("a client id");
    let edited = OldMessage {
        client_id: Some(called.clone()),
        edited_at: Some(LONG_AGO + Duration::from_secs(99)),
        ..old_message(tea, ben, 12)
    };
    let messages = vec![
        old_message(tea, ann, 10),
        old_message(milk, ann, 11),
        edited.clone(),
    ];
    let done = bring(f, rooms, messages.clone()).await?;
    assert_eq!(done, [10, 11, 12].map(MessageBrought::Done));
    assert_eq!(bring(f, rooms, messages).await?, [MessageBrought::Known; 3]);

    let log = f.events(tea).await?;
    let said: Vec<_> = log
        .iter()
        .filter_map(|event| match &event.what {
            What::Message(message) => Some((event.number, event.at, event.actor, message)),
            _ => None,
        })
        .collect();
    let [(10, _, Some(first), _), (12, at, Some(second), message)] = said[..] else {
        panic!("{said:?}")
    };
    assert_eq!((first, second, at), (ann, ben, edited.at));
    assert_eq!(
        (message.body.as_ref(), message.edited_at),
        (Some(&edited.body), edited.edited_at)
    );
    assert_eq!(message.client_id, called);
    for user in [ann, ben] {
        assert_eq!((f.unread(tea, user).await?, f.unread(milk, user).await?), (0, 0));
    }
    let next = f.say(tea, ann, "still there?").await?;
    assert_eq!(next.seq, log.last().expect("much was said").seq.next());
    assert!(next.number > BEYOND.messages);
    assert_eq!(f.unread(tea, ben).await?, 1);

    let late = vec![old_message(tea, ann, 13), old_message(milk, ben, 11)];
    let done = bring(f, rooms, late).await?;
    let [MessageBrought::Done(number), MessageBrought::Known] = done[..] else {
        panic!("{done:?}")
    };
    assert!(number > next.number, "it would not stand in order");
    assert_eq!(
        f.unread(tea, ben).await?,
        2,
        "who has not read the one before has not read it"
    );
    let lost = vec![
        old_message(f.room_id(), ann, 14),
        OldMessage {
            author: f.nobody(),
            ..old_message(tea, ann, 15)
        },
    ];
    assert_eq!(
        bring(f, rooms, lost).await?,
        [MessageBrought::NoRoom, MessageBrought::NoAuthor]
    );
    Ok(())
}

/// What was not read there is not read here, up to where its reader speaks again.
pub async fn what_nobody_has_read_is_unread(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let tea = f.direct(ann, ben).await?;
    let unread = |number| OldMessage {
        unread: true,
        ..old_message(tea, ann, number)
    };
    bring(
        f,
        rooms,
        vec![old_message(tea, ann, 1), unread(2), old_message(tea, ann, 3)],
    )
    .await?;
    assert_eq!((f.unread(tea, ann).await?, f.unread(tea, ben).await?), (0, 2));
    bring(f, rooms, vec![old_message(tea, ann, 4)]).await?;
    assert_eq!(f.unread(tea, ben).await?, 3);
    bring(f, rooms, vec![old_message(tea, ben, 5), unread(6)]).await?;
    assert_eq!((f.unread(tea, ann).await?, f.unread(tea, ben).await?), (0, 1));
    Ok(())
}

/// What somebody said in a group that he has left is said by a member, who comes for it and goes. In a direct room nobody else speaks.
pub async fn who_has_left_comes_to_say_it_and_goes(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let tea = room(f, rooms, old_room(f, ann, &[ben], 1)).await?;
    let before = f.events(tea).await?.len();
    let talk = [(ann, 1), (eve, 2), (eve, 3), (ben, 4)];
    let talk = talk.map(|(author, number)| old_message(tea, author, number));
    let done = bring(f, rooms, talk.to_vec()).await?;
    assert_eq!(done, [1, 2, 3, 4].map(MessageBrought::Done));
    let log = f.happened(tea).await?;
    let joined = What::MembersJoined { users: vec![eve] };
    let left = What::MemberLeft {
        user: eve,
        reason: LeaveReason::Left,
    };
    assert_eq!(log[before + 1], joined);
    assert_eq!(log.last(), Some(&left));
    assert_eq!(log.len(), before + 6);
    assert!(f.events(eve.id).await?.is_empty());
    let direct = f.direct(ann, ben).await?;
    let foreign = bring(f, rooms, vec![old_message(direct, eve, 5)]).await?;
    assert_eq!(foreign, [MessageBrought::NoRoom]);
    Ok(())
}

/// A message shows media of its author, which are kept from then on, and nobody else's.
pub async fn a_message_shows_what_its_author_has_brought(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let tea = f.direct(ann, ben).await?;
    let picture = f.picture(ann).await?;
    let shows = |author| OldMessage {
        media: vec![picture],
        ..old_message(tea, author, 500)
    };
    assert_eq!(
        bring(f, rooms, vec![shows(ben)]).await?,
        [MessageBrought::NoMedia]
    );
    assert_eq!(
        bring(f, rooms, vec![shows(ann)]).await?,
        [MessageBrought::Done(500)]
    );
    let later = f.clock.advance(Duration::from_hours(48));
    while f.media.sweep(later).await? {}
    assert!(f.media.find_shown(picture, later).await?.is_some());
    Ok(())
}

/// A picture stands for whom it stood for, once, and never instead of one that he has chosen here.
pub async fn a_picture_comes_once(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (old, new, chosen) = (
        f.picture(ann).await?,
        f.picture(ann).await?,
        f.picture(ben).await?,
    );
    let stand = async |user: UserRef, key: &str, picture| {
        let from = from(rooms, OldModel::Avatar, key);
        f.imports.bring_avatar(from, user.id, picture, f.tick()).await
    };
    assert_eq!(
        stand(ann, "1", chosen).await?,
        AvatarSet::NoMedia,
        "it is not hers"
    );
    assert_eq!(stand(ann, "1", old).await?, AvatarSet::Done);
    f.media.set_avatar(ann.id, None, f.tick()).await?;
    assert_eq!(stand(ann, "1", new).await?, AvatarSet::Done);
    assert_eq!(f.account(ann).await?.profile.avatar, None);
    f.media.set_avatar(ben.id, Some(chosen), f.tick()).await?;
    let other = f.picture(ben).await?;
    assert_eq!(stand(ben, "2", other).await?, AvatarSet::Done);
    assert_eq!(f.account(ben).await?.profile.avatar, Some(chosen));
    Ok(())
}

/// What is made afterwards has numbers beyond all that the older server has given.
pub async fn later_numbers_are_beyond(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let ann = person(f, rooms, "ann", 100).await?;
    let tea = room(f, rooms, old_room(f, ann, &[], 200)).await?;
    bring(f, rooms, vec![old_message(tea, ann, 1_000)]).await?;
    let ben = f.person("ben").await?;
    assert!(ben.number > 100, "{ben:?}");
    let group = f.group(ben, &[]).await?;
    assert!(f.view(group, ben).await?.room.number > 200);
    assert!(f.say(group, ben, "hello").await?.number > 1_000);
    let brought = f.log.numbered(1_000).await?.expect("a message");
    assert_eq!((brought.stream, brought.number), (tea.into(), 1_000));
    Ok(())
}

/// A key that the older server has given stands for a session like others, and is good in its dialect as long as that lives.
pub async fn a_key_is_good_until_its_session_ends(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let key = |user: UserRef, digest: u8| OldKey {
        digest: [digest; 32],
        session: NewKeySession {
            dialect: Dialect::Rooms,
            session: SessionId::new(f.entropy.uuid(LONG_AGO)),
            user,
            device: "an older server".parse().expect("a device name"),
            address: None,
            at: f.tick(),
            expires_at: f.in_a_month(),
        },
        beyond: BEYOND,
    };
    let source = |user: &str| from(rooms, OldModel::Key, user);
    assert!(f.imports.bring_key(source("1"), key(ann, 1), 10).await?);
    assert!(
        !f.imports.bring_key(source("1"), key(ann, 2), 10).await?,
        "it came before"
    );
    assert!(
        !f.imports.bring_key(source("2"), key(ben, 1), 10).await?,
        "it is ann's"
    );
    let gone = f.person("gone").await?;
    f.users.delete(gone.id, false, f.tick()).await?;
    assert!(
        !f.imports.bring_key(source("3"), key(gone, 3), 10).await?,
        "nobody has it"
    );
    let find = async |dialect: Dialect, digest: u8| {
        let now = f.clock.now();
        f.imports.find_key(dialect, [digest; 32], now).await
    };
    let (session, account) = find(Dialect::Rooms, 1).await?.expect("it is good");
    assert_eq!(account.user, ann);
    assert_eq!(
        f.sessions.list(ann.id, f.clock.now()).await?,
        std::slice::from_ref(&session)
    );
    for (dialect, digest) in [(Dialect::Relay, 1), (Dialect::Rooms, 2)] {
        assert!(find(dialect, digest).await?.is_none());
    }
    assert!(f.sessions.revoke(ann.id, session.id, f.tick()).await?);
    assert!(find(Dialect::Rooms, 1).await?.is_none());
    let now = f.tick();
    while f.sessions.sweep(now, now).await? {}
    assert!(!f.sessions.is_known(session.id).await?, "the key went with it");
    Ok(())
}

/// A list of this owner that was called so.
fn old_list(f: &Fixture, owner: UserRef, called: &str, had: i64) -> OldList {
    OldList {
        id: BroadcastListId::new(f.entropy.uuid(LONG_AGO)),
        numbering: numbered(had),
        owner: owner.id,
        name: "family".parse().expect("a name"),
        called: (Dialect::Messenger, called.into()),
        recipients: Vec::new(),
        created_at: LONG_AGO,
    }
}

/// A list is its owner's, with those recipients whose accounts can be used, and with its name and its number.
pub async fn a_list_comes_with_its_recipients(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let nobody: UserId = f.nobody();
    let new = OldList {
        recipients: vec![ben.id, nobody, ann.id],
        ..old_list(f, ann, "list1234", 9)
    };
    let id = new.id;
    let source = |key: &str| from(rooms, OldModel::Room, key);
    let brought = f.imports.bring_list(source("9"), new.clone()).await?;
    let RoomBrought::Done(kept) = brought else {
        panic!("{brought:?}")
    };
    assert_eq!((kept.number, kept.left_out, kept.called), (9, vec![nobody], true));
    let list = f.broadcasts.find(id, ann.id).await?.expect("it is ann's");
    assert_eq!((list.name.as_str(), list.recipients), ("family", 1));
    let named = f.dialects.name_of_list(Dialect::Messenger, id).await?;
    assert_eq!(named, Some(("list1234".to_owned(), 9)));
    assert_eq!(f.imports.bring_list(source("9"), new).await?, RoomBrought::Known);
    let twin = old_list(f, ben, "list1234", 10);
    assert_eq!(
        f.imports.bring_list(source("10"), twin).await?,
        RoomBrought::NameTaken
    );
    Ok(())
}

/// No number is that of a room and of a list, whichever comes first, and later ones are beyond all of them.
pub async fn rooms_and_lists_are_numbered_together(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let ann = f.person("ann").await?;
    let list = async |key: &str, called: &str, had: i64| {
        let source = from(rooms, OldModel::Room, key);
        let brought = f
            .imports
            .bring_list(source, old_list(f, ann, called, had))
            .await?;
        match brought {
            RoomBrought::Done(kept) => Ok::<i64, StoreError>(kept.number),
            refused => panic!("it does not come: {refused:?}"),
        }
    };
    assert_eq!(list("1", "first", 60).await?, 60);
    let new = OldRoom {
        called: None,
        ..old_room(f, ann, &[], 60)
    };
    let tea = room(f, rooms, new).await?;
    let number = f.view(tea, ann).await?.room.number;
    assert!(number > BEYOND.rooms, "60 is taken: {number}");
    let second = list("2", "second", number).await?;
    assert!(second > number, "it is the room's: {second}");
    let highest = list("3", "third", 190).await?;
    assert_eq!(highest, 190);
    let group = f.group(ann, &[]).await?;
    assert!(f.view(group, ann).await?.room.number > second);
    Ok(())
}

/// A status comes once, is as old as it was, and takes the place of none that is later.
pub async fn a_status_comes_once(f: &Fixture) -> Tested {
    let rooms = origin(f, "rooms").await?;
    let ann = f.person("ann").await?;
    let old = |body: &str, at: Timestamp| NewStatus {
        at,
        expires_at: f.in_a_month(),
        lasting: true,
        ..f.new_status(ann, body)
    };
    let bring = async |key: &str, new: NewStatus| {
        let source = from(rooms, OldModel::Status, key);
        f.imports.bring_status(source, new).await
    };
    let own = async || -> Result<Vec<StatusId>, StoreError> {
        let page = f.statuses.own(ann.id, f.clock.now()).await?;
        Ok(page.statuses.iter().map(|view| view.status.id).collect())
    };
    let first = old("tea", LONG_AGO);
    let first_id = first.id;
    assert_eq!(bring("1", first).await?, StatusBrought::Done);
    assert_eq!(bring("1", old("tea", LONG_AGO)).await?, StatusBrought::Known);
    assert_eq!(own().await?, [first_id]);
    let second = old("milk", LONG_AGO + Duration::from_secs(60));
    let second_id = second.id;
    assert_eq!(bring("2", second).await?, StatusBrought::Done);
    assert_eq!(own().await?, [second_id]);
    let here = f.post(old("cake", f.tick())).await?;
    let late = old("pie", LONG_AGO + Duration::from_secs(120));
    assert_eq!(bring("3", late.clone()).await?, StatusBrought::Outdated);
    assert_eq!(bring("3", late).await?, StatusBrought::Known);
    assert_eq!(own().await?, [here.id]);
    Ok(())
}
