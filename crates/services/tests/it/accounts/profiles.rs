//! Profiles: what people tell, to whom, and how they are found.

use std::time::Duration;

use parlor_domain::{Account, Audience, Profile, ProfileChange};
use parlor_services::{Actor, Registration, Shown, UserSearch};

use crate::world::{PASSWORD, World, registration};

async fn change(world: &World, actor: &Actor, change: ProfileChange) -> Account {
    let accounts = &world.services.accounts;
    accounts.change_profile(actor, change).await.unwrap()
}

/// What `viewer` sees of `person`.
async fn shown(world: &World, viewer: &Actor, person: &Actor) -> Shown {
    let accounts = &world.services.accounts;
    let account = accounts.find(person.user.id).await.unwrap();
    accounts.shown(viewer, &[account]).await.unwrap().remove(0)
}

async fn found(world: &World, viewer: &Actor, wanted: UserSearch) -> Vec<String> {
    let people = world.services.accounts.search(viewer, wanted).await.unwrap();
    people
        .iter()
        .map(|account| account.username.to_string())
        .collect()
}

fn beginning(text: &str) -> UserSearch {
    UserSearch::Beginning(text.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_changed_piece_by_piece_and_emptied() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let all = ProfileChange {
        display_name: Some("Ann Lee".parse().unwrap()),
        first_name: Some(Some("Ann".parse().unwrap())),
        last_name: Some(Some("Lee".parse().unwrap())),
        about: Some(Some("here to help".parse().unwrap())),
        locale: Some(Some("de-ch".parse().unwrap())),
        time_zone: Some(Some("Europe/Zurich".parse().unwrap())),
        show_email: Some(Audience::Everyone),
        ..ProfileChange::default()
    };
    let changed = change(&world, &ann, all).await;
    assert_eq!(changed.display_name.as_str(), "Ann Lee");
    assert_eq!(changed.profile.locale, Some("de-CH".parse().unwrap()));
    assert_eq!(changed.profile.shows.email, Audience::Everyone);
    assert_eq!(change(&world, &ann, ProfileChange::default()).await, changed);

    let emptied = ProfileChange {
        first_name: Some(None),
        last_name: Some(None),
        about: Some(None),
        locale: Some(None),
        time_zone: Some(None),
        ..ProfileChange::default()
    };
    let emptied = change(&world, &ann, emptied).await;
    assert_eq!(emptied.display_name.as_str(), "Ann Lee");
    let left = Profile {
        shows: changed.profile.shows,
        ..Profile::default()
    };
    assert_eq!(emptied.profile, left);
}

/// Ann, who shows all she has to these; bob, a contact; and eve, a stranger who would like to be one.
async fn world(audience: Audience) -> (World, [Actor; 3]) {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let [bob, eve] = world.people(["bob", "eve"]).await;
    let rooms = &world.services.rooms;
    rooms.open_direct(&ann, bob.user.id).await.unwrap();
    rooms.open_direct(&eve, ann.user.id).await.unwrap();
    let seen = world.clock.advance(Duration::from_secs(1));
    world
        .services
        .presence
        .note_seen(vec![(ann.user.id, seen)])
        .await
        .unwrap();
    let number = "+41791234567".parse().unwrap();
    let proofs = &world.services.proofs;
    proofs
        .set_mobile(&ann, PASSWORD.into(), Some(number))
        .await
        .unwrap();
    let shows = ProfileChange {
        show_email: Some(audience),
        show_mobile: Some(audience),
        show_last_seen: Some(audience),
        ..ProfileChange::default()
    };
    change(&world, &ann, shows).await;
    (world, [ann, bob, eve])
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_and_find_what_they_are_meant_to() {
    for (audience, bob_sees, eve_sees) in [
        (Audience::Nobody, false, false),
        (Audience::Contacts, true, false),
        (Audience::Everyone, true, true),
    ] {
        let (world, [ann, bob, eve]) = world(audience).await;
        for (viewer, sees) in [(&ann, true), (&bob, bob_sees), (&eve, eve_sees)] {
            let shown = shown(&world, viewer, &ann).await;
            let told = [
                shown.email.is_some(),
                shown.mobile.is_some(),
                shown.last_seen.is_some(),
            ];
            assert_eq!(told, [sees; 3], "{audience:?}");
            for wanted in [
                UserSearch::Email("ANN@example.org".parse().unwrap()),
                UserSearch::Mobile("0041 79 1234567".parse().unwrap()),
            ] {
                let found = found(&world, viewer, wanted).await;
                assert_eq!(found.len(), usize::from(sees), "{audience:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_numbers_are_nobodys_business_unless_wished() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let bob = world.person("bob").await;
    world.services.rooms.open_direct(&bob, ann.user.id).await.unwrap();
    assert_eq!(shown(&world, &bob, &ann).await.email, None);
    let unproved = Registration {
        email: Some("carl@example.org".parse().unwrap()),
        ..registration("carl")
    };
    world.services.accounts.register(unproved).await.unwrap();
    let carl = world.actor(&world.log_in("carl").await.unwrap());
    let everyone = ProfileChange {
        show_email: Some(Audience::Everyone),
        ..ProfileChange::default()
    };
    change(&world, &carl, everyone).await;
    assert_eq!(
        shown(&world, &bob, &carl).await.email,
        None,
        "it may be another's"
    );
    let wanted = UserSearch::Email("carl@example.org".parse().unwrap());
    assert_eq!(found(&world, &bob, wanted).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_how_their_names_begin() {
    let world = World::new().await;
    let [ann, bob, _] = world.people(["ann", "bob", "annabel"]).await;
    let named = ProfileChange {
        display_name: Some("Robert Annan".parse().unwrap()),
        last_name: Some(Some("Annan".parse().unwrap())),
        ..ProfileChange::default()
    };
    change(&world, &bob, named).await;
    assert_eq!(
        found(&world, &ann, beginning("ANN")).await,
        ["ann", "annabel", "bob"]
    );
    assert_eq!(found(&world, &ann, beginning("rob")).await, ["bob"]);
    assert_eq!(found(&world, &ann, beginning("annan")).await, ["bob"]);
    for nobody in ["", "%", "nn", "ann%", "_nn", "\0"] {
        assert_eq!(
            found(&world, &ann, beginning(nobody)).await,
            Vec::<String>::new(),
            "{nobody:?}"
        );
    }
    world.services.accounts.disable(bob.user.id).await.unwrap();
    assert_eq!(found(&world, &ann, beginning("rob")).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_twenty_at_most() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for n in 0..25 {
        let name = format!("guest{n:02}x");
        let made = world.services.accounts.register(registration(&name)).await;
        made.unwrap();
    }
    assert_eq!(found(&world, &ann, beginning("guest")).await.len(), 20);
}
