//! Letters that wait.

use std::collections::BTreeSet;
use std::time::Duration;

use parlor_domain::{LetterKind, UserRef};
use parlor_ports::{Clock, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

const LEASE: Duration = Duration::from_mins(1);

/// Keeps so many letters, one after the other.
async fn write(f: &Fixture, to: UserRef, count: usize) -> Result<(), StoreError> {
    for _ in 0..count {
        let letter = f.letter("ann@example.org", LetterKind::LoginCode);
        f.challenges.open(f.new_challenge(Some(to)), Some(letter)).await?;
    }
    Ok(())
}

/// A letter waits as it was written.
pub async fn a_letter_is_as_it_was_written(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    for kind in LetterKind::ALL {
        let letter = f.letter("Ann@example.org", kind);
        let opened = f
            .challenges
            .open(f.new_challenge(Some(ann)), Some(letter.clone()));
        opened.await?;
        let waiting = f.letters().await?.pop().expect("a letter");
        assert_eq!(
            format!("{:?}", (waiting.letter, waiting.put_off)),
            format!("{:?}", (letter, 0))
        );
    }
    Ok(())
}

/// Letters are taken in the order in which they became due, and by one at a time until the lease runs out.
pub async fn a_letter_is_taken_by_one_until_he_is_given_up(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    write(f, ann, 3).await?;
    let now = f.tick();
    let before = now - Duration::from_secs(1);
    assert!(f.outbox.claim(before, before + LEASE, 10).await?.is_empty());
    let taken = f.outbox.claim(now, now + LEASE, 2).await?;
    assert!(taken.is_sorted_by_key(|waiting| waiting.letter.at) && taken.len() == 2);
    let rest = f.outbox.claim(now, now + LEASE * 2, 10).await?;
    assert_eq!(rest.len(), 1);
    assert!(f.outbox.claim(now, now + LEASE, 10).await?.is_empty());

    f.outbox.sent(taken[0].number).await?;
    let again = f.outbox.claim(now + LEASE, now + LEASE * 3, 10).await?;
    assert_eq!(again.len(), 1, "the other was never heard of again");
    assert_eq!((again[0].number, again[0].put_off), (taken[1].number, 0));
    Ok(())
}

/// Ten workers who take letters at once take all of them, and none twice.
pub async fn workers_share_the_letters(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    write(f, ann, 50).await?;
    let now = f.tick();
    let claims = at_once((0..10).map(|_| {
        let outbox = f.outbox.clone();
        async move { outbox.claim(now, now + LEASE, 7).await }
    }));
    let mut numbers = Vec::new();
    for claim in claims.await {
        numbers.extend(claim?.into_iter().map(|waiting| waiting.number));
    }
    let rest = f.outbox.claim(now, now + LEASE, 100).await?;
    numbers.extend(rest.into_iter().map(|waiting| waiting.number));
    assert_eq!(numbers.len(), 50);
    assert_eq!(numbers.into_iter().collect::<BTreeSet<_>>().len(), 50);
    Ok(())
}

/// A letter that was put off comes again when it is due, and knows how often that was.
pub async fn a_letter_that_was_put_off_comes_again(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    write(f, ann, 1).await?;
    for times in 0..3 {
        let now = f.clock.advance(LEASE);
        let taken = f.outbox.claim(now, now + LEASE, 10).await?.pop();
        let taken = taken.expect("it is due");
        assert_eq!(taken.put_off, times);
        let due = now + LEASE * 2;
        f.outbox
            .put_off(taken.number, Some(due), "the server is away".into())
            .await?;
        f.clock.advance(LEASE);
        let early = f.clock.now();
        assert!(f.outbox.claim(early, early + LEASE, 10).await?.is_empty());
    }
    assert!(f.outbox.given_up(10).await?.is_empty());
    Ok(())
}

/// A letter that was given up is kept for an administrator, who can have it tried again as if it were new, unless what is
/// secret in it is good no more.
pub async fn a_letter_that_was_given_up_is_kept(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    write(f, ann, 3).await?;
    let now = f.tick();
    let taken = f.outbox.claim(now, now + LEASE, 10).await?;
    for waiting in &taken[..2] {
        f.outbox
            .put_off(waiting.number, None, "no such address".into())
            .await?;
    }
    let given_up = f.outbox.given_up(10).await?;
    let numbers: Vec<_> = given_up.iter().map(|letter| letter.number).collect();
    assert_eq!(numbers, [taken[0].number, taken[1].number]);
    assert_eq!(given_up[0].to, taken[0].letter.to);
    assert_eq!(
        (given_up[0].kind, given_up[0].at, &*given_up[0].why),
        (LetterKind::LoginCode, taken[0].letter.at, "no such address")
    );
    assert_eq!(f.outbox.given_up(1).await?, given_up[..1]);
    let late = now + Duration::from_hours(1000);
    assert_eq!(f.outbox.claim(late, late, 10).await?.len(), 1);

    let expires_at = |n: usize| taken[n].letter.expires_at.expect("it holds a code");
    assert!(expires_at(0) < expires_at(1));
    let again = expires_at(0);
    assert_eq!(
        f.outbox.retry_given_up(again).await?,
        1,
        "the other is good no more"
    );
    assert_eq!(f.outbox.retry_given_up(again).await?, 0);
    let left = f.outbox.given_up(10).await?;
    assert_eq!((left.len(), left[0].number), (1, taken[0].number));
    let waiting = f.outbox.claim(again, again + LEASE, 10).await?;
    let retried = waiting.iter().find(|waiting| waiting.number == taken[1].number);
    let retried = retried.expect("it is due");
    assert_eq!((retried.since, retried.put_off), (again, 0));
    assert_eq!(retried.letter.at, taken[1].letter.at);
    Ok(())
}

/// Letters that were given up are forgotten some time after they were new, step by step; those that wait are not.
pub async fn letters_that_were_given_up_long_ago_are_forgotten(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    write(f, ann, 122).await?;
    let now = f.tick();
    let taken = f.outbox.claim(now, now, 1_000).await?;
    assert!(taken.iter().all(|waiting| waiting.since == waiting.letter.at));
    for waiting in &taken[1..] {
        f.outbox
            .put_off(waiting.number, None, "no such address".into())
            .await?;
    }
    let last = taken.last().expect("a letter").since;
    let mut steps = 0;
    while f.outbox.sweep(last).await? {
        steps += 1;
    }
    assert!(steps >= 2, "{steps} steps for 120");
    assert_eq!(f.outbox.given_up(10).await?.len(), 1, "the youngest");
    assert_eq!(f.letters().await?.len(), 1, "the one that waits");
    Ok(())
}
