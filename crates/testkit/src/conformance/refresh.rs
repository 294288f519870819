//! Refresh tokens: exchanged once, and dangerous when they are shown again.

use std::time::Duration;

use parlor_domain::{Account, Session, What};
use parlor_ports::{Clock, Refresh, Refreshed, TokenDigest};

use super::Tested;
use crate::{Fixture, at_once};

const GRACE: Duration = Duration::from_secs(10);

fn refresh(f: &Fixture, presented: TokenDigest, successor: TokenDigest) -> Refresh {
    let address = Some("192.0.2.7".into());
    Refresh {
        presented,
        successor,
        address,
        at: f.tick(),
        expires_at: f.in_a_month(),
        grace: GRACE,
    }
}

fn done(refreshed: Refreshed) -> (Session, Account) {
    match refreshed {
        Refreshed::Done(done) => *done,
        other => panic!("not exchanged: {other:?}"),
    }
}

/// A token is exchanged for its successor, which lives on.
pub async fn a_token_is_exchanged_for_its_successor(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let [one, two, three] = [f.token(), f.token(), f.token()];
    let opened = f.sessions.open(f.new_session(ann, one), 10).await?;
    f.clock.advance(Duration::from_hours(1));
    let ask = refresh(f, one, two);
    let (session, account) = done(f.sessions.refresh(ask.clone()).await?);
    let expected = Session {
        used_at: ask.at,
        expires_at: ask.expires_at,
        address: ask.address,
        ..opened
    };
    assert_eq!((&session, account.user), (&expected, ann));
    let (found, _) = f
        .sessions
        .find(session.id, f.clock.now())
        .await?
        .expect("it lives");
    assert_eq!(found, expected);
    done(f.sessions.refresh(refresh(f, two, three)).await?);
    assert!(f.events(ann.id).await?.is_empty());
    Ok(())
}

/// A token that nobody was given is unknown.
pub async fn an_unknown_token_is_unknown(f: &Fixture) -> Tested {
    let refused = f.sessions.refresh(refresh(f, f.token(), f.token())).await?;
    assert!(matches!(refused, Refreshed::Unknown));
    Ok(())
}

/// A device that did not hear the answer asks again, and is answered the same.
pub async fn a_retry_within_the_grace_is_answered_the_same(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let [one, two, three] = [f.token(), f.token(), f.token()];
    f.sessions.open(f.new_session(ann, one), 10).await?;
    let ask = refresh(f, one, two);
    let first = done(f.sessions.refresh(ask.clone()).await?);
    let retry = Refresh {
        at: ask.at + GRACE - Duration::from_micros(1),
        ..ask
    };
    assert_eq!(done(f.sessions.refresh(retry.clone()).await?), first);
    done(f.sessions.refresh(refresh(f, two, three)).await?);
    let late = f.sessions.refresh(retry).await?;
    assert!(
        matches!(late, Refreshed::Reused),
        "who has used the answer has heard it"
    );
    Ok(())
}

/// Sixteen devices with the same token at once: with the same successor all of them have it, and it works.
pub async fn a_token_is_exchanged_once_by_many_at_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let [one, two, three] = [f.token(), f.token(), f.token()];
    f.sessions.open(f.new_session(ann, one), 10).await?;
    let asked = at_once((0..16).map(|_| {
        let (sessions, ask) = (f.sessions.clone(), refresh(f, one, two));
        async move { sessions.refresh(ask).await }
    }));
    let mut answers = Vec::new();
    for answer in asked.await {
        answers.push(done(answer?));
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "all are answered like the first"
    );
    done(f.sessions.refresh(refresh(f, two, three)).await?);
    Ok(())
}

