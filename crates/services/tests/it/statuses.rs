//! Status updates.

mod lasting;
mod untold;

use std::time::Duration;

use parlor_domain::{PageSize, Reach, StatusAudience, StatusId, What};
use parlor_services::{Actor, Settings, StatusDraft, StatusSide, StatusesSettings};

use crate::world::{World, code};

fn draft(body: &str) -> StatusDraft {
    StatusDraft {
        body: body.to_owned(),
        ..StatusDraft::default()
    }
}

async fn knows(world: &World, owner: &Actor, contact: &Actor) {
    let put = world.services.contacts.put(owner, contact.user.id, None);
    put.await.unwrap();
}

/// Posts a status and has everybody told.
async fn post(world: &World, author: &Actor, body: &str) -> StatusId {
    let statuses = &world.services.statuses;
    let posted = statuses.post(author, draft(body)).await.unwrap();
    statuses.tend().await.unwrap();
    posted.into_inner().status.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_is_shown_for_a_day_and_then_nothing_is_left() {
    let world = World::new().await;
    let statuses = &world.services.statuses;
    let [ann, ben, eve] = world.people(["ann", "ben", "eve"]).await;
    knows(&world, &ann, &ben).await;
    let status = post(&world, &ann, "crossing the Gotthard").await;
    let feed = statuses.feed(&ben, None, PageSize::MAX).await.unwrap();
    assert_eq!(feed.statuses.len(), 1);
    assert_eq!(feed.statuses[0].status.body.as_str(), "crossing the Gotthard");
    assert_eq!(code(statuses.find(&eve, status).await), "no_such_status");
    statuses.mark_viewed(&ben, status).await.unwrap();
    let own = statuses.own(&ann).await.unwrap();
    assert!(matches!(own.statuses[0].side, StatusSide::Own { views: 1, .. }));
    let views = statuses.views(&ann, status, None, PageSize::MAX).await.unwrap();
    assert_eq!(views.views[0].user, ben.user);

    world.pass(24 * 60 * 60);
    for person in [&ann, &ben] {
        assert_eq!(code(statuses.find(person, status).await), "no_such_status");
    }
    assert_eq!(code(statuses.mark_viewed(&ben, status).await), "no_such_status");
    let page = statuses.views(&ann, status, None, PageSize::MAX).await;
    assert_eq!(code(page), "no_such_status");
    assert!(statuses.own(&ann).await.unwrap().statuses.is_empty());
    assert!(
        statuses
            .feed(&ben, None, PageSize::MAX)
            .await
            .unwrap()
            .statuses
            .is_empty()
    );
    let client_id = "r1".parse().unwrap();
    assert_eq!(
        code(statuses.reply(&ben, status, client_id, "hi").await),
        "no_such_status"
    );
    statuses.tend().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_a_direct_message_that_names_the_status() {
    let world = World::new().await;
    let statuses = &world.services.statuses;
    let [ann, ben, eve] = world.people(["ann", "ben", "eve"]).await;
    knows(&world, &ann, &ben).await;
    // Whoever may see a status is a contact of its author, and so reaches him.
    let reserved = parlor_domain::ProfileChange {
        reach: Some(Reach::Contacts),
        ..Default::default()
    };
    world
        .services
        .accounts
        .change_profile(&ann, reserved)
        .await
        .unwrap();
    let status = post(&world, &ann, "tea").await;
    let answer = async |actor: &Actor, id: &str, body: &str| {
        let client_id = id.parse().unwrap();
        statuses.reply(actor, status, client_id, body).await
    };
    let said = answer(&ben, "r1", "enjoy").await.unwrap().into_inner();
    let What::Message(message) = &said.what else {
        panic!("{said:?}");
    };
    assert_eq!((message.status, said.actor), (Some(status), Some(ben.user)));
    let again = answer(&ben, "r1", "enjoy").await.unwrap().into_inner();
    assert_eq!(again, said, "it is stored once");
    assert_eq!(code(answer(&ben, "r1", "spill it").await), "idempotency_conflict");
    assert_eq!(code(answer(&ben, "r2", "").await), "invalid");
    for outsider in [&ann, &eve] {
        assert_eq!(code(answer(outsider, "r1", "hi").await), "no_such_status");
    }
    world.services.contacts.block(&ann, ben.user.id).await.unwrap();
    assert_eq!(code(answer(&ben, "r3", "hello?").await), "no_such_status");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_repeated_whatever_has_become_of_the_status() {
    let world = World::new().await;
    let statuses = &world.services.statuses;
    let [ann, ben, cleo] = world.people(["ann", "ben", "cleo"]).await;
    for contact in [&ben, &cleo] {
        knows(&world, &ann, contact).await;
    }
    let status = post(&world, &ann, "tea").await;
    let answer = async |actor: &Actor, id: &str, body: &str| {
        let client_id = id.parse().unwrap();
        statuses.reply(actor, status, client_id, body).await
    };
    let of_ben = answer(&ben, "r1", "enjoy").await.unwrap().into_inner();
    let of_cleo = answer(&cleo, "r1", "enjoy").await.unwrap().into_inner();
    world.services.contacts.block(&ann, ben.user.id).await.unwrap();
    let again = answer(&ben, "r1", "enjoy").await.unwrap().into_inner();
    assert_eq!(again, of_ben, "across a block");
    world.pass(24 * 60 * 60);
    let again = answer(&cleo, "r1", "enjoy").await.unwrap().into_inner();
    assert_eq!(again, of_cleo, "after its end");
    statuses.tend().await.unwrap();
    let again = answer(&cleo, "r1", "enjoy").await.unwrap().into_inner();
    assert_eq!(again, of_cleo, "when nothing is left of it");
    for (id, body) in [("r2", "enjoy"), ("r1", "spill it")] {
        assert_eq!(code(answer(&cleo, id, body).await), "no_such_status");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_status_is_refused() {
    let settings = Settings {
        statuses: StatusesSettings {
            lifetime: Duration::from_hours(1),
            most: 2,
            max_body: 10,
        },
        ..Settings::default()
    };
    let world = World::with(settings).await;
    let statuses = &world.services.statuses;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    for body in ["", " ", "more than ten", "\u{7}"] {
        assert_eq!(
            code(statuses.post(&ann, draft(body)).await),
            "invalid",
            "{body:?}"
        );
    }
    let crowd = |count: u128| (0..count).map(|n| parlor_domain::UserId::new(uuid::Uuid::from_u128(n)));
    for (count, outcome) in [(1_001, "invalid"), (1_000, "ok")] {
        let wish = StatusDraft {
            audience: StatusAudience::Except(crowd(count).collect()),
            ..draft("tea")
        };
        assert_eq!(code(statuses.post(&ann, wish).await), outcome);
    }
    let of_nobody = StatusDraft {
        media: Some(parlor_domain::MediaId::new(uuid::Uuid::from_u128(1))),
        ..draft("")
    };
    assert_eq!(code(statuses.post(&ann, of_nobody).await), "no_such_media");
    let named = |body: &str| StatusDraft {
        client_id: Some("s1".parse().unwrap()),
        ..draft(body)
    };
    let first = statuses.post(&ann, named("tea")).await.unwrap().into_inner();
    assert_eq!(
        statuses.post(&ann, named("tea")).await.unwrap().into_inner(),
        first
    );
    assert_eq!(
        code(statuses.post(&ann, named("cake")).await),
        "idempotency_conflict"
    );
    assert_eq!(code(statuses.post(&ann, draft("pie")).await), "too_many_statuses");
    statuses.remove(&ben, first.status.id).await.unwrap();
    assert!(
        statuses.find(&ann, first.status.id).await.is_ok(),
        "it is not his"
    );
    statuses.remove(&ann, first.status.id).await.unwrap();
    statuses.remove(&ann, first.status.id).await.unwrap();
    assert_eq!(code(statuses.post(&ann, draft("pie")).await), "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_posts_and_removes_without_end() {
    let world = World::new().await;
    let statuses = &world.services.statuses;
    let ann = world.person("ann").await;
    for _ in 0..99 {
        let posted = statuses.post(&ann, draft("tea")).await.unwrap().into_inner();
        statuses.remove(&ann, posted.status.id).await.unwrap();
    }
    let last = StatusDraft {
        client_id: Some("last".parse().unwrap()),
        ..draft("cake")
    };
    let posted = statuses.post(&ann, last.clone()).await.unwrap();
    let again = statuses.post(&ann, last).await.unwrap();
    assert!(posted.is_new() && !again.is_new());
    assert_eq!(again.into_inner(), posted.into_inner());
    assert_eq!(code(statuses.post(&ann, draft("tea")).await), "too_many_tries");
    world.pass(60 * 60);
    assert_eq!(code(statuses.post(&ann, draft("tea")).await), "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_those_are_told_who_were_not() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    knows(&world, &ann, &ben).await;
    let statuses = &world.services.statuses;
    let posted = statuses.post(&ann, draft("tea")).await.unwrap().into_inner();
    let restarted = world.services_anew();
    restarted.statuses.tend().await.unwrap();
    statuses.tend().await.unwrap();
    assert!(statuses.find(&ben, posted.status.id).await.is_ok());
    let told = world.heard.events(ben.user.id);
    let told = told
        .iter()
        .filter(|event| matches!(event.what, What::StatusPosted { .. }));
    assert_eq!(told.count(), 1);
}
