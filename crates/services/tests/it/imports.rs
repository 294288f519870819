//! What comes from older servers.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;

use parlor_domain::{
    Account, Dialect, FileName, MediaId, PageSize, RoomId, RoomKind, Timestamp, UserId, What,
};
use parlor_ports::{Beyond, Clock, HistoryRange, OldModel};
use parlor_services::{
    Actor, Change, Error, MediaBrought, MessagesSettings, OldAccount, OldConversation, OldGroup,
    OldRecipients, OldServerId, OldStatus, OldWords, PersonCame, RoomCame, Said, Settings, Unique,
};
use secrecy::SecretString;
use uuid::Uuid;

use crate::halls::HALL;
use crate::world::World;

const LONG_AGO: Timestamp = Timestamp::from_micros(1_500_000_000_000_000);
/// A name that nobody could guess.
const DRAWN: Uuid = Uuid::from_u128(0x0b1c_2d3e_4f50_4a61_8b72_9c83_ad94_be05);
const KEY: &str = "0123456789abcdef0123456789abcdef01234567";

async fn begin(world: &World) -> OldServerId {
    let beyond = Beyond {
        people: 50,
        rooms: 50,
        messages: 50,
    };
    let imports = &world.services.imports;
    imports.begin(Dialect::Rooms, "rooms", beyond).await.unwrap()
}

fn account(key: &str, username: &str) -> OldAccount {
    OldAccount {
        key: key.into(),
        number: key.parse().ok(),
        id: None,
        username: username.to_owned(),
        display_name: String::new(),
        first_name: "Ann".to_owned(),
        last_name: "Smith".to_owned(),
        email: "ann@example.org".to_owned(),
        claims_address: true,
        password: "letmein".into(),
        mobile: "41791234567".to_owned(),
        register_id: "aB3$xY-z".into(),
        about: "  busy\u{7} ".to_owned(),
        locked: false,
        joined_at: Some(LONG_AGO),
        last_seen: None,
    }
}

async fn come(world: &World, from: OldServerId, old: &OldAccount) -> (Account, Vec<Change>) {
    match world.services.imports.person(from, old).await.unwrap() {
        PersonCame::Now { account, changes } => (*account, changes),
        PersonCame::Known => panic!("he came before"),
    }
}

/// A conversation that ann had with ben.
async fn conversation(world: &World, from: OldServerId, ann: &Actor, ben: &Actor) -> RoomId {
    let old = OldConversation {
        key: "7".into(),
        number: Some(7),
        id: Some(RoomId::new(DRAWN)),
        opener: ann.user.id,
        peer: ben.user.id,
        called: None,
        created_at: LONG_AGO,
    };
    let imports = &world.services.imports;
    let came = imports.conversation(from, &old).await.unwrap();
    assert_eq!(came, RoomCame::Now(Vec::new()));
    assert_eq!(imports.conversation(from, &old).await.unwrap(), RoomCame::Known);
    RoomId::new(DRAWN)
}

fn words(room: RoomId, author: UserId, number: i64, text: &str, media: &[MediaId]) -> OldWords {
    OldWords {
        key: number.to_string().into(),
        number: Some(number),
        room,
        author,
        called: None,
        text: text.to_owned(),
        media: media.to_vec(),
        at: LONG_AGO,
        edited_at: None,
        unread: false,
    }
}

