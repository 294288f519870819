//! The host application's keys.

use std::sync::Arc;

use async_trait::async_trait;
use parlor_auth::SigningKey;
use parlor_ports::{KeySource, KeysError};
use parlor_services::Ports;

use super::{come_to, world};
use crate::host::{self, claims, token};
use crate::world::code;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_fetched_when_a_token_names_it_and_no_more_often_than_allowed() {
    let keys = Arc::new(host::keys());
    let world = world().await;
    let ports = Ports {
        host_keys: Some(keys.clone()),
        ..world.ports.clone()
    };
    let services = world.services_with(ports, host::settings());
    come_to(&services, &token(&claims("42"))).await.unwrap();
    assert_eq!(keys.fetched(), 0);

    let next = SigningKey::from_seed(&[8; 32]);
    let stranger = SigningKey::from_seed(&[9; 32]);
    for n in 0..20 {
        let forged = host::signed_by(&stranger, &claims(&n.to_string()));
        assert_eq!(code(come_to(&services, &forged).await), "invalid_token");
    }
    assert_eq!(keys.fetched(), 1, "strangers do not make us ask again and again");
    keys.rotate(&[next.clone(), host::key()]);
    let signed = host::signed_by(&next, &claims("42"));
    assert_eq!(code(come_to(&services, &signed).await), "invalid_token");
    keys.may_be_fetched();
    assert_eq!(code(come_to(&services, &signed).await), "ok");
    let old = host::token(&claims("43"));
    assert_eq!(
        code(come_to(&services, &old).await),
        "ok",
        "the old one is still there"
    );
    keys.rotate(&[next]);
    keys.may_be_fetched();
    let forged = host::signed_by(&stranger, &claims("44"));
    assert_eq!(code(come_to(&services, &forged).await), "invalid_token");
    let withdrawn = host::token(&claims("45"));
    assert_eq!(code(come_to(&services, &withdrawn).await), "invalid_token");
    assert_eq!(keys.fetched(), 3);
    world.pass(60);
    assert_eq!(
        code(come_to(&services, &old).await),
        "invalid_token",
        "what is remembered fades in a minute"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_had_are_no_reason_to_trust() {
    struct Away;

    #[async_trait]
    impl KeySource for Away {
        async fn keys(&self, _: Option<&str>) -> Result<Arc<str>, KeysError> {
            Err(KeysError("nobody answers".into()))
        }
    }

    let world = world().await;
    let ports = Ports {
        host_keys: Some(Arc::new(Away)),
        ..world.ports.clone()
    };
    let services = world.services_with(ports, host::settings());
    let refused = come_to(&services, &token(&claims("42"))).await.unwrap_err();
    assert_eq!(refused.code(), "host_away");
    assert!(!refused.to_string().contains("nobody answers"), "{refused}");
}
