//! What changes while somebody logs in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use parlor_domain::{AccountStatus, Timestamp, UserId};
use parlor_ports::{
    Challenge, ChallengeStore, Clock, CodeDigest, CounterName, CounterStore, NewChallenge, NewLetter,
    PasswordHash, StoreError, TokenDigest,
};
use parlor_services::{LogIns, LoggedIn, Ports, Services, Settings};

use super::{ANN, careful_ann, mailed_code};
use crate::world::{PASSWORD, World, challenged, code, device};

/// Something that happens once, in the middle of something else.
#[derive(Default)]
pub(super) struct Meanwhile(Mutex<Option<BoxFuture<'static, ()>>>);

impl Meanwhile {
    pub(super) fn plan(&self, work: impl Future<Output = ()> + Send + 'static) {
        *self.0.lock().unwrap() = Some(Box::pin(work));
    }

    async fn happen(&self) {
        let work = self.0.lock().unwrap().take();
        if let Some(work) = work {
            work.await;
        }
    }
}

/// Something happens when the password was found right.
struct AfterPassword(Arc<dyn CounterStore>, Arc<Meanwhile>);

#[async_trait]
impl CounterStore for AfterPassword {
    async fn count(
        &self,
        name: CounterName,
        most: u32,
        window: Duration,
        now: Timestamp,
    ) -> Result<Result<(), Duration>, StoreError> {
        self.0.count(name, most, window, now).await
    }

    async fn forget(&self, name: CounterName) -> Result<(), StoreError> {
        self.1.happen().await;
        self.0.forget(name).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.0.sweep(now).await
    }
}

/// Something happens when a challenge was met.
struct AfterCode(Arc<dyn ChallengeStore>, Arc<Meanwhile>);

#[async_trait]
impl ChallengeStore for AfterCode {
    async fn open(&self, new: NewChallenge, letter: Option<NewLetter>) -> Result<(), StoreError> {
        self.0.open(new, letter).await
    }

    async fn find(&self, challenge: TokenDigest, now: Timestamp) -> Result<Option<Challenge>, StoreError> {
        self.0.find(challenge, now).await
    }

    async fn count_try(
        &self,
        challenge: TokenDigest,
        most: u32,
        now: Timestamp,
    ) -> Result<Option<Challenge>, StoreError> {
        self.0.count_try(challenge, most, now).await
    }

    async fn meet(&self, challenge: TokenDigest, now: Timestamp) -> Result<bool, StoreError> {
        let met = self.0.meet(challenge, now).await;
        self.1.happen().await;
        met
    }

    async fn replace_code(
        &self,
        challenge: TokenDigest,
        sent: u32,
        code: CodeDigest,
        letter: Option<NewLetter>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.0.replace_code(challenge, sent, code, letter, now).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.0.sweep(now).await
    }
}

/// The same server, where something can happen in the middle of a log in.
pub(super) fn disturbed(world: &World) -> (Services, Arc<Meanwhile>) {
    let meanwhile = Arc::new(Meanwhile::default());
    let ports = Ports {
        counters: Arc::new(AfterPassword(world.ports.counters.clone(), meanwhile.clone())),
        challenges: Arc::new(AfterCode(world.ports.challenges.clone(), meanwhile.clone())),
        ..world.ports.clone()
    };
    (world.services_with(ports, Settings::default()), meanwhile)
}

pub(super) async fn log_in(log_ins: &LogIns) -> Result<LoggedIn, parlor_services::Error> {
    log_ins.log_in("ann", PASSWORD.into(), device()).await
}

/// What can happen to ann: another password, a lock, other rights, the end.
pub(super) fn blows(world: &World, ann: UserId) -> Vec<BoxFuture<'static, ()>> {
    let at = world.clock.now();
    let users = [(); 4].map(|()| world.ports.users.clone());
    let [one, two, three, four] = users;
    vec![
        Box::pin(async move {
            let hash = PasswordHash("another".into());
            one.set_password(ann, hash, None, None, at).await.unwrap();
        }),
        Box::pin(async move {
            two.set_status(ann, AccountStatus::Disabled, at).await.unwrap();
        }),
        Box::pin(async move {
            three.set_admin(ann, true, at).await.unwrap();
        }),
        Box::pin(async move {
            four.delete(ann, false, at).await.unwrap();
        }),
    ]
}

pub(super) async fn live(world: &World, ann: UserId) -> usize {
    world
        .ports
        .sessions
        .list(ann, world.clock.now())
        .await
        .unwrap()
        .len()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_outlives_a_change_that_crosses_it() {
    // Which rights he has is asked after this, and so the session has the new ones.
    for n in [0, 1, 3] {
        let world = World::new().await;
        let ann = world.person("ann").await.user.id;
        let (services, meanwhile) = disturbed(&world);
        meanwhile.plan(blows(&world, ann).remove(n));
        assert!(log_in(&services.log_ins).await.is_err(), "{n}");
        assert_eq!(live(&world, ann).await, 0, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_challenge_outlives_a_change_that_crosses_it() {
    let world = careful_ann().await;
    let ann = world.id("ann").await;
    let (services, meanwhile) = disturbed(&world);
    meanwhile.plan(blows(&world, ann).remove(0));
    assert_eq!(code(log_in(&services.log_ins).await), "wrong_credentials");
    assert_eq!(live(&world, ann).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_completed_log_in_outlives_a_change_that_crosses_it() {
    for n in 0..4 {
        let world = careful_ann().await;
        let ann = world.id("ann").await;
        let (services, meanwhile) = disturbed(&world);
        let asked = challenged(log_in(&services.log_ins).await.unwrap());
        let right = mailed_code(&world, ANN).await;
        meanwhile.plan(blows(&world, ann).remove(n));
        let completed = services.log_ins.complete(&asked.token, &right).await;
        assert_eq!(code(completed), "challenge_over", "{n}");
        assert_eq!(live(&world, ann).await, 0, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_before_the_code_is_shown_voids_the_challenge() {
    for n in [0, 1, 3] {
        let world = careful_ann().await;
        let ann = world.id("ann").await;
        let asked = world.challenge("ann").await;
        let right = mailed_code(&world, ANN).await;
        blows(&world, ann).remove(n).await;
        assert_eq!(
            code(world.complete(&asked, &right).await),
            "challenge_over",
            "{n}"
        );
        let again = world.services.log_ins.send_again(&asked.token).await;
        assert_eq!(code(again), "challenge_over", "{n}");
    }
}
