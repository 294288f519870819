//! Where people were.

use std::time::Duration;

use parlor_domain::{SessionId, UserRef};
use parlor_ports::{Clock, HostedSession, NewSession, Refresh, StoreError};

use super::Tested;
use crate::Fixture;

const DAY: Duration = Duration::from_hours(24);

/// Opens a session at this address.
async fn log_in(f: &Fixture, user: UserRef, address: &str) -> Result<NewSession, StoreError> {
    let new = NewSession {
        address: Some(address.into()),
        ..f.new_session(user, f.token())
    };
    f.sessions.open(new.clone(), 100).await?;
    Ok(new)
}

/// Where somebody was is remembered by time, and whatever becomes of the session.
pub async fn places_are_remembered(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let session = log_in(f, ann, "192.0.2.7").await?;
    let was = async |user: UserRef, address, since| f.sessions.was_at(user.id, address, since).await;
    assert!(was(ann, "192.0.2.7", session.at).await?);
    assert!(!was(ann, "192.0.2.7", f.tick()).await?);
    assert!(!was(ann, "192.0.2.8", session.at).await?);
    assert!(!was(ben, "192.0.2.7", session.at).await?);
    let at = f.tick();
    f.sessions.revoke(ann.id, session.id, at).await?;
    let month = session.at + DAY * 90;
    while f.sessions.sweep(month, month).await? {}
    assert!(!f.sessions.is_known(session.id).await?);
    assert!(was(ann, "192.0.2.7", session.at).await?, "she was there");
    let later = month + Duration::from_micros(1);
    while f.sessions.sweep(later, later).await? {}
    assert!(!was(ann, "192.0.2.7", session.at).await?, "that is long ago");
    Ok(())
}

/// Of an IPv6 address the network counts, as everybody has many in his.
pub async fn a_place_is_a_network(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let at = log_in(f, ann, "2001:db8:1:2::7").await?.at;
    for (address, was) in [
        ("2001:db8:1:2:ffff::1", true),
        ("2001:db8:1:3::7", false),
        ("192.0.2.7", false),
    ] {
        assert_eq!(f.sessions.was_at(ann.id, address, at).await?, was, "{address}");
    }
    Ok(())
}

/// A session that goes on elsewhere tells the place, whether it lives by our tokens or by another application's.
pub async fn a_session_that_goes_on_tells_the_place(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let session = log_in(f, ann, "192.0.2.1").await?;
    let refresh = Refresh {
        presented: session.token,
        successor: f.token(),
        address: Some("192.0.2.2".into()),
        at: f.tick(),
        expires_at: f.in_a_month(),
        grace: Duration::ZERO,
    };
    f.sessions.refresh(refresh.clone()).await?;
    let mut hosted = HostedSession {
        id: SessionId::new(f.nobody().uuid()),
        user: ann,
        device: "intranet".parse().expect("a device name"),
        address: Some("192.0.2.3".into()),
        at: f.tick(),
        expires_at: f.in_a_month(),
    };
    f.sessions.open_hosted(hosted.clone(), 10).await?;
    hosted.address = Some("192.0.2.4".into());
    hosted.at = f.tick();
    f.sessions.open_hosted(hosted.clone(), 10).await?;
    f.sessions.revoke(ann.id, hosted.id, f.tick()).await?;
    hosted.address = Some("192.0.2.5".into());
    hosted.at = f.tick();
    f.sessions.open_hosted(hosted, 10).await?;
    for (n, was) in [(1, true), (2, true), (3, true), (4, true), (5, false)] {
        let address = format!("192.0.2.{n}");
        assert_eq!(f.sessions.was_at(ann.id, &address, session.at).await?, was, "{n}");
    }
    assert!(f.sessions.was_at(ann.id, "192.0.2.2", refresh.at).await?);
    Ok(())
}

/// Of each person the last fifty places are remembered.
pub async fn the_last_fifty_places_are_remembered(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let start = f.clock.now();
    for n in 1..=50 {
        log_in(f, ann, &format!("192.0.2.{n}")).await?;
    }
    log_in(f, ann, "192.0.2.1").await?;
    log_in(f, ann, "192.0.2.51").await?;
    for (n, was) in [(1, true), (2, false), (3, true), (51, true)] {
        let address = format!("192.0.2.{n}");
        assert_eq!(f.sessions.was_at(ann.id, &address, start).await?, was, "{n}");
    }
    Ok(())
}
