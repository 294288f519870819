//! Register ids, and the codes that are mailed to those who name theirs.

use std::time::Duration;

use parlor_domain::{AccountStatus, LetterKind, UserRef};
use parlor_ports::{
    Clock, CodeDigest, CodeLimits, CodeSent, LogInCode, NewAccount, NewLogInCode, StoreError,
};

use super::Tested;
use crate::{Fixture, address, at_once};

const LIMITS: CodeLimits = CodeLimits {
    most: 4,
    pause: Duration::from_hours(1),
    open: Duration::from_mins(30),
};

/// Somebody who claims an address, and the id that was given to him.
async fn ann(f: &Fixture) -> Result<(UserRef, CodeDigest), StoreError> {
    let new = NewAccount {
        email: Some(address("ann@example.org")),
        claims_address: true,
        ..f.new_account("ann")
    };
    let (ann, id) = (f.register(new).await?, f.code());
    assert!(f.register_ids.give(ann.id, id).await?);
    Ok((ann, id))
}

/// Whose id it is.
async fn owner(f: &Fixture, id: &[CodeDigest]) -> Result<Option<UserRef>, StoreError> {
    let found = f.register_ids.find(id.to_vec(), f.clock.now()).await?;
    Ok(found.map(|account| account.user))
}

/// Offers an id that waits for a day.
async fn offer(f: &Fixture, user: UserRef, to: &str) -> Result<Option<CodeDigest>, StoreError> {
    let (id, letter) = (f.code(), f.letter(to, LetterKind::MessengerId));
    let until = f.clock.now() + Duration::from_hours(24);
    let offered = f.register_ids.offer(user.id, id, until, letter).await?;
    Ok(offered.then_some(id))
}

/// A code that was not sent yet, and is good for five minutes.
fn code(f: &Fixture, user: UserRef, begins: bool) -> NewLogInCode {
    let at = f.tick();
    NewLogInCode {
        user: user.id,
        code: f.code(),
        begins,
        at,
        expires_at: at + Duration::from_mins(5),
    }
}

async fn send(f: &Fixture, new: NewLogInCode) -> Result<CodeSent, StoreError> {
    let letter = f.letter("ann@example.org", LetterKind::LoginCode);
    f.register_ids.send_code(new, LIMITS, letter).await
}

/// An id is found by whatever may be kept of it, as long as its account can be used.
pub async fn an_id_is_given_to_who_has_none(f: &Fixture) -> Tested {
    let (ann, id) = ann(f).await?;
    let ben = f.person("ben").await?;
    assert_eq!(owner(f, &[f.code(), id]).await?, Some(ann));
    assert_eq!(owner(f, &[f.code()]).await?, None);
    assert_eq!(owner(f, &[]).await?, None);
    assert!(!f.register_ids.give(ann.id, f.code()).await?, "she has one");
    assert!(!f.register_ids.give(ben.id, id).await?, "it is hers");
    assert!(!f.register_ids.give(f.nobody(), f.code()).await?);
    f.users
        .set_status(ann.id, AccountStatus::Disabled, f.tick())
        .await?;
    assert_eq!(owner(f, &[id]).await?, None);
    Ok(())
}

/// The old id is good until the new one is used; the newest that was offered is the only one that waits.
pub async fn an_id_waits_until_it_is_used(f: &Fixture) -> Tested {
    let (ann, old) = ann(f).await?;
    let first = offer(f, ann, "ann@example.org").await?.expect("it is kept");
    let new = offer(f, ann, "ann@example.org").await?.expect("it is kept");
    assert_eq!(f.letters().await?.len(), 2);
    assert_eq!(owner(f, &[first]).await?, None);
    for good in [old, new, old] {
        assert_eq!(owner(f, &[good]).await?, Some(ann));
    }
    assert!(f.register_ids.redeem(ann.id, vec![old], f.tick()).await?);
    assert_eq!(
        owner(f, &[new]).await?,
        Some(ann),
        "the old one was used, not this"
    );
    assert!(f.register_ids.redeem(ann.id, vec![new], f.tick()).await?);
    assert_eq!(owner(f, &[old]).await?, None);
    f.clock.advance(Duration::from_hours(25));
    assert_eq!(owner(f, &[new]).await?, Some(ann), "it waits no more");

    let late = offer(f, ann, "ann@example.org").await?.expect("it is kept");
    f.clock.advance(Duration::from_hours(25));
    assert_eq!(owner(f, &[late]).await?, None);
    assert!(!f.register_ids.redeem(ann.id, vec![late], f.tick()).await?);
    assert_eq!(owner(f, &[new]).await?, Some(ann));
    Ok(())
}

