//! Sessions that stand for log ins at the host application.

use parlor_domain::AccountStatus;
use serde_json::json;

use super::{account, come, come_to, world};
use crate::host::{self, claims, claims_but, token};
use crate::world::code;

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_one_session_there_are_one_session_here() {
    let world = world().await;
    let of = |subject: &str, session: &str, id: &str| {
        token(&claims_but(subject, json!({"sid": session, "jti": id})))
    };
    let first = come(&world, &of("42", "s1", "1")).await.unwrap();
    let again = come(&world, &of("42", "s1", "2")).await.unwrap();
    let other = come(&world, &of("42", "s2", "3")).await.unwrap();
    let stranger = come(&world, &of("43", "s1", "4")).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(first.user, other.user);
    assert_ne!(first.session, other.session);
    assert_ne!(first.session, stranger.session);
    assert_ne!(first.user, stranger.user);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_ended_stays_ended() {
    for session in [json!(null), json!("s1")] {
        let world = world().await;
        let token = token(&claims_but("42", json!({"sid": session})));
        let ann = come(&world, &token).await.unwrap();
        world.services.sessions.log_out(&ann).await.unwrap();
        assert_eq!(code(come(&world, &token).await), "session_over");
        // The same signature, spelled in another way: the last character holds bits that mean nothing.
        let (kept, last) = token.split_at(token.len() - 1);
        for other in ["A", "B", "Q", "g", "w", "x"]
            .iter()
            .filter(|other| **other != last)
        {
            let spelled = format!("{kept}{other}");
            let refused = code(come(&world, &spelled).await);
            assert!(["session_over", "invalid_token"].contains(&refused), "{refused}");
        }
        world.pass(120);
        assert_eq!(
            code(come(&world, &token).await),
            "session_over",
            "also when memory fades"
        );
        let anew = world.services_with(world.ports.clone(), host::settings());
        assert_eq!(
            code(come_to(&anew, &token).await),
            "session_over",
            "also after a restart"
        );
        let again = host::token(&claims_but("42", json!({"sid": "s2"})));
        assert_eq!(come(&world, &again).await.unwrap().user, ann.user);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_younger_token_of_an_ended_session_does_not_open_it() {
    let world = world().await;
    let ann = come(&world, &token(&claims_but("42", json!({"sid": "s1"}))))
        .await
        .unwrap();
    world.services.sessions.log_out(&ann).await.unwrap();
    let start = host::START;
    let younger = token(&claims_but("42", json!({"sid": "s1", "exp": start + 9000})));
    assert_eq!(code(come(&world, &younger).await), "session_over");
    world.pass(3600);
    while world.services.forget_over().await.unwrap() {}
    let anew = world.services_with(world.ports.clone(), host::settings());
    assert_eq!(
        code(come_to(&anew, &younger).await),
        "session_over",
        "as long as there are tokens of it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_locked_does_not_come_in() {
    let world = world().await;
    let token = token(&claims("42"));
    let ann = come(&world, &token).await.unwrap();
    let accounts = &world.services.accounts;
    accounts.disable(ann.user.id).await.unwrap();
    assert_eq!(code(come(&world, &token).await), "session_over");
    let again = host::token(&claims_but("42", json!({"jti": "2"})));
    assert_eq!(code(come(&world, &again).await), "account_disabled");
    accounts.enable(ann.user.id).await.unwrap();
    assert_eq!(code(come(&world, &again).await), "ok");
    assert_eq!(code(come(&world, &token).await), "session_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_account_was_deleted_has_no_new_one_because_a_client_goes_on() {
    let world = world().await;
    let until = host::START + 9000;
    let token = token(&claims_but(
        "42",
        json!({"preferred_username": "ann", "exp": until}),
    ));
    let ann = come(&world, &token).await.unwrap();
    world.services.accounts.delete(ann.user.id, false).await.unwrap();
    for seconds in [0, 61, 1800] {
        world.pass(seconds);
        assert_eq!(code(come(&world, &token).await), "session_over");
    }
    let name = "ann".parse().unwrap();
    assert_eq!(
        code(world.services.accounts.find_by_username(&name).await),
        "no_such_user"
    );
    assert_eq!(account(&world, &ann).await.status, AccountStatus::Deleted);
    let again = host::token(&claims_but(
        "42",
        json!({"preferred_username": "ann", "jti": "2", "exp": until}),
    ));
    let back = come(&world, &again).await.unwrap();
    assert_ne!(back.user, ann.user, "who comes again is somebody new");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_password_here_confirms_with_none() {
    let world = world().await;
    let ann = come(&world, &token(&claims("42"))).await.unwrap();
    let delete = async |password: &str| {
        let accounts = &world.services.accounts;
        code(accounts.delete_own(&ann, password.into(), false).await)
    };
    assert_eq!(delete("correct horse").await, "wrong_password");
    assert_eq!(delete("").await, "ok");
}
