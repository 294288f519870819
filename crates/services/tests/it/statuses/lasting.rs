//! Statuses that last.

use std::collections::HashMap;

use parlor_domain::{PageSize, UserId};
use parlor_services::Actor;

use super::{draft, knows, post};
use crate::world::{World, code};

/// What these people show the viewer at the moment.
async fn shown(world: &World, viewer: &Actor, people: &[Actor]) -> HashMap<UserId, String> {
    let people: Vec<UserId> = people.iter().map(|person| person.user.id).collect();
    let shown = world.services.statuses.current(viewer, &people).await.unwrap();
    let texts = shown
        .into_iter()
        .map(|(user, status)| (user, status.body.as_str().to_owned()));
    texts.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lasts_is_shown_until_something_else_is() {
    let world = World::new().await;
    let statuses = &world.services.statuses;
    let [ann, ben, eve] = world.people(["ann", "ben", "eve"]).await;
    world.group(&ann, &[ben]).await;
    let first = statuses.post_lasting(&ann, draft("tea")).await.unwrap();
    statuses.tend().await.unwrap();
    world.pass(7 * 24 * 60 * 60);
    statuses.tend().await.unwrap();
    let people = [ann, ben, eve];
    for viewer in [&ann, &ben] {
        let expected = HashMap::from([(ann.user.id, "tea".to_owned())]);
        assert_eq!(shown(&world, viewer, &people).await, expected);
    }
    assert!(shown(&world, &eve, &people).await.is_empty());
    let feed = statuses.feed(&ben, None, PageSize::MAX).await.unwrap();
    assert!(feed.statuses.is_empty(), "he is no contact");

    statuses.post_lasting(&ann, draft("cake")).await.unwrap();
    let own = statuses.own(&ann).await.unwrap().statuses;
    assert_eq!(own.len(), 1);
    let gone = first.into_inner().status.id;
    assert_eq!(code(statuses.find(&ann, gone).await), "no_such_status");
    assert_eq!(shown(&world, &ben, &[ann]).await[&ann.user.id], "cake");

    statuses.remove(&ann, own[0].status.id).await.unwrap();
    assert!(shown(&world, &ben, &[ann]).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_for_some_is_shown_to_nobody_else() {
    let world = World::new().await;
    let [ann, ben, cleo] = world.people(["ann", "ben", "cleo"]).await;
    world.group(&ann, &[ben, cleo]).await;
    knows(&world, &ann, &ben).await;
    post(&world, &ann, "only for contacts").await;
    assert_eq!(
        shown(&world, &ben, &[ann]).await[&ann.user.id],
        "only for contacts"
    );
    assert!(shown(&world, &cleo, &[ann]).await.is_empty());
}