/// Nobody is offered an id by a letter to an address that is not his.
pub async fn an_id_is_mailed_to_its_owner_alone(f: &Fixture) -> Tested {
    let (ann, id) = ann(f).await?;
    assert_eq!(offer(f, ann, "old@example.org").await?, None);
    assert!(f.letters().await?.is_empty());
    assert_eq!(owner(f, &[id]).await?, Some(ann));
    Ok(())
}

/// An id that is used is kept under the newest secret, and is nobody else's.
pub async fn an_id_is_kept_under_the_newest_secret(f: &Fixture) -> Tested {
    let (ann, old) = ann(f).await?;
    let ben = f.person("ben").await?;
    assert!(!f.register_ids.redeem(ben.id, vec![old], f.tick()).await?);
    let newest = f.code();
    assert!(f.register_ids.redeem(ann.id, vec![newest, old], f.tick()).await?);
    assert_eq!(owner(f, &[newest]).await?, Some(ann));
    assert_eq!(owner(f, &[old]).await?, None);
    Ok(())
}

/// So many codes are sent until one is entered, or none was for a while.
pub async fn codes_are_sent_so_many_times(f: &Fixture) -> Tested {
    let (ann, id) = ann(f).await?;
    for begins in [true, false, true, false] {
        let sent = send(f, code(f, ann, begins)).await?;
        assert!(matches!(sent, CodeSent::Done { .. }), "{sent:?}");
    }
    assert_eq!(f.letters().await?.len(), 4);
    for begins in [true, false] {
        assert_eq!(send(f, code(f, ann, begins)).await?, CodeSent::TooMany);
    }
    assert_eq!(f.letters().await?.len(), 4);
    f.clock.advance(LIMITS.pause);
    let new = code(f, ann, true);
    assert_eq!(send(f, new).await?, CodeSent::Done { left: 3 });
    assert_eq!(
        send(f, code(f, ann, true)).await?,
        CodeSent::Done { left: 2 },
        "they are counted together"
    );
    let last = code(f, ann, true);
    assert_eq!(send(f, last).await?, CodeSent::Done { left: 1 });
    let used = f.register_ids.use_code(ann.id, last.code, vec![id], f.tick());
    assert!(used.await?);
    assert_eq!(send(f, code(f, ann, true)).await?, CodeSent::Done { left: 3 });
    Ok(())
}

/// Another code is sent only while a log in goes on, and only to the account's own address.
pub async fn a_code_belongs_to_a_log_in(f: &Fixture) -> Tested {
    let (ann, id) = ann(f).await?;
    assert_eq!(send(f, code(f, ann, false)).await?, CodeSent::NoLogIn);
    let first = code(f, ann, true);
    send(f, first).await?;
    f.clock.advance(LIMITS.open - Duration::from_secs(1));
    let second = code(f, ann, false);
    assert_eq!(send(f, second).await?, CodeSent::Done { left: 2 });
    f.clock.advance(Duration::from_secs(1));
    assert_eq!(send(f, code(f, ann, false)).await?, CodeSent::NoLogIn);
    let used = f.register_ids.use_code(ann.id, first.code, vec![id], f.tick());
    assert!(!used.await?, "another has taken its place");
    let used = f.register_ids.use_code(ann.id, second.code, vec![id], f.tick());
    assert!(used.await?);
    assert_eq!(
        send(f, code(f, ann, false)).await?,
        CodeSent::NoLogIn,
        "it is over"
    );

    let letter = f.letter("old@example.org", LetterKind::LoginCode);
    let sent = f
        .register_ids
        .send_code(code(f, ann, true), LIMITS, letter)
        .await?;
    assert_eq!(sent, CodeSent::NoLogIn);
    assert_eq!(f.letters().await?.len(), 2);
    Ok(())
}

