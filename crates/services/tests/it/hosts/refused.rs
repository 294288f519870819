//! Tokens that are not the host application's, or not for us, or not for now.

use parlor_auth::SigningKey;
use parlor_ports::Clock;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{come, world};
use crate::host::{self, START, claims, claims_but, token};
use crate::world::code;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_did_not_sign_for_us_is_refused() {
    let world = world().await;
    for (what, changes) in [
        ("another issuer", json!({"iss": "https://evil.example"})),
        (
            "an issuer that begins alike",
            json!({"iss": "https://app.example/"}),
        ),
        ("no issuer", json!({"iss": null})),
        ("another audience", json!({"aud": "another"})),
        ("other audiences", json!({"aud": ["another", "third"]})),
        ("no audience", json!({"aud": null})),
        ("nobody", json!({"sub": null})),
        ("an empty name", json!({"sub": ""})),
        ("a number", json!({"sub": 42})),
        ("no end", json!({"exp": null})),
        ("not yet", json!({"nbf": START + 31})),
        ("from the future", json!({"iat": START + 31})),
        ("a message about somebody", json!({"events": {}})),
    ] {
        let refused = come(&world, &token(&claims_but("42", changes))).await;
        assert_eq!(code(refused), "invalid_token", "{what}");
    }
    let list = token(&claims_but("42", json!({"aud": ["another", "parlor"]})));
    assert_eq!(code(come(&world, &list).await), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_until_it_expires() {
    let world = world().await;
    let token = token(&claims("42"));
    let ann = come(&world, &token).await.unwrap();
    world.pass(629);
    assert_eq!(come(&world, &token).await.unwrap(), ann);
    world.pass(1);
    assert_eq!(code(come(&world, &token).await), "token_expired");
    let live = world
        .ports
        .sessions
        .list(ann.user.id, world.clock.now())
        .await
        .unwrap();
    assert_eq!(live, [], "and with it the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_signed_is_refused() {
    let world = world().await;
    let claims = claims("42");
    let good = token(&claims);
    let parts: Vec<&str> = good.split('.').collect();
    let stranger = SigningKey::from_seed(&[9; 32]);
    let dots = ".".repeat(6000);
    let swapped = token(&claims_but("43", json!({})));
    let swapped = swapped.split('.').nth(1).unwrap();
    for (what, forged) in [
        ("no signature", host::unsigned(&claims, "")),
        ("another's signature", host::unsigned(&claims, parts[2])),
        (
            "the public key as a secret",
            host::signed_with_public_key(&claims),
        ),
        ("a stranger's key", host::signed_by(&stranger, &claims)),
        ("other claims", format!("{}.{swapped}.{}", parts[0], parts[2])),
        ("cut", format!("{}.{}", parts[0], parts[1])),
        ("cut and a dot", format!("{}.{}.", parts[0], parts[1])),
        ("too much", format!("{good}.{good}")),
        ("nothing", String::new()),
        ("dots", dots),
        ("huge", "A".repeat(1_000_000)),
    ] {
        assert_eq!(code(come(&world, &forged).await), "invalid_token", "{what}");
    }
    assert_eq!(code(come(&world, &good).await), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_tokens_and_the_hosts_are_not_taken_for_each_other() {
    let world = world().await;
    world.person("ann").await;
    let login = world.log_in("ann").await.unwrap();
    let ours = login.access.expose_secret();
    let theirs = token(&claims("42"));
    let hosts = world.services.hosts.as_ref().unwrap();
    assert!(!hosts.claims(ours) && hosts.claims(&theirs));
    assert_eq!(code(come(&world, ours).await), "invalid_token");
    assert_eq!(
        code(world.services.sessions.authenticate(&theirs)),
        "invalid_token"
    );
    let refresh = login.refresh.expose_secret();
    assert_eq!(code(come(&world, refresh).await), "invalid_token");
}