/// A file with this in it.
fn file(content: &str) -> File {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file.reopen().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_is_as_he_was_as_far_as_that_can_be() {
    let world = World::new().await;
    let from = begin(&world).await;
    let (ann, changes) = come(&world, from, &account("7", "ann")).await;
    assert_eq!((ann.user.number, ann.created_at, ann.admin), (7, LONG_AGO, false));
    assert_eq!(ann.display_name.as_str(), "Ann Smith");
    let profile = &ann.profile;
    assert_eq!(profile.about.as_ref().map(|about| about.as_str()), Some("busy"));
    assert_eq!(
        profile.mobile.as_ref().map(|mobile| mobile.as_str()),
        Some("+41791234567")
    );
    let [Change::Lost { what: "password", .. }] = changes[..] else {
        panic!("{changes:?}")
    };
    let (twin, changes) = come(&world, from, &account("8", "Ann")).await;
    assert_eq!((twin.username.as_str(), twin.user.number), ("Ann2", 8));
    assert!(changes.contains(&Change::Renamed("Ann2".to_owned())));
    let whats: Vec<&str> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Lost { what, .. } => Some(*what),
            _ => None,
        })
        .collect();
    assert_eq!(
        whats,
        [
            "password",
            "register id",
            "log in by e-mail address",
            "mobile number"
        ]
    );
    let owner = world.services.register_ids.owner("aB3$xY-z").await.unwrap();
    assert_eq!(owner.map(|owner| owner.user), Some(ann.user));
    assert!(!world.keeps(b"aB3$xY-z"), "a hash of it is kept");
    let viewer = world.person("viewer").await;
    let mobile = "+41791234567".parse().unwrap();
    let found = world.services.accounts.find_by_mobile(&viewer, mobile).await;
    assert_eq!(found.unwrap().map(|found| found.user), Some(ann.user));
    let again = world.services.imports.person(from, &account("8", "other")).await;
    assert!(matches!(again.unwrap(), PersonCame::Known));
    let known = world
        .services
        .imports
        .brought(from, OldModel::Person, vec!["8".into()]);
    let known = known.await.unwrap();
    assert_eq!(known["8"].id, Some(twin.user.id.uuid()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rehearsal_knows_what_those_before_would_have() {
    let world = World::new().await;
    let from = begin(&world).await;
    let imports = &world.services.imports;
    let [ann, twin] = [("7", "ann"), ("8", "Ann")].map(|(key, username)| account(key, username));
    let nothing = HashSet::new();
    let taken: HashSet<Unique> = imports.unique(&ann).into_iter().collect();
    let lost = async |old: &OldAccount, taken: &HashSet<Unique>| -> Vec<&'static str> {
        let changes = imports.rehearse_person(from, old, taken).await.unwrap();
        let whats = changes.into_iter().filter_map(|change| match change {
            Change::Lost { what, .. } => Some(what),
            _ => None,
        });
        whats.collect()
    };
    assert_eq!(lost(&ann, &nothing).await, ["password"]);
    assert_eq!(
        lost(&twin, &taken).await,
        [
            "password",
            "log in by e-mail address",
            "mobile number",
            "register id"
        ]
    );
    assert!(imports.unique(&twin).contains(&Unique::Name("ann".to_owned())));
}

/// A group of ann's that had place for so many.
fn group(key: &str, ann: &Actor, members: &[&Actor], capacity: u32) -> OldGroup {
    OldGroup {
        key: key.into(),
        number: key.parse().ok(),
        name: format!("tea {key}"),
        unique_name: None,
        closed: false,
        capacity: Some(capacity),
        owner: ann.user.id,
        inherited: false,
        owner_absent: true,
        members: members.iter().map(|member| member.user.id).collect(),
        called: None,
        created_at: LONG_AGO,
        changed_at: LONG_AGO,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_has_place_for_no_more_than_one_here_may_have() {
    let mut settings = Settings::default();
    settings.rooms.max_members = 3;
    let world = World::with(settings).await;
    let from = begin(&world).await;
    let [ann, ben, cleo, dan] = world.people(["ann", "ben", "cleo", "dan"]).await;
    let imports = &world.services.imports;
    let (few, all) = ([&ben], [&ben, &cleo, &dan]);
    for (old, told, capacity) in [
        (group("1", &ann, &few, 2), None, 3),
        (group("2", &ann, &few, u32::MAX), Some(2), 3),
        (group("3", &ann, &all, 3), None, 4),
        (group("4", &ann, &all, 2_000_000_000), Some(3), 4),
    ] {
        let came = imports.group(from, &old).await.unwrap();
        let told: Vec<Change> = told.map(Change::Places).into_iter().collect();
        assert_eq!(came, RoomCame::Now(told), "{old:?}");
        let known = imports.brought(from, OldModel::Room, vec![old.key.clone()]);
        let room = known.await.unwrap()[&old.key].id.unwrap();
        let view = world.services.rooms.find(&ann, RoomId::new(room)).await.unwrap();
        assert_eq!(view.room.capacity.members(), capacity, "{old:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_in_too_many_rooms_is_named() {
    let world = World::with_store(Settings::default(), |store| store.rooms_per_user = 1).await;
    let from = begin(&world).await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let imports = &world.services.imports;
    let first = OldGroup {
        inherited: true,
        ..group("1", &ann, &[], 5)
    };
    let came = imports.group(from, &first).await.unwrap();
    let RoomCame::Now(changes) = came else {
        panic!("{came:?}")
    };
    assert!(
        matches!(changes[..], [Change::Lost { what: "owner", .. }]),
        "{changes:?}"
    );
    let second = imports.group(from, &group("2", &ann, &[&ben], 5)).await.unwrap();
    assert_eq!(second, RoomCame::Crowded(ann.user.id));
    let bens = imports.group(from, &group("3", &ben, &[&ann], 5)).await.unwrap();
    assert_eq!(bens, RoomCame::Now(vec![Change::Crowded(1)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_keeps_the_name_that_nobody_could_guess() {
    let world = World::new().await;
    let from = begin(&world).await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let room = conversation(&world, from, &ann, &ben).await;
    let (imports, dialects) = (&world.services.imports, &world.services.dialects);
    let bring = async |owner: &Actor, content: &str| {
        let name = FileName::tame("notes.txt");
        imports
            .media(owner.user.id, file(content), name, Some(DRAWN))
            .await
            .unwrap()
    };
    let first = bring(&ann, "hello").await;
    let MediaBrought::Done {
        media,
        kept_name: true,
    } = first
    else {
        panic!("{first:?}")
    };
    assert_eq!(dialects.media_name(media), DRAWN);
    assert!(
        matches!(dialects.find_media(DRAWN).await, Err(Error::NoSuchMedia)),
        "nothing shows it yet"
    );
    assert_eq!(bring(&ann, "hello").await, first, "it is taken in anew");
    let said = imports
        .words(from, vec![words(room, ann.user.id, 9, "look", &[media])])
        .await;
    assert_eq!(said.unwrap(), [Said::Now(Vec::new())]);
    assert_eq!(dialects.find_media(DRAWN).await.unwrap().media.id, media);
    assert_eq!(bring(&ann, "hello").await, first, "it is shown already");
    let other = bring(&ben, "hello").await;
    assert!(
        matches!(other, MediaBrought::Done { kept_name: false, .. }),
        "{other:?}"
    );
    let empty = bring(&ben, "").await;
    assert!(matches!(empty, MediaBrought::Refused(_)), "{empty:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_too_long_becomes_several() {
    let settings = Settings {
        messages: MessagesSettings { max_body: 100 },
        ..Settings::default()
    };
    let world = World::with(settings).await;
    let from = begin(&world).await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let room = conversation(&world, from, &ann, &ben).await;
    let long = "tea and milk; ".repeat(20);
    let imports = &world.services.imports;
    let talk = vec![
        words(room, ann.user.id, 41, &long, &[]),
        words(room, ben.user.id, 42, "so long", &[]),
        words(RoomId::new(Uuid::max()), ben.user.id, 43, "where am I?", &[]),
    ];
    let said = imports.words(from, talk.clone()).await.unwrap();
    let [Said::Now(first), Said::Now(second), Said::Lost(_)] = &said[..] else {
        panic!("{said:?}")
    };
    assert!(matches!(first[..], [Change::Lost { .. }]), "{first:?}");
    // The parts have later numbers, and what is said after them has later ones still.
    assert!(matches!(second[..], [Change::Renumbered(_)]), "{second:?}");
    let again = imports.words(from, talk).await.unwrap();
    assert_eq!(again[..2], [Said::Known, Said::Known]);
    let history = world
        .services
        .messages
        .history(&ann, room, HistoryRange::Newest, PageSize::default())
        .await
        .unwrap();
    let texts: Vec<String> = history
        .messages
        .iter()
        .filter_map(|event| match &event.what {
            What::Message(message) => message.body.as_ref().map(|body| body.as_str().to_owned()),
            _ => None,
        })
        .collect();
    let (last, parts) = texts.split_last().unwrap();
    assert_eq!((last.as_str(), parts.concat()), ("so long", long));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_key_is_good_until_its_session_is_ended() {
    let world = World::new().await;
    let from = begin(&world).await;
    let ann = world.person("ann").await;
    let (imports, dialects) = (&world.services.imports, &world.services.dialects);
    let secret = SecretString::from(KEY);
    assert!(!imports.key(from, "1", ann.user, &"no key".into()).await.unwrap());
    assert!(imports.key(from, "1", ann.user, &secret).await.unwrap());
    assert!(!imports.key(from, "1", ann.user, &secret).await.unwrap());
    let guest = dialects.inspect_key(Dialect::Rooms, KEY).await.unwrap().unwrap();
    assert_eq!(guest.actor.user, ann.user);
    for (dialect, key) in [
        (Dialect::Relay, KEY),
        (Dialect::Rooms, &KEY[1..]),
        (Dialect::Rooms, ""),
    ] {
        assert!(dialects.inspect_key(dialect, key).await.unwrap().is_none());
    }
    assert!(!world.keeps(KEY.as_bytes()), "only its digest is kept");
    let sessions = &world.ports.sessions;
    let ended = sessions.revoke(ann.user.id, guest.actor.session, world.clock.now());
    assert!(ended.await.unwrap());
    assert!(dialects.inspect_key(Dialect::Rooms, KEY).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_is_known_to_have_said_stands_in_the_hall_of_its_dialect() {
    let world = World::new().await;
    let from = begin(&world).await;
    let imports = &world.services.imports;
    let (hall, keeper) = imports.hall(from, HALL, LONG_AGO).await.unwrap();
    let again = imports.hall(from, HALL, world.clock.now()).await.unwrap();
    assert_eq!(again, (hall, keeper));
    let said = OldWords {
        called: Some("relay-is-00".parse().unwrap()),
        ..words(hall, keeper.id, 1, "look", &[])
    };
    let became = imports.words(from, vec![said.clone()]).await.unwrap();
    assert_eq!(became, [Said::Now(Vec::new())]);

    let ann = world.person("ann").await;
    let account = world.services.accounts.find(ann.user.id).await.unwrap();
    let entered = world.services.halls.enter(HALL, &account).await.unwrap();
    assert_eq!(entered, hall);
    let view = world.services.rooms.find(&ann, hall).await.unwrap();
    assert_eq!(
        (view.room.kind, view.room.owner, view.room.created_at),
        (RoomKind::Channel, Some(keeper.id), LONG_AGO)
    );
    let messages = &world.services.messages;
    let page = messages.history(&ann, hall, HistoryRange::Newest, PageSize::default());
    let page = page.await.unwrap();
    let [event] = &page.messages[..] else {
        panic!("{:?}", page.messages)
    };
    assert_eq!((event.number, event.at, event.actor), (1, LONG_AGO, Some(keeper)));
    let What::Message(message) = &event.what else {
        panic!("{event:?}")
    };
    assert_eq!(Some(&message.client_id), said.called.as_ref());

    let now = world.clock.now();
    world.ports.rooms.delete(hall, keeper, now).await.unwrap();
    let (other, _) = imports.hall(from, HALL, LONG_AGO).await.unwrap();
    assert_ne!(other, hall, "it is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_called_as_it_was_if_nothing_else_is() {
    let world = World::new().await;
    let imports = &world.services.imports;
    let beyond = Beyond::default();
    let from = imports
        .begin(Dialect::Messenger, "messenger", beyond)
        .await
        .unwrap();
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let list = |key: &str, called: &str| OldRecipients {
        key: key.into(),
        number: key.parse().ok(),
        name: called.to_owned(),
        owner: ann.user.id,
        recipients: vec![ben.user.id],
        called: Some(called.into()),
        created_at: LONG_AGO,
    };
    let first = imports.recipients(from, &list("7", "list1234")).await.unwrap();
    assert_eq!(first, RoomCame::Now(Vec::new()));
    for (key, called) in [("8", "list1234"), ("9", "no name")] {
        let came = imports.recipients(from, &list(key, called)).await.unwrap();
        let RoomCame::Now(changes) = came else {
            panic!("{came:?}")
        };
        assert!(
            matches!(
                changes[..],
                [Change::Lost {
                    what: "name in its dialect",
                    ..
                }]
            ),
            "{changes:?}"
        );
    }
    let dialects = &world.services.dialects;
    for number in [7, 8, 9] {
        let found = dialects.list_numbered(Dialect::Messenger, number).await.unwrap();
        let named = dialects.name_of_list(Dialect::Messenger, found.unwrap()).await;
        let (name, own) = named.unwrap().unwrap();
        assert_eq!((name.len(), own), (8, number));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_is_shown_until_another_is() {
    let world = World::new().await;
    let from = begin(&world).await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    conversation(&world, from, &ann, &ben).await;
    let imports = &world.services.imports;
    let status = |key: &str, text: &str| OldStatus {
        key: key.into(),
        author: ann.user,
        text: text.to_owned(),
        media: None,
        at: LONG_AGO,
    };
    let came = imports.status(from, &status("1", "drinking tea")).await.unwrap();
    assert_eq!(came, Said::Now(Vec::new()));
    let again = imports.status(from, &status("1", "drinking tea")).await.unwrap();
    assert_eq!(again, Said::Known);
    let nothing = imports.status(from, &status("2", " ")).await.unwrap();
    assert!(matches!(nothing, Said::Lost(_)), "{nothing:?}");
    world.pass(10 * 24 * 60 * 60);
    let shown = world
        .services
        .statuses
        .current(&ben, &[ann.user.id])
        .await
        .unwrap();
    let shown = &shown[&ann.user.id];
    assert_eq!((shown.body.as_str(), shown.at), ("drinking tea", LONG_AGO));
}
