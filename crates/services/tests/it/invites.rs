//! Invitations.

use std::time::Duration;

use parlor_services::{
    AccountsSettings, Actor, Error, Invitation, PasswordsSettings, Registration, Settings, SignUp,
};
use parlor_testkit::polled_in_order;
use secrecy::{ExposeSecret, SecretString};

use crate::world::{World, code, registration, tally};

const DAY: u64 = 24 * 60 * 60;

fn wanted(uses: u32) -> Invitation {
    Invitation {
        admin: false,
        uses,
        life: Duration::from_secs(7 * DAY),
    }
}

async fn world(sign_up: SignUp) -> World {
    let passwords = PasswordsSettings {
        waiting: 100,
        ..PasswordsSettings::default()
    };
    World::with(Settings {
        accounts: AccountsSettings { sign_up },
        passwords,
        ..Settings::default()
    })
    .await
}

/// An administrator.
async fn root(world: &World) -> Actor {
    world
        .services
        .accounts
        .create_admin(registration("root"))
        .await
        .unwrap();
    world.actor(&world.log_in("root").await.unwrap())
}

fn invited(name: &str, invite: &SecretString) -> Registration {
    Registration {
        invite: Some(invite.clone()),
        ..registration(name)
    }
}

async fn register(world: &World, name: &str, invite: &SecretString) -> &'static str {
    code(world.services.accounts.register(invited(name, invite)).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn where_sign_up_is_by_invitation_nobody_else_gets_in() {
    let world = world(SignUp::Invited).await;
    let root = root(&world).await;
    let accounts = &world.services.accounts;
    let refused = accounts.register(registration("ann")).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.field()),
        ("invite_needed", Some("invite"))
    );
    for odd in ["", "null", &"A".repeat(43), &"A".repeat(100_000)] {
        assert_eq!(register(&world, "ann", &odd.into()).await, "invite_over");
    }
    let (text, made) = world.services.invites.invite(&root, wanted(2)).await.unwrap();
    assert_eq!((made.admin, made.uses, made.by), (false, 2, Some(root.user.id)));
    assert!(!world.keeps(text.expose_secret().as_bytes()));
    let account = accounts.register(invited("ann", &text)).await.unwrap();
    assert!(!account.admin);
    assert_eq!(register(&world, "ANN", &text).await, "username_taken");
    let left = world.services.invites.list(&root).await.unwrap();
    assert_eq!(left[0].uses, 1, "a name that was taken uses nothing up");
    assert_eq!(register(&world, "bob", &text).await, "ok");
    let refused = accounts.register(invited("carl", &text)).await.unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("invite_over", Some("invite")));
    assert_eq!(world.services.invites.list(&root).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_opens_a_closed_server() {
    let world = world(SignUp::Closed).await;
    let root = root(&world).await;
    let accounts = &world.services.accounts;
    assert_eq!(
        code(accounts.register(registration("ann")).await),
        "sign_up_closed"
    );
    let (text, _) = world.services.invites.invite(&root, wanted(1)).await.unwrap();
    assert_eq!(register(&world, "ann", &text).await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_who_come_at_once_uses_an_invitation_up() {
    let world = world(SignUp::Invited).await;
    let (text, _) = world
        .services
        .invites
        .invite_by_operator(wanted(1))
        .await
        .unwrap();
    let names: Vec<String> = (0..50).map(|n| format!("guest{n:02}x")).collect();
    let accounts = &world.services.accounts;
    let tries = names.iter().map(|name| accounts.register(invited(name, &text)));
    let tries = polled_in_order(tries).await;
    assert_eq!(tally(tries), [("invite_over", 49), ("ok", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_expire_and_are_withdrawn() {
    let world = world(SignUp::Invited).await;
    let root = root(&world).await;
    let invites = &world.services.invites;
    let (old, _) = invites.invite(&root, wanted(1)).await.unwrap();
    world.pass(7 * DAY - 1);
    let (withdrawn, made) = invites.invite(&root, wanted(1)).await.unwrap();
    assert_eq!(invites.list(&root).await.unwrap().len(), 2);
    invites.withdraw(&root, made.number).await.unwrap();
    assert_eq!(code(invites.withdraw(&root, made.number).await), "no_such_invite");
    assert_eq!(register(&world, "ann", &withdrawn).await, "invite_over");
    world.pass(1);
    assert_eq!(register(&world, "ann", &old).await, "invite_over");
    assert_eq!(invites.list(&root).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_invite() {
    let world = world(SignUp::Open).await;
    let ann = world.person("ann").await;
    let invites = &world.services.invites;
    assert_eq!(code(invites.invite(&ann, wanted(1)).await), "forbidden");
    assert_eq!(code(invites.list(&ann).await), "forbidden");
    assert_eq!(code(invites.withdraw(&ann, 1).await), "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_invitation_makes_administrators() {
    let world = world(SignUp::Open).await;
    let invites = &world.services.invites;
    let admin = Invitation {
        admin: true,
        ..wanted(1)
    };
    let (text, _) = invites.invite_by_operator(admin).await.unwrap();
    let accounts = &world.services.accounts;
    assert!(accounts.register(invited("ann", &text)).await.unwrap().admin);
    assert!(!accounts.register(registration("bob")).await.unwrap().admin);
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_have_bounds() {
    let world = world(SignUp::Open).await;
    let invites = &world.services.invites;
    let invite = async |uses: u32, days: u64| {
        let life = Duration::from_secs(days.saturating_mul(DAY));
        let made = invites
            .invite_by_operator(Invitation { life, ..wanted(uses) })
            .await;
        made.map(|_| "made")
            .unwrap_or_else(|error: Error| error.field().unwrap())
    };
    for (uses, days, told) in [
        (0, 7, "uses"),
        (10_001, 7, "uses"),
        (u32::MAX, 7, "uses"),
        (1, 0, "days"),
        (1, 366, "days"),
        (1, u64::MAX, "days"),
        (10_000, 365, "made"),
        (1, 1, "made"),
    ] {
        assert_eq!(invite(uses, days).await, told, "{uses} {days}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_is_invited_while_there_is_none() {
    let world = world(SignUp::Closed).await;
    let invites = &world.services.invites;
    let void = invites.invite_first().await.unwrap().unwrap();
    let first = invites.invite_first().await.unwrap().unwrap();
    assert_eq!(register(&world, "ann", &void).await, "invite_over");
    let accounts = &world.services.accounts;
    assert!(accounts.register(invited("ann", &first)).await.unwrap().admin);
    assert!(invites.invite_first().await.unwrap().is_none());
    assert_eq!(register(&world, "bob", &first).await, "invite_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn once_there_is_an_administrator_the_first_invitation_is_void() {
    let world = world(SignUp::Open).await;
    let first = world.services.invites.invite_first().await.unwrap().unwrap();
    let ann = world.person("ann").await;
    assert!(world.services.invites.invite_first().await.unwrap().is_some());
    world
        .services
        .accounts
        .set_admin(ann.user.id, true)
        .await
        .unwrap();
    assert_eq!(register(&world, "eve", &first).await, "invite_over");
    assert!(world.services.invites.invite_first().await.unwrap().is_none());
}
