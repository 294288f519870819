//! Sessions: opening, finding and ending them.

use std::collections::BTreeSet;
use std::time::Duration;

use parlor_domain::{AccountStatus, Session, SessionId, What};
use parlor_ports::{Clock, Entropy, NewSession, Refresh, Refreshed};

use super::Tested;
use crate::Fixture;

fn ids(sessions: &[Session]) -> Vec<SessionId> {
    sessions.iter().map(|session| session.id).collect()
}

/// A session is found as it was opened, with its account.
pub async fn a_session_is_as_it_was_opened(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let new = f.new_session(ann, f.token());
    let opened = f.sessions.open(new.clone(), 10).await?;
    let expected = Session {
        id: new.id,
        user: ann,
        device: new.device,
        address: new.address,
        created_at: new.at,
        used_at: new.at,
        expires_at: new.expires_at,
    };
    assert_eq!(opened, expected);
    let (session, account) = f.sessions.find(new.id, f.clock.now()).await?.expect("it lives");
    assert_eq!(
        (session, account.user, account.username.as_str()),
        (expected, ann, "ann")
    );
    let unknown = SessionId::new(f.entropy.uuid(f.clock.now()));
    assert!(f.sessions.find(unknown, f.clock.now()).await?.is_none());
    let nameless = NewSession {
        device: "".parse().expect("a name"),
        address: None,
        ..f.new_session(ann, f.token())
    };
    assert_eq!(f.sessions.open(nameless, 10).await?.address, None);
    assert!(
        f.events(ann.id).await?.is_empty(),
        "to open a session is no event"
    );
    Ok(())
}

/// Sessions are listed with the one used last first, and only those of that person.
pub async fn sessions_are_listed_last_used_first(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let token = f.token();
    let one = f.sessions.open(f.new_session(ann, token), 10).await?;
    let two = f.session(ann).await?;
    f.session(ben).await?;
    assert_eq!(
        ids(&f.sessions.list(ann.id, f.clock.now()).await?),
        [two.id, one.id]
    );
    f.sessions.refresh(refresh(f, token)).await?;
    assert_eq!(
        ids(&f.sessions.list(ann.id, f.clock.now()).await?),
        [one.id, two.id]
    );
    Ok(())
}

/// A session is over when its time is, to the microsecond, and then cannot be ended any more.
pub async fn an_expired_session_is_over(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let session = f.session(ann).await?;
    let end = session.expires_at;
    assert!(
        f.sessions
            .find(session.id, end - Duration::from_micros(1))
            .await?
            .is_some()
    );
    assert!(f.sessions.find(session.id, end).await?.is_none());
    assert!(f.sessions.list(ann.id, end).await?.is_empty());
    assert!(!f.sessions.revoke(ann.id, session.id, end).await?);
    assert_eq!(f.sessions.revoke_all(ann.id, None, end).await?, 0);
    assert!(f.events(ann.id).await?.is_empty());
    Ok(())
}

/// A session too many ends the one that was unused longest, and the person's stream tells of it.
pub async fn a_session_too_many_ends_the_one_unused_longest(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let token = f.token();
    let old = f.sessions.open(f.new_session(ann, token), 3).await?;
    let unused = f.sessions.open(f.new_session(ann, f.token()), 3).await?;
    let other = f.sessions.open(f.new_session(ann, f.token()), 3).await?;
    f.sessions.refresh(refresh(f, token)).await?;
    assert!(f.events(ann.id).await?.is_empty());
    let new = f.sessions.open(f.new_session(ann, f.token()), 3).await?;
    assert_eq!(
        ids(&f.sessions.list(ann.id, f.clock.now()).await?),
        [new.id, old.id, other.id]
    );
    assert_eq!(
        f.happened(ann.id).await?,
        [What::SessionsRevoked {
            sessions: vec![unused.id]
        }]
    );
    Ok(())
}

