//! Sessions that stand for log-ins at a host application.

use std::time::Duration;

use parlor_domain::{AccountStatus, Session, SessionId, UserRef, What};
use parlor_ports::{Clock, HostedSession};

use super::Tested;
use crate::{Fixture, at_once};

const HOUR: Duration = Duration::from_hours(1);

/// A log in at a host application with a token that is good for an hour.
fn log_in(f: &Fixture, user: UserRef) -> HostedSession {
    let at = f.tick();
    HostedSession {
        id: SessionId::new(f.nobody().uuid()),
        user,
        device: "intranet".parse().expect("a device name"),
        address: Some("192.0.2.7".into()),
        at,
        expires_at: at + HOUR,
    }
}

/// The same log in later, with a token that is good for an hour from then on.
fn later(f: &Fixture, log_in: &HostedSession, by: Duration) -> HostedSession {
    let at = f.clock.advance(by);
    HostedSession {
        address: None,
        at,
        expires_at: at + HOUR,
        ..log_in.clone()
    }
}

/// A log in elsewhere opens one session, which lives as long as its tokens.
pub async fn a_hosted_session_lives_by_its_tokens(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let first = log_in(f, ann);
    let opened = f.sessions.open_hosted(first.clone(), 10).await?;
    let expected = Session {
        id: first.id,
        user: ann,
        device: first.device.clone(),
        address: first.address.clone(),
        created_at: first.at,
        used_at: first.at,
        expires_at: first.expires_at,
    };
    assert_eq!(opened.as_ref(), Some(&expected));
    let next = later(f, &first, HOUR / 2);
    let kept = f.sessions.open_hosted(next.clone(), 10).await?;
    let expected = Session {
        used_at: next.at,
        expires_at: next.expires_at,
        ..expected
    };
    assert_eq!(kept.as_ref(), Some(&expected));
    let older = HostedSession {
        at: f.tick(),
        ..first.clone()
    };
    let kept = f.sessions.open_hosted(older, 10).await?.expect("it lives");
    assert_eq!(kept.expires_at, next.expires_at, "it never moves back");
    assert_eq!(f.sessions.list(ann.id, f.clock.now()).await?, [kept]);

    let stolen = HostedSession {
        user: ben,
        ..later(f, &first, Duration::from_secs(1))
    };
    assert_eq!(f.sessions.open_hosted(stolen, 10).await?, None, "it is hers");
    let expired = later(f, &first, HOUR * 3);
    assert!(f.sessions.list(ann.id, f.clock.now()).await?.is_empty());
    assert!(f.sessions.open_hosted(expired, 10).await?.is_some());
    assert_eq!(f.sessions.list(ann.id, f.clock.now()).await?.len(), 1);
    assert!(f.events(ann.id).await?.is_empty(), "no session ended");
    Ok(())
}

/// A hosted session that was ended stays ended, as long as there are tokens for it.
pub async fn a_hosted_session_that_was_ended_stays_ended(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let first = log_in(f, ann);
    f.sessions.open_hosted(first.clone(), 10).await?;
    assert!(f.sessions.revoke(ann.id, first.id, f.tick()).await?);
    for _ in 0..5 {
        let next = later(f, &first, HOUR - Duration::from_secs(1));
        assert_eq!(f.sessions.open_hosted(next, 10).await?, None);
        let now = f.clock.now();
        while f.sessions.sweep(now, now).await? {}
    }
    assert!(f.sessions.list(ann.id, f.clock.now()).await?.is_empty());
    let other = log_in(f, ann);
    assert!(f.sessions.open_hosted(other, 10).await?.is_some());
    Ok(())
}

/// A hosted session that was ended is remembered for a day after its last token expired, and then forgotten.
pub async fn a_hosted_session_that_was_ended_is_remembered_for_a_day(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (ended, expired) = (log_in(f, ann), log_in(f, ann));
    for log_in in [&ended, &expired] {
        f.sessions.open_hosted(log_in.clone(), 10).await?;
        assert!(f.sessions.is_known(log_in.id).await?);
    }
    assert!(f.sessions.revoke(ann.id, ended.id, f.tick()).await?);
    let day = HOUR * 24;
    let last = ended.expires_at + day - Duration::from_micros(1);
    while f.sessions.sweep(last, last).await? {}
    assert!(f.sessions.is_known(ended.id).await?);
    assert!(!f.sessions.is_known(expired.id).await?, "it was not ended");
    let over = ended.expires_at + day;
    while f.sessions.sweep(over, over).await? {}
    assert!(!f.sessions.is_known(ended.id).await?);
    Ok(())
}

/// A log in elsewhere that is seen by many at once is one session.
pub async fn a_log_in_seen_by_many_at_once_is_one_session(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let first = log_in(f, ann);
    let answers = at_once((0..50).map(|_| {
        let (sessions, first) = (f.sessions.clone(), first.clone());
        async move { sessions.open_hosted(first, 2).await }
    }));
    for answer in answers.await {
        assert_eq!(answer?.map(|session| session.id), Some(first.id));
    }
    assert_eq!(f.sessions.list(ann.id, f.clock.now()).await?.len(), 1);
    assert!(f.events(ann.id).await?.is_empty());
    Ok(())
}

/// Hosted sessions count among a person's sessions: one too many ends the one that was unused longest.
pub async fn hosted_sessions_take_places(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let old = f.session(ann).await?;
    let first = log_in(f, ann);
    f.sessions.open_hosted(first.clone(), 2).await?;
    let second = log_in(f, ann);
    f.sessions.open_hosted(second.clone(), 2).await?;
    f.sessions
        .open_hosted(later(f, &first, Duration::from_secs(1)), 2)
        .await?;
    assert_eq!(
        f.happened(ann.id).await?,
        [What::SessionsRevoked {
            sessions: vec![old.id]
        }]
    );
    f.sessions.open(f.new_session(ann, f.token()), 2).await?;
    assert!(f.sessions.find(second.id, f.clock.now()).await?.is_none());
    assert!(f.sessions.find(first.id, f.clock.now()).await?.is_some());
    Ok(())
}

/// Who is locked opens no session elsewhere either.
pub async fn a_locked_account_has_no_hosted_session(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let first = log_in(f, ann);
    f.sessions.open_hosted(first.clone(), 2).await?;
    f.users
        .set_status(ann.id, AccountStatus::Disabled, f.tick())
        .await?;
    for log_in in [later(f, &first, Duration::from_secs(1)), log_in(f, ann)] {
        assert_eq!(f.sessions.open_hosted(log_in, 2).await?, None);
    }
    Ok(())
}
