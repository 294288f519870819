//! The stable keys of dialects.

use std::time::Duration;

use parlor_domain::{AccountStatus, Dialect, Session, SessionId, UserRef, What};
use parlor_ports::{Clock, KeySession, NewKeySession, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

const LIFE: Duration = Duration::from_hours(24);

/// A log in that is answered with a key whose session lives for a day.
fn log_in(f: &Fixture, user: UserRef, dialect: Dialect) -> NewKeySession {
    let at = f.tick();
    NewKeySession {
        dialect,
        session: SessionId::new(f.nobody().uuid()),
        user,
        device: "browser".parse().expect("a device name"),
        address: Some("192.0.2.7".into()),
        at,
        expires_at: at + LIFE,
    }
}

/// Logs in, and gives what the key stands for; a person may have ten sessions here.
async fn open(f: &Fixture, user: UserRef, dialect: Dialect) -> Result<KeySession, StoreError> {
    f.dialects.open_key(log_in(f, user, dialect), 10).await
}

async fn find(f: &Fixture, user: UserRef, dialect: Dialect) -> Result<Option<KeySession>, StoreError> {
    f.dialects.find_key(dialect, user.number, f.clock.now()).await
}

/// A key and its session are the same at every log in, which keeps the session alive. It is a session like others.
pub async fn a_key_is_the_same_at_every_log_in(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let first = log_in(f, ann, Dialect::Rooms);
    let opened = f.dialects.open_key(first.clone(), 10).await?;
    let mut expected = KeySession {
        counter: 0,
        session: Session {
            id: first.session,
            user: ann,
            device: first.device.clone(),
            address: first.address.clone(),
            created_at: first.at,
            used_at: first.at,
            expires_at: first.expires_at,
        },
        account: f.account(ann).await?,
    };
    assert_eq!(opened, expected);

    let next = NewKeySession {
        address: None,
        ..log_in(f, ann, Dialect::Rooms)
    };
    let kept = f.dialects.open_key(next.clone(), 10).await?;
    expected.session.used_at = next.at;
    expected.session.expires_at = next.expires_at;
    assert_eq!(kept, expected);
    let shorter = NewKeySession {
        at: f.tick(),
        ..first.clone()
    };
    let kept = f.dialects.open_key(shorter, 10).await?;
    assert_eq!(
        (kept.counter, kept.session.expires_at),
        (0, next.expires_at),
        "it never moves back"
    );
    assert_eq!(find(f, ann, Dialect::Rooms).await?, Some(kept.clone()));

    let now = f.clock.now();
    let found = f.sessions.find(first.session, now).await?;
    assert_eq!(found.map(|(session, _)| session), Some(kept.session.clone()));
    assert_eq!(f.sessions.list(ann.id, now).await?, [kept.session]);
    assert!(f.sessions.was_at(ann.id, "192.0.2.7", first.at).await?);
    assert!(f.events(ann.id).await?.is_empty(), "no session ended");
    Ok(())
}

/// A key is good for its user in its dialect, which has a counter of its own, and for nobody else.
pub async fn a_key_is_of_one_user_in_one_dialect(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let rooms = open(f, ann, Dialect::Rooms).await?;
    assert_eq!(find(f, ann, Dialect::Relay).await?, None);
    assert_eq!(find(f, ben, Dialect::Rooms).await?, None);
    let nobody = f.dialects.find_key(Dialect::Rooms, 0, f.clock.now()).await?;
    assert_eq!(nobody, None);
    assert!(f.sessions.revoke(ann.id, rooms.session.id, f.tick()).await?);
    assert_eq!(open(f, ann, Dialect::Rooms).await?.counter, 1);
    let relay = open(f, ann, Dialect::Relay).await?;
    assert_eq!(relay.counter, 0);
    assert_eq!(open(f, ben, Dialect::Rooms).await?.counter, 0);
    assert_eq!(find(f, ann, Dialect::Relay).await?, Some(relay));
    assert_eq!(f.sessions.list(ann.id, f.clock.now()).await?.len(), 2);
    Ok(())
}

/// Whose session was ended, or has expired, is known by its key no more. The next log in has another, also after the session was
/// forgotten: no counter comes again.
pub async fn an_ended_key_is_followed_by_another(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let first = open(f, ann, Dialect::Relay).await?;
    assert!(f.sessions.revoke(ann.id, first.session.id, f.tick()).await?);
    assert_eq!(find(f, ann, Dialect::Relay).await?, None);
    assert_eq!(
        f.happened(ann.id).await?,
        [What::SessionsRevoked {
            sessions: vec![first.session.id]
        }]
    );
    let now = f.tick();
    while f.sessions.sweep(now, now).await? {}
    assert!(!f.sessions.is_known(first.session.id).await?, "it is forgotten");
    let second = open(f, ann, Dialect::Relay).await?;
    assert_eq!(second.counter, 1);
    assert_ne!(second.session.id, first.session.id);
    assert_eq!(find(f, ann, Dialect::Relay).await?, Some(second.clone()));

    let end = second.session.expires_at;
    let last = end - Duration::from_micros(1);
    for (at, lives) in [(last, true), (end, false)] {
        let found = f.dialects.find_key(Dialect::Relay, ann.number, at).await?;
        assert_eq!(found.is_some(), lives);
    }
    let over = f.clock.advance(LIFE * 2);
    while f.sessions.sweep(over, over).await? {}
    let third = open(f, ann, Dialect::Relay).await?;
    assert_eq!(third.counter, 2);
    f.users
        .set_password(ann.id, f.hash("new"), None, None, f.tick())
        .await?;
    assert_eq!(find(f, ann, Dialect::Relay).await?, None);
    assert_eq!(open(f, ann, Dialect::Relay).await?.counter, 3);
    Ok(())
}

/// Who is locked or deleted is known by no key, not even by one that is handed out meanwhile.
pub async fn an_account_that_is_disabled_has_no_key(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    for user in [ann, ben] {
        open(f, user, Dialect::Rooms).await?;
    }
    f.users
        .set_status(ann.id, AccountStatus::Disabled, f.tick())
        .await?;
    f.users.delete(ben.id, false, f.tick()).await?;
    for user in [ann, ben] {
        assert_eq!(find(f, user, Dialect::Rooms).await?, None);
        assert_eq!(open(f, user, Dialect::Rooms).await?.counter, 1);
        assert_eq!(find(f, user, Dialect::Rooms).await?, None);
    }
    Ok(())
}

/// Sessions of keys count among a person's sessions: one too many ends the one that was unused longest.
pub async fn sessions_of_keys_take_places(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let old = f.session(ann).await?;
    let key = f.dialects.open_key(log_in(f, ann, Dialect::Rooms), 1).await?;
    assert!(f.sessions.find(old.id, f.clock.now()).await?.is_none());
    f.dialects.open_key(log_in(f, ann, Dialect::Rooms), 1).await?;
    assert!(find(f, ann, Dialect::Rooms).await?.is_some());
    f.sessions.open(f.new_session(ann, f.token()), 1).await?;
    assert_eq!(find(f, ann, Dialect::Rooms).await?, None);
    assert_eq!(
        f.happened(ann.id).await?,
        [old.id, key.session.id].map(|session| What::SessionsRevoked {
            sessions: vec![session]
        })
    );
    Ok(())
}

/// Ten log-ins at once get one session, whether there was one before or not.
pub async fn log_ins_at_once_have_one_key(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    for counter in [0, 1] {
        let log_ins = (0..10).map(|_| {
            let (dialects, new) = (f.dialects.clone(), log_in(f, ann, Dialect::Rooms));
            async move { dialects.open_key(new, 10).await }
        });
        let mut opened = Vec::new();
        for answer in at_once(log_ins).await {
            let key = answer?;
            assert_eq!(key.counter, counter);
            opened.push(key.session.id);
        }
        opened.dedup();
        let [session] = opened[..] else {
            panic!("one session: {opened:?}")
        };
        assert_eq!(f.sessions.list(ann.id, f.clock.now()).await?.len(), 1);
        assert!(f.sessions.revoke(ann.id, session, f.tick()).await?);
    }
    Ok(())
}