/// That a session was used is noted, and never moved back: for one too many another ends. What is over stays so.
pub async fn a_session_in_use_is_not_the_one_that_ends(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (used, unused) = (f.session(ann).await?, f.session(ann).await?);
    let at = f.tick();
    f.sessions.used(ann.id, used.id, at).await?;
    f.sessions.used(ann.id, used.id, used.created_at).await?;
    f.sessions.used(ben.id, unused.id, at).await?;
    let listed = f.sessions.list(ann.id, f.clock.now()).await?;
    assert_eq!(ids(&listed), [used.id, unused.id]);
    assert_eq!(listed[0].used_at, at);
    assert_eq!(listed[1], unused, "it is not his");
    let new = f.sessions.open(f.new_session(ann, f.token()), 2).await?;
    f.sessions.used(ann.id, unused.id, f.tick()).await?;
    assert_eq!(
        ids(&f.sessions.list(ann.id, f.clock.now()).await?),
        [new.id, used.id]
    );
    Ok(())
}

/// Sessions that expired take nobody's place.
pub async fn an_expired_session_takes_no_place(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let soon = |at| at + Duration::from_secs(1);
    let short = f.new_session(ann, f.token());
    f.sessions
        .open(
            NewSession {
                expires_at: soon(short.at),
                ..short
            },
            2,
        )
        .await?;
    let long = f.sessions.open(f.new_session(ann, f.token()), 2).await?;
    f.clock.advance(Duration::from_secs(5));
    let new = f.sessions.open(f.new_session(ann, f.token()), 2).await?;
    assert_eq!(
        ids(&f.sessions.list(ann.id, f.clock.now()).await?),
        [new.id, long.id]
    );
    assert!(f.events(ann.id).await?.is_empty(), "nothing live ended");
    Ok(())
}

/// A session that is ended is over at once, once, and by its owner only.
pub async fn a_session_is_ended_by_its_owner(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (ended, kept) = (f.session(ann).await?, f.session(ann).await?);
    assert!(
        !f.sessions.revoke(ben.id, ended.id, f.tick()).await?,
        "it is not his"
    );
    assert!(f.sessions.find(ended.id, f.clock.now()).await?.is_some());
    assert!(f.sessions.revoke(ann.id, ended.id, f.tick()).await?);
    assert!(f.sessions.find(ended.id, f.clock.now()).await?.is_none());
    assert!(
        !f.sessions.revoke(ann.id, ended.id, f.tick()).await?,
        "it is over"
    );
    assert_eq!(ids(&f.sessions.list(ann.id, f.clock.now()).await?), [kept.id]);
    assert_eq!(
        f.happened(ann.id).await?,
        [What::SessionsRevoked {
            sessions: vec![ended.id]
        }]
    );
    assert_eq!(f.heard.events(ann.id).len(), 1);
    assert!(f.events(ben.id).await?.is_empty());
    Ok(())
}

/// All sessions but one are ended by one event.
pub async fn all_sessions_but_one_are_ended(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (kept, one, two) = (
        f.session(ann).await?,
        f.session(ann).await?,
        f.session(ann).await?,
    );
    let bens = f.session(ben).await?;
    assert_eq!(f.sessions.revoke_all(ann.id, Some(kept.id), f.tick()).await?, 2);
    assert_eq!(f.sessions.revoke_all(ann.id, Some(kept.id), f.tick()).await?, 0);
    let [What::SessionsRevoked { sessions }] = &f.happened(ann.id).await?[..] else {
        panic!("one event")
    };
    assert_eq!(
        sessions.iter().collect::<BTreeSet<_>>(),
        BTreeSet::from([&one.id, &two.id])
    );
    assert_eq!(f.sessions.revoke_all(ann.id, None, f.tick()).await?, 1);
    assert!(f.sessions.list(ann.id, f.clock.now()).await?.is_empty());
    assert!(f.sessions.find(bens.id, f.clock.now()).await?.is_some());
    Ok(())
}

