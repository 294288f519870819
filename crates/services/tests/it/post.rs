//! The post: no letter is lost, whatever happens to the mail server or to us.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::{Letter, LetterKind, ProfileChange};
use parlor_ports::{Clock, MailError, Mailer, NewProof, Purpose, TokenDigest};
use parlor_services::{Ports, Registration, Services, Settings};
use parlor_testkit::{FixedClock, Inbox, polled_in_order};

use crate::world::{PASSWORD, World, password, registration};

/// Registers people with addresses, each of whom is written to.
async fn write(world: &World, names: &[&str]) {
    for name in names {
        let registration = Registration {
            email: Some(format!("{name}@example.org").parse().unwrap()),
            ..registration(name)
        };
        world.services.accounts.register(registration).await.unwrap();
    }
}

fn sent(world: &World) -> Vec<String> {
    let letters = world.inbox.letters();
    letters
        .into_iter()
        .map(|(_, letter)| letter.to.as_str().to_owned())
        .collect()
}

async fn send(world: &World) -> usize {
    world.services.post.send_due().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_sent_once_in_the_order_in_which_they_were_written() {
    let world = World::new().await;
    write(&world, &["ann", "bob", "carl"]).await;
    assert_eq!(send(&world).await, 3);
    let wanted = ["ann@example.org", "bob@example.org", "carl@example.org"];
    assert_eq!(sent(&world), wanted);
    world.pass(3 * 24 * 3600);
    assert_eq!(send(&world).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_the_mail_server_is_away_for_an_hour() {
    let world = World::new().await;
    world.inbox.go_away();
    write(&world, &["ann", "bob", "carl"]).await;
    let start = world.clock.now();
    let mut tries = Vec::new();
    while world.clock.now().since(start) < Duration::from_secs(3600) {
        if send(&world).await > 0 {
            tries.push(world.clock.now().since(start).as_secs());
        }
        world.pass(5);
    }
    assert_eq!(
        tries,
        [0, 5, 25, 105, 425, 1705, 3505],
        "they are tried less and less often"
    );
    assert_eq!(sent(&world), Vec::<String>::new());
    world.inbox.come_back();
    world.pass(1800);
    while send(&world).await > 0 {}
    let mut all = sent(&world);
    all.sort_unstable();
    assert_eq!(all, ["ann@example.org", "bob@example.org", "carl@example.org"]);
    let link = world
        .inbox
        .secret("ann@example.org", LetterKind::VerifyEmail)
        .unwrap();
    assert!(world.services.proofs.verify_email(&link.into()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn people_log_in_while_the_mail_server_is_away() {
    let world = World::new().await;
    world.inbox.go_away();
    write(&world, &["ann"]).await;
    assert!(world.log_in("ann").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_given_up_after_two_days() {
    let world = World::new().await;
    world.inbox.go_away();
    write(&world, &["ann"]).await;
    let post = &world.services.post;
    let mut tried = 0;
    while post.given_up(10).await.unwrap().is_empty() {
        tried += send(&world).await;
        world.pass(600);
        assert!(tried < 200, "it is tried for ever");
    }
    let waited = world.clock.now().since(post.given_up(10).await.unwrap()[0].at);
    assert!((48..50).contains(&(waited.as_secs() / 3600)), "{waited:?}");
    let given_up = post.given_up(10).await.unwrap();
    assert_eq!(
        (given_up[0].to.as_str(), given_up[0].kind),
        ("ann@example.org", LetterKind::VerifyEmail)
    );
    assert!(given_up[0].why.contains("nobody answers"), "{}", given_up[0].why);
    assert_eq!(post.retry_given_up().await.unwrap(), 0, "its link is too old");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_refused_is_given_up_at_once_and_others_are_sent() {
    let world = World::new().await;
    world.inbox.refuse();
    write(&world, &["ann"]).await;
    assert_eq!(send(&world).await, 1);
    world.inbox.come_back();
    write(&world, &["bob"]).await;
    assert_eq!(send(&world).await, 1);
    assert_eq!(sent(&world), ["bob@example.org"]);
    let given_up = world.services.post.given_up(10).await.unwrap();
    assert_eq!(given_up.len(), 1);
    assert!(given_up[0].why.contains("no such mailbox"), "{}", given_up[0].why);
    world.pass(3600);
    assert_eq!(send(&world).await, 0, "an administrator decides");
    assert_eq!(world.services.post.retry_given_up().await.unwrap(), 1);
    assert_eq!(send(&world).await, 1);
    assert_eq!(sent(&world), ["bob@example.org", "ann@example.org"]);
    assert_eq!(world.services.post.given_up(10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_took_that_died_is_sent_by_another() {
    let world = World::new().await;
    write(&world, &["ann", "bob"]).await;
    let now = world.clock.now();
    let lease = now + Duration::from_secs(300);
    let taken = world.ports.outbox.claim(now, lease, 1).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(send(&world).await, 1);
    assert_eq!(sent(&world), ["bob@example.org"], "the other is his who took it");
    world.pass(299);
    assert_eq!(send(&world).await, 0);
    world.pass(1);
    assert_eq!(send(&world).await, 1);
    assert_eq!(sent(&world), ["bob@example.org", "ann@example.org"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_workers_send_each_letter_once() {
    let world = World::new().await;
    let names: Vec<String> = (0..40).map(|n| format!("guest{n:02}x")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    write(&world, &names).await;
    let post = &world.services.post;
    polled_in_order((0..4).map(|_| post.send_due())).await;
    while send(&world).await > 0 {}
    let mut all = sent(&world);
    assert_eq!(all.len(), 40);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 40);
}

/// A mailer that takes its time.
struct Slow {
    inbox: Arc<Inbox>,
    clock: Arc<FixedClock>,
}

#[async_trait]
impl Mailer for Slow {
    async fn send(&self, number: i64, letter: &Letter) -> Result<(), MailError> {
        self.clock.advance(Duration::from_secs(50));
        self.inbox.send(number, letter).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_cannot_be_sent_at_once_are_left_to_others() {
    let world = World::new().await;
    let names: Vec<String> = (0..10).map(|n| format!("guest{n}x")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    write(&world, &names).await;
    let mailer = Slow {
        inbox: world.inbox.clone(),
        clock: world.clock.clone(),
    };
    let ports = Ports {
        mailer: Arc::new(mailer),
        ..world.ports.clone()
    };
    let slow: Services = world.services_with(ports, Settings::default());
    assert_eq!(slow.post.send_due().await.unwrap(), 4);
    assert_eq!(sent(&world).len(), 4);
    while send(&world).await > 0 {}
    let mut all = sent(&world);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_sent_to_nobody_but_whom_it_was_for() {
    let world = World::new().await;
    write(&world, &["ann"]).await;
    let now = world.clock.now();
    let taken = world.ports.outbox.claim(now, now, 1).await.unwrap().remove(0);
    let mut letter = taken.letter;
    letter.to = "eve@example.org".parse().unwrap();
    // Somebody who can write to the database sends it to himself.
    let user = world.id("ann").await;
    let proof = NewProof {
        token: TokenDigest([9; 32]),
        user,
        purpose: Purpose::Confirm(letter.to.clone()),
        at: now,
        expires_at: now + Duration::from_secs(60),
    };
    world.ports.proofs.issue(proof, letter).await.unwrap();
    assert_eq!(send(&world).await, 2);
    assert_eq!(sent(&world), ["ann@example.org"]);
    world.pass(3600);
    assert_eq!(send(&world).await, 1, "somebody may have the key");
    assert_eq!(sent(&world), ["ann@example.org"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_sends_what_is_written() {
    let world = World::new().await;
    let post = world.services.post.clone();
    let running = tokio::spawn(async move { post.run().await });
    world.person("ann").await;
    write(&world, &["bob"]).await;
    while sent(&world).is_empty() {
        tokio::task::yield_now().await;
    }
    running.abort();
    assert_eq!(sent(&world), ["bob@example.org"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_speaks_to_its_reader() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let change = ProfileChange {
        display_name: Some("Ann Lee".parse().unwrap()),
        locale: Some(Some("de-CH".parse().unwrap())),
        ..ProfileChange::default()
    };
    let accounts = &world.services.accounts;
    accounts.change_profile(&ann, change).await.unwrap();
    accounts
        .change_password(&ann, PASSWORD.into(), password("battery staple"))
        .await
        .unwrap();
    assert_eq!(send(&world).await, 1);
    let (number, letter) = world.inbox.letters().pop().unwrap();
    assert_eq!(letter.kind, LetterKind::PasswordChanged);
    assert_eq!(
        (letter.to.as_str(), letter.name.as_str()),
        ("ann@example.org", "Ann Lee")
    );
    assert_eq!(letter.locale, Some("de-CH".parse().unwrap()));
    assert!(letter.secret.is_none() && letter.expires_at.is_none());
    assert!(number > world.inbox.letters()[0].0, "each has its number");
}
