//! Links that are mailed: addresses that are verified and changed, passwords that are forgotten.

use std::time::Duration;

use parlor_domain::LetterKind;
use serde_json::json;

use crate::world::{PASSWORD, World};

const NEW: &str = "battery staple";

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_verified_by_the_link_that_was_mailed_there() {
    let world = World::new().await;
    let wish = json!({"username": "ann", "password": PASSWORD, "email": "ann@example.org"});
    world.post("/v1/users", wish).await;
    let ann = world.log_in("ann").await;
    assert_eq!(ann.get("/v1/me").await.json()["email_verified"], false);
    let first = world.mailed("ann@example.org", LetterKind::VerifyEmail).await;
    let asked = ann.post("/v1/me/email/verification", json!({})).await;
    assert_eq!((asked.status, &*asked.text), (202, ""));
    let second = world.mailed("ann@example.org", LetterKind::VerifyEmail).await;
    let verify = async |token: &str| {
        world
            .post("/v1/proofs/verify-email", json!({"token": token}))
            .await
    };
    for nonsense in ["", "x", &second[1..]] {
        assert_eq!(verify(nonsense).await.refusal(), "403 link_over", "{nonsense}");
    }
    let verified = verify(&second).await;
    assert_eq!((verified.status, &*verified.text), (204, ""));
    assert_eq!(ann.get("/v1/me").await.json()["email_verified"], true);
    for used in [&first, &second] {
        assert_eq!(verify(used).await.refusal(), "403 link_over");
    }
    let again = ann.post("/v1/me/email/verification", json!({})).await;
    assert_eq!(again.refusal(), "409 email_verified");
    let bob = world.person("bob").await;
    let none = bob.post("/v1/me/email/verification", json!({})).await;
    assert_eq!(none.refusal(), "409 no_email");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_address_it_is_decides_who_verifies_it() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    let wish = json!({"username": "eve", "password": PASSWORD, "email": "ann@example.org"});
    let eve = world.post("/v1/users", wish).await;
    assert_eq!(
        eve.status, 201,
        "that the address is known is not told: {}",
        eve.text
    );
    let token = world.mailed("ann@example.org", LetterKind::VerifyEmail).await;
    let taken = world
        .post("/v1/proofs/verify-email", json!({"token": token}))
        .await;
    assert_eq!(taken.refusal(), "409 email_taken email");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_is_confirmed_where_it_is_and_the_old_one_told() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let change = async |password: &str, email: &str| {
        let change = json!({"password": password, "email": email});
        ann.put("/v1/me/email", change).await
    };
    let refused = change("not this one", "new@example.org").await;
    assert_eq!(refused.refusal(), "403 wrong_password");
    let refused = change(PASSWORD, "a@x\r\nBcc: v@x.org").await;
    assert_eq!(refused.refusal(), "422 invalid email");
    assert_eq!(change(PASSWORD, "new@example.org").await.status, 202);
    assert_eq!(ann.get("/v1/me").await.json()["email"], "ann@example.org");
    let token = world.mailed("new@example.org", LetterKind::ConfirmEmail).await;
    let confirm = async || {
        world
            .post("/v1/proofs/confirm-email", json!({"token": token}))
            .await
    };
    let other = world
        .post("/v1/proofs/verify-email", json!({"token": token}))
        .await;
    assert_eq!(other.refusal(), "403 link_over", "it is good for one thing");
    assert_eq!(confirm().await.status, 204);
    let me = ann.get("/v1/me").await.json();
    assert_eq!(
        (&me["email"], &me["email_verified"]),
        (&json!("new@example.org"), &json!(true))
    );
    world.mailed("ann@example.org", LetterKind::EmailChanged).await;
    assert_eq!(confirm().await.refusal(), "403 link_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_replaced_by_a_mailed_link() {
    let world = World::new().await;
    let phone = world.person_with_mail("ann").await;
    let asked = world
        .post("/v1/password-resets", json!({"login": "ANN@example.org"}))
        .await;
    assert_eq!((asked.status, &*asked.text), (202, ""));
    let token = world.mailed("ann@example.org", LetterKind::ResetPassword).await;
    let reset = async |token: &str, password: &str| {
        let reset = json!({"token": token, "new_password": password});
        world.post("/v1/password-resets/complete", reset).await
    };
    assert_eq!(reset(&token, "short").await.refusal(), "422 invalid new_password");
    assert_eq!(reset(&token, NEW).await.status, 204);
    world.mailed("ann@example.org", LetterKind::PasswordChanged).await;
    assert_eq!(reset(&token, PASSWORD).await.refusal(), "403 link_over");
    assert_eq!(phone.get("/v1/me").await.refusal(), "401 session_over");
    assert_eq!(world.begin("ann").await.refusal(), "401 wrong_credentials");
    let proof = json!({"username": "ann", "password": NEW});
    assert_eq!(world.post("/v1/sessions", proof).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_dies_with_time_and_with_a_change_of_the_password() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let ask = async || {
        world.post("/v1/password-resets", json!({"login": "ann"})).await;
        world.mailed("ann@example.org", LetterKind::ResetPassword).await
    };
    let complete = async |token: &str| {
        let reset = json!({"token": token, "new_password": "another one"});
        world.post("/v1/password-resets/complete", reset).await
    };
    let token = ask().await;
    let change = json!({"old_password": PASSWORD, "new_password": NEW});
    assert_eq!(ann.put("/v1/me/password", change).await.status, 204);
    assert_eq!(complete(&token).await.refusal(), "403 link_over");
    let token = ask().await;
    world.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(complete(&token).await.refusal(), "403 link_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_a_link_does_not_tell_who_is_there() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    world.person("bob").await;
    for login in [
        "ann",
        "ann@example.org",
        "bob",
        "nobody",
        "no@example.org",
        "no body!",
        "",
    ] {
        let asked = world.post("/v1/password-resets", json!({"login": login})).await;
        assert_eq!((asked.status, &*asked.text), (202, ""), "{login}");
        assert_eq!(asked.header("content-length"), Some("0"), "{login}");
    }
}