/// A hundred who try at once: no more than five are let through. Another code can be tried as often again.
pub async fn tries_at_once_are_counted(f: &Fixture) -> Tested {
    let (ann, _) = ann(f).await?;
    for _ in 0..2 {
        let new = code(f, ann, true);
        send(f, new).await?;
        let now = f.tick();
        let tries = at_once((0..100).map(|_| {
            let ids = f.register_ids.clone();
            async move { ids.count_try(ann.id, 5, now).await }
        }));
        let mut through = 0;
        for answer in tries.await {
            if let Some(tried) = answer? {
                let expected = LogInCode {
                    code: new.code,
                    used: false,
                };
                assert_eq!(tried, expected);
                through += 1;
            }
        }
        assert_eq!(through, 5);
    }
    assert_eq!(f.register_ids.count_try(f.nobody(), 5, f.tick()).await?, None);
    Ok(())
}

/// A code is used once, by however many at once; until it is too old, it is known to have been used.
pub async fn a_code_is_used_once(f: &Fixture) -> Tested {
    let (ann, id) = ann(f).await?;
    let new = code(f, ann, true);
    send(f, new).await?;
    let now = f.tick();
    let answers = at_once((0..100).map(|_| {
        let ids = f.register_ids.clone();
        async move { ids.use_code(ann.id, new.code, vec![id], now).await }
    }));
    let mut used = 0;
    for answer in answers.await {
        used += usize::from(answer?);
    }
    assert_eq!(used, 1);
    let tried = f.register_ids.count_try(ann.id, 5, now).await?;
    assert!(tried.is_some_and(|tried| tried.used));
    let late = f.register_ids.count_try(ann.id, 5, new.expires_at);
    assert_eq!(late.await?, None);

    let new = code(f, ann, true);
    send(f, new).await?;
    let late = f
        .register_ids
        .use_code(ann.id, new.code, vec![id], new.expires_at);
    assert!(!late.await?);
    Ok(())
}

/// Who enters a code has read his mail: the address is verified, unless somebody else has done so; and the id is used.
pub async fn a_code_proves_the_address(f: &Fixture) -> Tested {
    let (ann, old) = ann(f).await?;
    let waiting = offer(f, ann, "ann@example.org").await?.expect("it is kept");
    let new = code(f, ann, true);
    send(f, new).await?;
    let at = f.tick();
    assert!(
        f.register_ids
            .use_code(ann.id, new.code, vec![waiting], at)
            .await?
    );
    assert_eq!(f.account(ann).await?.email_verified_at, Some(at));
    let found = f.users.find_by_email(&address("ann@example.org")).await?;
    assert_eq!(found.map(|account| account.user), Some(ann));
    assert_eq!(owner(f, &[old]).await?, None);
    assert_eq!(owner(f, &[waiting]).await?, Some(ann));
    Ok(())
}

/// Another password, another address and a lock void the code; what is kept of somebody goes with the account.
pub async fn codes_are_void_when_the_account_changes(f: &Fixture) -> Tested {
    let (ann, id) = ann(f).await?;
    for change in 0..3 {
        let new = code(f, ann, true);
        let account = f.account(ann).await?;
        let to = account.email.expect("she has one");
        let letter = f.letter(to.as_str(), LetterKind::LoginCode);
        let sent = f.register_ids.send_code(new, LIMITS, letter).await?;
        assert!(matches!(sent, CodeSent::Done { .. }), "{sent:?}");
        let now = f.tick();
        match change {
            0 => {
                let changed = f.users.set_password(ann.id, f.hash("new"), None, None, now);
                assert!(changed.await?);
            }
            1 => {
                f.proofs
                    .set_email(ann.id, address("new@example.org"), now)
                    .await?;
            }
            _ => {
                f.users.set_status(ann.id, AccountStatus::Disabled, now).await?;
            }
        }
        assert_eq!(f.register_ids.count_try(ann.id, 5, f.tick()).await?, None);
    }
    f.users.delete(ann.id, false, f.tick()).await?;
    assert_eq!(owner(f, &[id]).await?, None);
    let ben = f.person("ben").await?;
    assert!(f.register_ids.give(ben.id, id).await?, "it is free");
    Ok(())
}
