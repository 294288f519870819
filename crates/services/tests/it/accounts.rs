//! Accounts.

mod deleting;
mod numbers;
mod profiles;

use parlor_domain::{AccountStatus, LetterKind, UserId};
use parlor_services::{AccountsSettings, Error, Login, Registration, Settings, SignUp};
use secrecy::ExposeSecret;

use crate::world::{PASSWORD, World, code, password, registration};

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_is_found_by_id_and_name() {
    let world = World::new().await;
    let accounts = &world.services.accounts;
    let ann = accounts.register(registration("Ann")).await.unwrap();
    assert_eq!(ann.display_name.as_str(), "Ann");
    assert!(!ann.admin);
    assert_eq!(accounts.find(ann.user.id).await.unwrap(), ann);
    let name = "ANN".parse().unwrap();
    assert_eq!(accounts.find_by_username(&name).await.unwrap(), ann);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_exist_is_not_found() {
    let world = World::new().await;
    let accounts = &world.services.accounts;
    let nobody = UserId::new("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    assert_eq!(code(accounts.find(nobody).await), "no_such_user");
    let name = "nobody".parse().unwrap();
    assert_eq!(code(accounts.find_by_username(&name).await), "no_such_user");
    assert_eq!(code(accounts.disable(nobody).await), "no_such_user");
    let set = accounts.set_password(nobody, password(PASSWORD)).await;
    assert_eq!(code(set), "no_such_user");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_somebody_has_is_refused() {
    let world = World::new().await;
    let accounts = &world.services.accounts;
    accounts.register(registration("paypal")).await.unwrap();
    for twin in ["paypal", "PAYPAL", "раураӏ"] {
        let refused = accounts.register(registration(twin)).await.unwrap_err();
        assert_eq!(
            (refused.code(), refused.field()),
            ("username_taken", Some("username")),
            "{twin}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_does_not_learn_whose_an_address_is() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    let mut told = Vec::new();
    for (name, email) in [
        ("bob", "Ann@Example.org"),
        ("carl", "ann@example.org"),
        ("dora", "free@example.org"),
    ] {
        let registration = Registration {
            email: Some(email.parse().unwrap()),
            ..registration(name)
        };
        let made = world.services.accounts.register(registration).await.unwrap();
        told.push((made.email.is_some(), made.email_verified_at));
        assert!(
            world.mailed(email, LetterKind::VerifyEmail).await.is_some(),
            "{email}"
        );
    }
    assert_eq!(told, [(true, None); 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_who_want_a_name_at_once_gets_it() {
    let world = World::new().await;
    let tries = (0..8).map(|_| world.services.accounts.register(registration("ann")));
    let results = parlor_testkit::polled_in_order(tries).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for result in results {
        assert!(matches!(result, Ok(_) | Err(Error::UsernameTaken)), "{result:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_server_takes_only_whom_an_administrator_makes() {
    let accounts = AccountsSettings {
        sign_up: SignUp::Closed,
    };
    let world = World::with(Settings {
        accounts,
        ..Settings::default()
    })
    .await;
    let accounts = &world.services.accounts;
    assert_eq!(
        code(accounts.register(registration("ann")).await),
        "sign_up_closed"
    );
    assert!(accounts.create_admin(registration("root")).await.unwrap().admin);
    assert!(!accounts.create(registration("ann")).await.unwrap().admin);
    assert!(world.actor(&world.log_in("root").await.unwrap()).admin);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_changes_only_for_who_knows_the_old_one_and_ends_other_sessions() {
    let world = World::new().await;
    world.person("ann").await;
    let [here, elsewhere] = [
        world.log_in("ann").await.unwrap(),
        world.log_in("ann").await.unwrap(),
    ];
    let ann = world.actor(&here);
    let change = |current: &str| {
        let new = password("battery staple");
        world.services.accounts.change_password(&ann, current.into(), new)
    };
    assert_eq!(code(change("wrong horse").await), "wrong_password");
    assert!(world.refresh(&elsewhere.refresh).await.is_ok(), "nothing changed");

    change(PASSWORD).await.unwrap();
    let access = |login: &Login| code(world.services.sessions.authenticate(login.access.expose_secret()));
    assert_eq!(
        [&elsewhere, &here].map(access),
        ["session_over", "ok"],
        "its tokens end at once"
    );
    assert_eq!(code(world.log_in("ann").await), "wrong_credentials");
    assert!(world.log_in_with("ann", "battery staple").await.is_ok());
    let live = world.services.sessions.list(&ann).await.unwrap();
    let live: Vec<_> = live.iter().map(|session| session.id).collect();
    assert!(live.contains(&ann.session) && !live.contains(&elsewhere.session.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_new_password_ends_every_session() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let set = world
        .services
        .accounts
        .set_password(ann.user.id, password("battery staple"));
    set.await.unwrap();
    assert_eq!(world.services.sessions.list(&ann).await.unwrap(), []);
    assert!(world.log_in_with("ann", "battery staple").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_cannot_be_used_until_it_is_enabled() {
    let world = World::new().await;
    world.person("ann").await;
    let login = world.log_in("ann").await.unwrap();
    let ann = login.account.user.id;
    let accounts = &world.services.accounts;
    accounts.disable(ann).await.unwrap();
    assert_eq!(accounts.find(ann).await.unwrap().status, AccountStatus::Disabled);
    assert_eq!(code(world.refresh(&login.refresh).await), "session_over");
    assert_eq!(code(world.log_in("ann").await), "account_disabled");
    let guess = world.log_in_with("ann", "wrong horse").await;
    assert_eq!(
        code(guess),
        "wrong_credentials",
        "only its owner learns that it is disabled"
    );
    accounts.enable(ann).await.unwrap();
    assert!(world.log_in("ann").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_account_that_the_operator_makes_is_an_administrators() {
    let world = World::new().await;
    let accounts = &world.services.accounts;
    assert!(accounts.create(registration("ann")).await.unwrap().admin);
    assert!(!accounts.create(registration("bob")).await.unwrap().admin);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_becomes_an_administrator_or_no_more_logs_in_anew() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let accounts = &world.services.accounts;
    for admin in [true, false] {
        let login = world.log_in("ann").await.unwrap();
        accounts.set_admin(ann.user.id, admin).await.unwrap();
        assert_eq!(code(world.refresh(&login.refresh).await), "session_over");
        assert_eq!(world.actor(&world.log_in("ann").await.unwrap()).admin, admin);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_lock_and_delete_others() {
    let world = World::new().await;
    let accounts = &world.services.accounts;
    accounts.create_admin(registration("root")).await.unwrap();
    let root = world.actor(&world.log_in("root").await.unwrap());
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let refused = accounts.set_disabled(&ann, bob.user.id, true).await;
    assert_eq!(code(refused), "forbidden");
    assert_eq!(
        code(accounts.delete_another(&ann, bob.user.id, true).await),
        "forbidden"
    );
    accounts.set_disabled(&root, bob.user.id, true).await.unwrap();
    assert_eq!(code(world.log_in("bob").await), "account_disabled");
    accounts.set_disabled(&root, bob.user.id, false).await.unwrap();
    assert!(world.log_in("bob").await.is_ok());
    accounts.delete_another(&root, bob.user.id, false).await.unwrap();
    assert_eq!(code(world.log_in("bob").await), "wrong_credentials");
    let himself = [
        accounts.set_disabled(&root, root.user.id, true).await,
        accounts.delete_another(&root, root.user.id, false).await,
    ];
    assert_eq!(himself.map(code), ["forbidden"; 2], "nobody locks himself out");
}
