//! API keys, and what backends do with them.

use futures_util::future::join_all;
use parlor_domain::{MediaId, Message, PageSize, RoomId, Seq, UserId, What};
use parlor_services::{
    About, Actor, AnnouncementsSettings, ApiKey, Error, KeyHolder, KeyWish, Made, Saying, Settings,
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::world::{World, code};

fn wish(scopes: &str, bot: Option<&str>) -> KeyWish {
    KeyWish {
        name: "Shop".parse().unwrap(),
        scopes: scopes.parse().unwrap(),
        bot: bot.map(|bot| bot.parse().unwrap()),
        days: None,
    }
}

async fn make(world: &World, wish: KeyWish) -> (String, ApiKey) {
    let (text, key) = world.services.api_keys.make_by_operator(wish).await.unwrap();
    (text.expose_secret().to_owned(), key)
}

async fn holder(world: &World, scopes: &str, bot: Option<&str>) -> KeyHolder {
    let (text, _) = make(world, wish(scopes, bot)).await;
    world.services.api_keys.authenticate(&text).await.unwrap()
}

fn saying(key: &str, text: &str) -> Saying {
    Saying {
        idempotency_key: key.parse().unwrap(),
        text: text.to_owned(),
        media: Vec::new(),
    }
}

/// A group of somebody with a bot in it.
async fn group_with(world: &World, ann: &Actor, bot: &str) -> RoomId {
    let room = world.group(ann, &[]).await;
    let bot = world.id(bot).await;
    world.services.rooms.add(ann, room, vec![bot]).await.unwrap();
    room
}

fn message(event: &parlor_domain::Event) -> &Message {
    match &event.what {
        What::Message(message) => message,
        other => panic!("no message: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_and_kept_as_its_digest() {
    let world = World::new().await;
    let (text, key) = make(&world, wish("notify:user", None)).await;
    assert!(text.starts_with("parlor_") && text.len() == 50, "{text}");
    assert!(!world.keeps(text.as_bytes()) && !world.keeps(&text.as_bytes()[7..]));
    let listed = world.services.api_keys.list_by_operator().await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&key));
    assert!(!format!("{key:?}").contains(&text[7..]));

    let keys = &world.services.api_keys;
    let found = keys.authenticate(&text).await.unwrap();
    assert!(!format!("{found:?}").contains(&text[7..]));
    let used = keys.list_by_operator().await.unwrap()[0].used_at.unwrap();
    world.pass(30);
    keys.authenticate(&text).await.unwrap();
    assert_eq!(
        keys.list_by_operator().await.unwrap()[0].used_at,
        Some(used),
        "to the minute"
    );
    world.pass(30);
    keys.authenticate(&text).await.unwrap();
    assert!(keys.list_by_operator().await.unwrap()[0].used_at > Some(used));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_opens_nothing() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let token = world.log_in("ann").await.unwrap();
    let keys = &world.services.api_keys;
    let (text, key) = make(
        &world,
        KeyWish {
            days: Some(1),
            ..wish("notify:user", None)
        },
    )
    .await;
    let other = format!("{}A", &text[..text.len() - 1]);
    for text in ["", "parlor_", &text[7..], &other, token.access.expose_secret()] {
        assert_eq!(code(keys.authenticate(text).await), "invalid_api_key", "{text}");
    }
    assert_eq!(
        code(world.services.sessions.authenticate(&text)),
        "invalid_token",
        "it is no user"
    );
    keys.authenticate(&text).await.unwrap();
    // Another node revokes it.
    let elsewhere = world.services_anew();
    elsewhere.api_keys.revoke_by_operator(key.number).await.unwrap();
    assert_eq!(code(keys.authenticate(&text).await), "invalid_api_key");
    assert_eq!(code(keys.revoke_by_operator(key.number).await), "no_such_api_key");
    let (text, _) = make(
        &world,
        KeyWish {
            days: Some(1),
            ..wish("notify:user", None)
        },
    )
    .await;
    world.pass(24 * 60 * 60);
    assert_eq!(
        code(keys.authenticate(&text).await),
        "invalid_api_key",
        "it has expired"
    );
    for refused in [
        code(keys.make(&ann, wish("post", None)).await),
        code(keys.list(&ann).await),
        code(keys.revoke(&ann, 1).await),
    ] {
        assert_eq!(refused, "forbidden");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_is_nobody_who_logs_in() {
    let world = World::new().await;
    world.person("ann").await;
    let keys = &world.services.api_keys;
    let (_, one) = make(&world, wish("post", Some("shop-bot"))).await;
    let (_, two) = make(&world, wish("post", Some("Shop-Bot"))).await;
    assert_eq!(one.bot, two.bot, "the bot of this name is taken");
    let of_person = keys.make_by_operator(wish("post", Some("ann"))).await;
    assert_eq!(code(of_person), "username_taken");
    let without = keys.make_by_operator(wish("post", None)).await.unwrap_err();
    assert_eq!(without.field(), Some("bot"));
    for days in [0, 3_651] {
        let wanted = KeyWish {
            days: Some(days),
            ..wish("notify:user", None)
        };
        assert_eq!(
            keys.make_by_operator(wanted).await.unwrap_err().field(),
            Some("days")
        );
    }
    let bot = world.id("shop-bot").await;
    world
        .services
        .accounts
        .set_password(bot, crate::world::password("correct horse"))
        .await
        .unwrap();
    let in_vain = world.begin("shop-bot", "correct horse").await;
    assert_eq!(code(in_vain), "wrong_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bot_is_made_for_one_key_too_many() {
    let world = World::new().await;
    let keys = &world.services.api_keys;
    let made = join_all((0..1_000).map(|_| keys.make_by_operator(wish("notify:user", None)))).await;
    assert!(made.iter().all(Result::is_ok));
    let refused = keys.make_by_operator(wish("post", Some("shop-bot"))).await;
    assert_eq!(code(refused), "too_many_api_keys");
    let name = "shop-bot".parse().unwrap();
    let bot = world.services.accounts.find_by_username(&name).await;
    assert_eq!(code(bot), "no_such_user");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_do_what_it_is_for() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let backends = &world.services.backends;
    let user = holder(&world, "notify:user", None).await;
    let post = holder(&world, "post", Some("shop-bot")).await;
    let room = group_with(&world, &ann, "shop-bot").await;
    let said = saying("1", "Hello.");
    assert_eq!(
        code(backends.notify_user(&post, ann.user.id, None, said.clone()).await),
        "missing_scope"
    );
    assert_eq!(
        code(backends.notify_room(&post, room, said.clone()).await),
        "missing_scope"
    );
    assert_eq!(
        code(backends.post(&user, room, said.clone(), None).await),
        "missing_scope"
    );
    assert_eq!(code(user.bot()), "no_bot");
    backends
        .notify_user(&user, ann.user.id, None, said.clone())
        .await
        .unwrap();
    backends.post(&post, room, said, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_notified_once() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let backends = &world.services.backends;
    let key = holder(&world, "notify:user", None).await;
    let title = Some("Your order".parse().unwrap());
    let notify = |said: Saying| backends.notify_user(&key, ann.user.id, title.clone(), said);
    let made = notify(saying("1", "It is on its way.")).await.unwrap();
    let Made::New(seq) = made else { panic!("it is new") };
    let again = notify(saying("1", "It is on its way.")).await.unwrap();
    assert!(matches!(again, Made::Known(known) if known == seq));
    assert_eq!(
        code(notify(saying("1", "It is late.")).await),
        "idempotency_conflict"
    );
    let page = world
        .services
        .notifications
        .list(&ann, None, true, PageSize::MAX)
        .await
        .unwrap();
    assert_eq!(page.unread, 1);
    let told = &page.notifications[0];
    assert!(
        matches!(&told.about, About::Published(said) if said.text.as_str() == "It is on its way."
            && said.from.as_str() == "Shop" && said.title == title)
    );
    let nobody = UserId::new(Uuid::from_u128(7));
    let refused = backends
        .notify_user(&key, nobody, None, saying("2", "Hello?"))
        .await;
    assert_eq!(code(refused), "no_such_user");
    let text = notify(saying("3", &"x".repeat(4_097))).await.unwrap_err();
    assert_eq!((text.code(), text.field()), ("invalid", Some("text")));
    assert_eq!(notify(saying("3", "")).await.unwrap_err().field(), Some("text"));
    let media = |count: u128| (0..count).map(|n| MediaId::new(Uuid::from_u128(n))).collect();
    let with = |count| Saying {
        media: media(count),
        ..saying("4", "")
    };
    assert_eq!(notify(with(5)).await.unwrap_err().field(), Some("media"));
    assert_eq!(code(notify(with(1)).await), "no_bot");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_is_a_member_like_any() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let backends = &world.services.backends;
    let key = holder(&world, "post,notify:room", Some("shop-bot")).await;
    let room = world.group(&ann, std::slice::from_ref(&ben)).await;
    let post = |said: Saying, to: Option<Seq>| backends.post(&key, room, said, to);
    assert_eq!(code(post(saying("1", "Hello."), None).await), "no_such_room");
    let bot = world.id("shop-bot").await;
    world.services.rooms.add(&ann, room, vec![bot]).await.unwrap();

    let event = post(saying("1", "Hello @all"), None).await.unwrap().into_inner();
    assert_eq!(event.actor.map(|actor| actor.id), Some(bot));
    assert!(!message(&event).mentions.all, "it is no admin");
    let again = post(saying("1", "Hello @all"), None).await.unwrap();
    assert!(matches!(again, Made::Known(known) if known == event));
    assert_eq!(
        code(post(saying("1", "Bye."), None).await),
        "idempotency_conflict"
    );
    assert_eq!(
        code(post(saying("2", "?"), Some(Seq(1_000))).await),
        "no_such_message"
    );
    assert_eq!(
        post(saying("2", ""), None).await.unwrap_err().field(),
        Some("text")
    );

    let called = backends
        .notify_room(&key, room, saying("3", "Closed on Monday."))
        .await;
    let called = called.unwrap().into_inner();
    assert!(message(&called).mentions.all);
    let page = world
        .services
        .notifications
        .list(&ben, None, true, PageSize::MAX)
        .await
        .unwrap();
    assert!(matches!(&page.notifications[0].about, About::All(message) if *message == called));

    world.services.accounts.disable(bot).await.unwrap();
    let (text, _) = make(&world, wish("post", Some("shop-bot"))).await;
    let key = world.services.api_keys.authenticate(&text).await.unwrap();
    let refused = backends.post(&key, room, saying("4", "Hello?"), None).await;
    assert_eq!(code(refused), "no_bot", "its account is locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_used_so_often_a_minute() {
    let world = World::with(Settings {
        limits: true,
        ..Settings::default()
    })
    .await;
    let (text, _) = make(&world, wish("notify:user", None)).await;
    let keys = &world.services.api_keys;
    for _ in 0..600 {
        keys.authenticate(&text).await.unwrap();
    }
    let refused = keys.authenticate(&text).await.unwrap_err();
    assert!(matches!(refused, Error::TooManyTries(_)), "{refused:?}");
    world.pass(60);
    keys.authenticate(&text).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_is_told_by_one_scope_only() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let backends = &world.services.backends;
    let post = holder(&world, "post,notify:room", Some("news-bot")).await;
    let said = saying("1", "Closed on Monday.");
    assert_eq!(
        code(backends.notify_everyone(&post, said.clone()).await),
        "missing_scope"
    );
    let without = KeyWish {
        bot: None,
        ..wish("notify:everyone", None)
    };
    let refused = world
        .services
        .api_keys
        .make_by_operator(without)
        .await
        .unwrap_err();
    assert_eq!(refused.field(), Some("bot"));

    let news = holder(&world, "notify:everyone", Some("news-bot")).await;
    let made = backends.notify_everyone(&news, said.clone()).await.unwrap();
    let again = backends.notify_everyone(&news, said).await.unwrap();
    let event = made.into_inner();
    assert!(matches!(again, Made::Known(known) if known == event));
    assert!(message(&event).mentions.all);
    let other = backends
        .notify_everyone(&news, saying("1", "Open on Monday."))
        .await;
    assert_eq!(code(other), "idempotency_conflict");
    let room = RoomId::new(event.stream.uuid());
    assert_eq!(
        code(backends.post(&post, room, saying("2", "me too"), None).await),
        "read_only",
        "the bot is in, but its other key may not speak"
    );
    assert_eq!(
        code(backends.notify_room(&post, room, saying("3", "me too")).await),
        "read_only"
    );

    // Another process begins, and ends in between.
    let gathered = world.services_anew().announcements.gather().await.unwrap();
    assert_eq!((gathered.people, gathered.more), (2, false));
    for user in [&ann, &ben] {
        let page = world
            .services
            .notifications
            .list(user, None, true, PageSize::MAX)
            .await
            .unwrap();
        assert_eq!(page.unread, 1);
        assert_eq!(
            code(world.services.rooms.leave(user, room).await),
            "everyones_room"
        );
    }
    let cleo = world.person("cleo").await;
    let view = world.services.rooms.find(&cleo, room).await.unwrap();
    assert_eq!((view.unread, view.last_message), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_room_of_all_is_called_as_the_operator_wants() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let news = holder(&world, "notify:everyone", Some("news-bot")).await;
    let first = world
        .services
        .backends
        .notify_everyone(&news, saying("1", "Hello."))
        .await;
    let room = RoomId::new(first.unwrap().into_inner().stream.uuid());
    world.services.announcements.gather().await.unwrap();
    let name = |view: parlor_services::RoomView| view.room.name.unwrap().to_string();
    let find = async || world.services.rooms.find(&ann, room).await.unwrap();
    assert_eq!(name(find().await), "Announcements");
    let settings = Settings {
        announcements: AnnouncementsSettings {
            name: "News".parse().unwrap(),
        },
        ..Settings::default()
    };
    let renamed = world.services_with(world.ports.clone(), settings);
    let said = renamed
        .backends
        .notify_everyone(&news, saying("2", "Hello."))
        .await;
    assert_eq!(said.unwrap().into_inner().stream, room.into());
    assert_eq!(name(find().await), "News");
}
