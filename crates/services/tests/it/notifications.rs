//! What people are notified of.

use std::time::Duration;

use parlor_domain::{Mark, PageSize, Seq, Timestamp};
use parlor_services::{About, Actor, BroadcastDraft, Notification, StatusDraft};
use tokio::task::JoinHandle;

use crate::world::{World, group};

async fn unread(world: &World, actor: &Actor) -> Vec<Notification> {
    let notifications = &world.services.notifications;
    let page = notifications
        .list(actor, None, true, PageSize::MAX)
        .await
        .unwrap();
    assert_eq!(u64::try_from(page.notifications.len()).unwrap(), page.unread);
    page.notifications
}

async fn notify(world: &World) {
    while world.services.notifications.notify_due().await.unwrap().messages > 0 {}
}

/// Notifies people as messages come, until it is aborted.
fn run(world: &World) -> JoinHandle<()> {
    let runner = world.services.notifications.clone();
    tokio::spawn(async move { runner.run().await })
}

/// Waits until somebody has so many unread notifications, not as long as till the next look for what another process left.
async fn until_unread(world: &World, actor: &Actor, count: usize) {
    let told = async {
        while unread(world, actor).await.len() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_is_notified_at_once() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let room = world.group(&ann, std::slice::from_ref(&ben)).await;
    let said = world.say(&ann, room, "Hello @Ben, and mail@ann.example").await;
    notify(&world).await;
    let notices = unread(&world, &ben).await;
    assert!(matches!(&notices[0].about, About::Mention(message) if *message == said));
    assert!(matches!(&notices[1].about, About::Invite(invited) if *invited == room));
    assert!(unread(&world, &ann).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_message_waits_for_its_reader() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let opened = world.services.rooms.open_direct(&ann, ben.user.id).await.unwrap();
    let room = opened.into_inner().room.id;
    let one = world.say(&ann, room, "one").await;
    world.pass(1);
    notify(&world).await;
    assert!(unread(&world, &ben).await.is_empty(), "he may be reading it");
    world.pass(1);
    notify(&world).await;
    world.say(&ann, room, "two").await;
    world.pass(2);
    notify(&world).await;
    let notices = unread(&world, &ben).await;
    assert!(matches!(&notices[..], [told] if matches!(&told.about, About::Direct(m) if *m == one)));
    world
        .services
        .marks
        .mark_now(&ben, room, Mark::read(one.seq))
        .await
        .unwrap();
    assert!(unread(&world, &ben).await.is_empty(), "read with the room");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_called_by_admins() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let room = world.group(&ann, std::slice::from_ref(&ben)).await;
    world.say(&ben, room, "@all").await;
    assert!(unread(&world, &ann).await.is_empty());
    let said = world.say(&ann, room, "@all").await;
    let notices = unread(&world, &ben).await;
    assert!(matches!(&notices[0].about, About::All(message) if *message == said));
    let seen = notices[0].at;
    world
        .services
        .notifications
        .read(&ben, Seq::ZERO, Some(seen))
        .await
        .unwrap();
    assert_eq!(unread(&world, &ben).await.len(), 1, "the invitation");
    world
        .services
        .notifications
        .read(&ben, Seq(100), None)
        .await
        .unwrap();
    assert!(unread(&world, &ben).await.is_empty());
    let far = Timestamp::from_micros(i64::MAX);
    world
        .services
        .notifications
        .read(&ben, Seq(u64::MAX), Some(far))
        .await
        .unwrap();
    world.pass(1);
    world.say(&ann, room, "@all").await;
    assert_eq!(
        unread(&world, &ben).await.len(),
        1,
        "nobody sees what is not said yet"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_by_another_process_is_done() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let room = world.group(&ann, std::slice::from_ref(&ben)).await;
    world.say(&ann, room, "@ben").await;
    let later = world.services_anew();
    let done = later.notifications.notify_due().await.unwrap();
    assert_eq!(done.messages, 1);
    notify(&world).await;
    assert_eq!(unread(&world, &ben).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_notified_as_messages_come() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let room = world.group(&ann, std::slice::from_ref(&ben)).await;
    let job = run(&world);
    for count in 2..4 {
        world.say(&ann, room, "@ben").await;
        until_unread(&world, &ben, count).await;
    }
    job.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_notified_as_answers_to_a_status_come() {
    let world = World::new().await;
    let [ann, ben, cleo, dan] = world.people(["ann", "ben", "cleo", "dan"]).await;
    let (contacts, statuses) = (&world.services.contacts, &world.services.statuses);
    for other in [&ben, &cleo, &dan] {
        contacts.put(&ann, other.user.id, None).await.unwrap();
    }
    let tea = StatusDraft {
        body: "tea".to_owned(),
        ..StatusDraft::default()
    };
    let posted = statuses.post(&ann, tea).await.unwrap().into_inner();
    statuses.tend().await.unwrap();
    let job = run(&world);
    for (count, other) in (1..).zip([&ben, &cleo, &dan]) {
        let client_id = "r1".parse().unwrap();
        let answer = statuses.reply(other, posted.status.id, client_id, "enjoy");
        answer.await.unwrap();
        world.pass(2);
        until_unread(&world, &ann, count).await;
    }
    job.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_notified_as_broadcasts_come() {
    let world = World::new().await;
    let [ann, ben, cleo, dan] = world.people(["ann", "ben", "cleo", "dan"]).await;
    let broadcasts = &world.services.broadcasts;
    let job = run(&world);
    for other in [&ben, &cleo, &dan] {
        let list = broadcasts.create(&ann, "customers".parse().unwrap()).await;
        let list = list.unwrap().id;
        broadcasts.add(&ann, list, vec![other.user.id]).await.unwrap();
        let sale = BroadcastDraft {
            client_id: "b1".parse().unwrap(),
            body: "sale".to_owned(),
            media: Vec::new(),
        };
        broadcasts.send(&ann, list, sale).await.unwrap();
        broadcasts.tend().await.unwrap();
        world.pass(2);
        until_unread(&world, other, 1).await;
    }
    job.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn old_notifications_are_forgotten() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    world.services.rooms.create(&ann, group("tea")).await.unwrap();
    let room = world.group(&ann, std::slice::from_ref(&ben)).await;
    world.say(&ann, room, "@ben @all").await;
    assert_eq!(unread(&world, &ben).await.len(), 2);
    notify(&world).await;
    assert_eq!(
        unread(&world, &ben).await.len(),
        2,
        "of a message one is notified once"
    );
    world.pass(91 * 24 * 60 * 60);
    assert!(unread(&world, &ben).await.is_empty(), "before anybody swept");
    while world.services.forget_over().await.unwrap() {}
    assert!(unread(&world, &ben).await.is_empty());
}