/// Sixteen who would each give it another successor: one at most is served, and the session is over.
pub async fn a_token_with_two_successors_ends_its_session(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let token = f.token();
    let session = f.sessions.open(f.new_session(ann, token), 10).await?;
    let asked = at_once((0..16).map(|_| {
        let (sessions, ask) = (f.sessions.clone(), refresh(f, token, f.token()));
        async move { sessions.refresh(ask).await }
    }));
    let (mut served, mut reused) = (0, 0);
    for answer in asked.await {
        match answer? {
            Refreshed::Done(_) => served += 1,
            Refreshed::Reused => reused += 1,
            Refreshed::Unknown => {}
        }
    }
    assert_eq!(served, 1);
    assert!(reused >= 1);
    assert!(f.sessions.find(session.id, f.clock.now()).await?.is_none());
    assert_eq!(
        f.happened(ann.id).await?,
        [What::SessionsRevoked {
            sessions: vec![session.id]
        }]
    );
    Ok(())
}

/// A token that is shown again later was copied: its session is over, and its sockets hear of it.
pub async fn a_token_shown_again_later_ends_its_session(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let [one, two, three] = [f.token(), f.token(), f.token()];
    let session = f.sessions.open(f.new_session(ann, one), 10).await?;
    let other = f.session(ann).await?;
    let ask = refresh(f, one, two);
    done(f.sessions.refresh(ask.clone()).await?);
    let late = Refresh {
        at: ask.at + GRACE,
        ..ask
    };
    assert!(matches!(f.sessions.refresh(late).await?, Refreshed::Reused));
    assert!(f.sessions.find(session.id, f.clock.now()).await?.is_none());
    assert!(
        f.sessions.find(other.id, f.clock.now()).await?.is_some(),
        "other devices go on"
    );
    assert!(matches!(
        f.sessions.refresh(refresh(f, two, three)).await?,
        Refreshed::Unknown
    ));
    assert_eq!(
        f.happened(ann.id).await?,
        [What::SessionsRevoked {
            sessions: vec![session.id]
        }]
    );
    assert_eq!(f.heard.events(ann.id).len(), 1);
    Ok(())
}

/// So does one from further back.
pub async fn an_old_token_ends_its_session(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let tokens = [f.token(), f.token(), f.token(), f.token()];
    let session = f.sessions.open(f.new_session(ann, tokens[0]), 10).await?;
    for pair in tokens.windows(2) {
        f.clock.advance(Duration::from_hours(1));
        done(f.sessions.refresh(refresh(f, pair[0], pair[1])).await?);
    }
    assert!(matches!(
        f.sessions.refresh(refresh(f, tokens[0], tokens[1])).await?,
        Refreshed::Reused
    ));
    assert!(f.sessions.find(session.id, f.clock.now()).await?.is_none());
    Ok(())
}

/// For as long as a token lives, a copy of one that was used ends its session; then nobody knows it any more.
pub async fn a_used_token_is_known_for_its_life(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let tokens = [f.token(), f.token(), f.token(), f.token()];
    let session = f.sessions.open(f.new_session(ann, tokens[0]), 10).await?;
    for pair in tokens.windows(2) {
        done(f.sessions.refresh(refresh(f, pair[0], pair[1])).await?);
        f.clock.advance(Duration::from_hours(16 * 24));
    }
    let oldest = f.sessions.refresh(refresh(f, tokens[0], tokens[1])).await?;
    assert!(matches!(oldest, Refreshed::Unknown));
    assert!(f.sessions.find(session.id, f.clock.now()).await?.is_some());
    let old = f.sessions.refresh(refresh(f, tokens[1], tokens[2])).await?;
    assert!(matches!(old, Refreshed::Reused));
    assert!(f.sessions.find(session.id, f.clock.now()).await?.is_none());
    Ok(())
}

/// A session that is over or expired is not refreshed.
pub async fn a_session_that_is_over_is_not_refreshed(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let [one, two] = [f.token(), f.token()];
    let ended = f.sessions.open(f.new_session(ann, one), 10).await?;
    let expired = f.sessions.open(f.new_session(ann, two), 10).await?;
    f.sessions.revoke(ann.id, ended.id, f.tick()).await?;
    assert!(matches!(
        f.sessions.refresh(refresh(f, one, f.token())).await?,
        Refreshed::Unknown
    ));
    let late = Refresh {
        at: expired.expires_at,
        ..refresh(f, two, f.token())
    };
    assert!(matches!(f.sessions.refresh(late).await?, Refreshed::Unknown));
    Ok(())
}
