//! Log-ins that still need a code.

use std::time::Duration;

use parlor_domain::LetterKind;
use parlor_ports::{Clock, NewChallenge};

use super::Tested;
use crate::{Fixture, at_once};

/// A challenge is found as it was opened, and its letter waits.
pub async fn a_challenge_is_as_it_was_opened(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let new = f.new_challenge(Some(ann));
    let letter = f.letter("ann@example.org", LetterKind::LoginCode);
    f.challenges.open(new.clone(), Some(letter)).await?;
    let found = f.challenges.find(new.token, f.clock.now()).await?;
    let found = found.expect("it was opened");
    assert_eq!((found.user, found.code), (new.user, new.code));
    assert!(found.password_shown);
    assert_eq!((found.device, found.address), (new.device, new.address));
    assert_eq!((found.sent, found.sent_at), (1, new.at));
    assert_eq!(found.expires_at, new.expires_at);
    assert_eq!(f.letters().await?.len(), 1);
    assert!(f.challenges.find(f.token(), f.clock.now()).await?.is_none());

    let bare = NewChallenge {
        code: None,
        password_shown: false,
        address: None,
        ..f.new_challenge(None)
    };
    f.challenges.open(bare.clone(), None).await?;
    let found = f.challenges.find(bare.token, f.clock.now()).await?;
    let found = found.expect("it was opened");
    assert_eq!((found.user, found.code, found.sent), (None, None, 0));
    assert!(!found.password_shown && found.address.is_none());
    assert_eq!(f.letters().await?.len(), 1);
    Ok(())
}

/// A challenge is over when its time is, to the microsecond.
pub async fn a_challenge_has_an_end(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let new = f.challenge(ann).await?;
    let (end, before) = (new.expires_at, new.expires_at - Duration::from_micros(1));
    assert!(f.challenges.find(new.token, before).await?.is_some());
    assert!(f.challenges.find(new.token, end).await?.is_none());
    assert!(f.challenges.count_try(new.token, 5, end).await?.is_none());
    assert!(!f.challenges.meet(new.token, end).await?);
    let other = f.challenges.replace_code(new.token, 1, f.code(), None, end);
    assert!(!other.await?);
    assert!(f.challenges.count_try(new.token, 5, before).await?.is_some());
    assert!(f.challenges.meet(new.token, before).await?);
    Ok(())
}

/// A hundred who try at once: no more than five are let through, and no other challenge has to do with it.
pub async fn tries_at_once_are_counted(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (tried, other) = (f.challenge(ann).await?, f.challenge(ann).await?);
    let now = f.tick();
    let tries = at_once((0..100).map(|_| {
        let challenges = f.challenges.clone();
        async move { challenges.count_try(tried.token, 5, now).await }
    }));
    let mut through = 0;
    for answer in tries.await {
        if let Some(challenge) = answer? {
            assert_eq!(challenge.code, tried.code);
            through += 1;
        }
    }
    assert_eq!(through, 5);
    assert!(
        f.challenges.find(tried.token, now).await?.is_some(),
        "it is not over"
    );
    assert!(f.challenges.count_try(other.token, 5, now).await?.is_some());
    assert!(f.challenges.count_try(f.token(), 5, now).await?.is_none());
    Ok(())
}

/// A challenge is met once, by however many at once, and then is none any more.
pub async fn a_challenge_is_met_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let new = f.challenge(ann).await?;
    let now = f.tick();
    let answers = at_once((0..100).map(|_| {
        let challenges = f.challenges.clone();
        async move { challenges.meet(new.token, now).await }
    }));
    let mut met = 0;
    for answer in answers.await {
        met += usize::from(answer?);
    }
    assert_eq!(met, 1);
    assert!(f.challenges.find(new.token, now).await?.is_none());
    assert!(f.challenges.count_try(new.token, 5, now).await?.is_none());
    let other = f.challenges.replace_code(new.token, 1, f.code(), None, now);
    assert!(!other.await?);
    Ok(())
}

/// Twenty wishes for another code at once bring one, with one letter; the tries of before still count.
pub async fn a_code_is_replaced_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let new = f.challenge(ann).await?;
    let now = f.tick();
    f.challenges.count_try(new.token, 2, now).await?;
    let wishes = at_once((0..20).map(|_| {
        let (challenges, code) = (f.challenges.clone(), f.code());
        let letter = f.letter("ann@example.org", LetterKind::LoginCode);
        async move {
            let replaced = challenges.replace_code(new.token, 1, code, Some(letter), now);
            replaced.await.map(|replaced| replaced.then_some(code))
        }
    }));
    let mut codes = Vec::new();
    for wish in wishes.await {
        codes.extend(wish?);
    }
    assert_eq!((codes.len(), f.letters().await?.len()), (1, 1));
    let found = f.challenges.count_try(new.token, 2, now).await?;
    let found = found.expect("it is the second try");
    assert_eq!((found.code, found.sent, found.sent_at), (codes.pop(), 2, now));
    assert!(f.challenges.count_try(new.token, 2, now).await?.is_none());
    Ok(())
}

/// Challenges that are over are forgotten step by step, and no others are.
pub async fn challenges_that_are_over_are_forgotten(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    for _ in 0..150 {
        f.challenge(ann).await?;
    }
    let last = f.challenge(ann).await?;
    assert!(!f.challenges.sweep(f.clock.now()).await?);
    let before = last.expires_at - Duration::from_micros(1);
    let mut steps = 0;
    while f.challenges.sweep(before).await? {
        steps += 1;
    }
    assert!(steps >= 2, "{steps} steps for 150");
    assert!(f.challenges.find(last.token, before).await?.is_some());
    Ok(())
}