/// Whoever was not there when sessions ended can ask which did, even after their owner has logged in again.
pub async fn ended_sessions_are_known_for_a_while(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (early, late, bens) = (
        f.session(ann).await?,
        f.session(ann).await?,
        f.session(ben).await?,
    );
    f.sessions.revoke(ann.id, early.id, f.tick()).await?;
    let since = f.tick();
    f.sessions.revoke(ann.id, late.id, since).await?;
    f.sessions.revoke(ben.id, bens.id, f.tick()).await?;
    f.session(ann).await?;
    let ended: BTreeSet<_> = f.sessions.ended_since(since).await?.into_iter().collect();
    assert_eq!(ended, BTreeSet::from([late.id, bens.id]));
    Ok(())
}

/// Sessions that are over are forgotten step by step, with all their tokens, and no others are.
pub async fn sessions_that_are_over_are_forgotten(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let mut token = f.token();
    let refreshed = f.new_session(ann, token);
    f.sessions.open(refreshed.clone(), 1000).await?;
    for _ in 0..150 {
        let ask = refresh(f, token);
        token = ask.successor;
        f.sessions.refresh(ask).await?;
    }
    for _ in 0..150 {
        f.sessions.open(f.new_session(ann, f.token()), 1000).await?;
    }
    let (before, after) = (f.session(ben).await?, f.session(ben).await?);
    f.sessions.revoke(ben.id, before.id, f.tick()).await?;
    let ended = f.tick();
    f.sessions.revoke(ben.id, after.id, ended).await?;
    let everything = f.clock.now() - Duration::from_hours(1);
    assert!(!f.sessions.sweep(f.clock.now(), everything).await?);

    assert!(f.sessions.sweep(f.clock.now(), ended).await?);
    assert!(!f.sessions.sweep(f.clock.now(), ended).await?);
    assert_eq!(f.sessions.ended_since(everything).await?, [after.id]);

    f.clock.advance(Duration::from_hours(30 * 24));
    let live = f.sessions.open(f.new_session(ann, f.token()), 1000).await?;
    let mut steps = 0;
    while f.sessions.sweep(f.clock.now(), ended).await? {
        steps += 1;
    }
    assert!(steps >= 4, "{steps} steps for 150 sessions and 300 tokens");
    assert_eq!(ids(&f.sessions.list(ann.id, f.clock.now()).await?), [live.id]);
    // Of the first one nothing is left that would be in the way of another with its id and its tokens.
    let again = NewSession {
        at: f.tick(),
        expires_at: f.in_a_month(),
        ..refreshed
    };
    f.sessions.open(again.clone(), 1000).await?;
    let done = f.sessions.refresh(refresh(f, again.token)).await?;
    assert!(matches!(done, Refreshed::Done(_)));
    assert!(f.events(ann.id).await?.is_empty(), "nothing live ended");
    Ok(())
}

/// A locked account is found by no session, not even by one that is opened while it is locked.
pub async fn a_locked_account_is_found_by_no_session(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    f.users
        .set_status(ann.id, AccountStatus::Disabled, f.tick())
        .await?;
    let token = f.token();
    let session = f.sessions.open(f.new_session(ann, token), 10).await?;
    assert!(f.sessions.find(session.id, f.clock.now()).await?.is_none());
    assert!(matches!(
        f.sessions.refresh(refresh(f, token)).await?,
        Refreshed::Unknown
    ));
    assert!(
        f.sync
            .snapshot(session.id, Vec::new(), f.clock.now(), f.clock.now())
            .await?
            .is_none()
    );
    Ok(())
}

fn refresh(f: &Fixture, presented: parlor_ports::TokenDigest) -> Refresh {
    Refresh {
        presented,
        successor: f.token(),
        address: None,
        at: f.tick(),
        expires_at: f.in_a_month(),
        grace: Duration::from_secs(10),
    }
}
