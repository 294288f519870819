//! Accounts.

use std::collections::BTreeSet;

use parlor_domain::{Account, AccountStatus, LetterKind, Profile, Timestamp, What};
use parlor_ports::{Clock, Credentials, LoginName, NewAccount, Purpose, Registered};
use secrecy::ExposeSecret;

use super::Tested;
use crate::{Fixture, address};

fn login(name: &str) -> LoginName {
    LoginName::Username(name.parse().expect("a name"))
}

fn password(found: &Credentials) -> Option<&str> {
    found.password.as_ref().map(|password| password.0.expose_secret())
}

/// An account is found as it was registered, by its id and by its name.
pub async fn an_account_is_as_it_was_registered(f: &Fixture) -> Tested {
    let new = NewAccount {
        email: Some("Ann@Example.org".parse().expect("an address")),
        display_name: "Ann \u{1f375} Lee".parse().expect("a name"),
        admin: true,
        ..f.new_account("Ann.Lee")
    };
    let Registered::Done(account) = f.users.register(new.clone()).await? else {
        panic!("nobody has it")
    };
    let expected = Account {
        user: account.user,
        username: new.username.clone(),
        display_name: new.display_name,
        email: new.email,
        email_verified_at: None,
        profile: Profile::default(),
        bot: false,
        admin: true,
        status: AccountStatus::Active,
        created_at: new.at,
        last_seen: None,
    };
    assert_eq!((&*account, account.user.id), (&expected, new.id));
    assert_eq!(f.users.find(new.id).await?, Some(expected.clone()));
    assert_eq!(f.users.find_by_username(&new.username).await?, Some(expected));
    assert_eq!(f.users.find(f.nobody()).await?, None);
    assert_eq!(
        f.users
            .find_by_username(&"nobody".parse().expect("a name"))
            .await?,
        None
    );
    Ok(())
}

/// What a log in needs is found by name, for locked accounts too.
pub async fn credentials_are_found_by_name(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let name = login("ann");
    let found = f.users.credentials(&name).await?.expect("she is registered");
    assert_eq!((found.user, found.status), (ann, AccountStatus::Active));
    assert_eq!(password(&found), Some("$test$ann"));
    f.users
        .set_status(ann.id, AccountStatus::Disabled, f.tick())
        .await?;
    assert_eq!(
        f.users.credentials(&name).await?.expect("she still is").status,
        AccountStatus::Disabled
    );
    assert!(f.users.credentials(&login("nobody")).await?.is_none());
    Ok(())
}

/// A log in by address finds the account that verified it, and no other that only says that it is its own.
pub async fn credentials_are_found_by_a_verified_address(f: &Fixture) -> Tested {
    f.person_at("ann", "ann@example.org", false).await?;
    let by_address = LoginName::Email(address("Ann@EXAMPLE.org"));
    assert!(f.users.credentials(&by_address).await?.is_none());
    let ben = f.person_at("ben", "ann@example.org", true).await?;
    let found = f.users.credentials(&by_address).await?.expect("he verified it");
    assert_eq!(found.user, ben);
    Ok(())
}

/// Who comes from a host application has no password until he sets one.
pub async fn an_account_may_have_no_password(f: &Fixture) -> Tested {
    let ann = f
        .register(NewAccount {
            password: None,
            ..f.new_account("ann")
        })
        .await?;
    let found = f
        .users
        .credentials(&login("ann"))
        .await?
        .expect("she is registered");
    assert_eq!((found.user, password(&found)), (ann, None));
    f.users
        .set_password(ann.id, f.hash("new"), None, None, f.tick())
        .await?;
    let found = f
        .users
        .credentials(&login("ann"))
        .await?
        .expect("she is registered");
    assert_eq!(password(&found), Some("$test$new"));
    Ok(())
}

/// Another password ends the sessions that were opened with the one before, except the one that set it.
pub async fn another_password_ends_all_sessions_but_one(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (kept, one, two) = (
        f.session(ann).await?,
        f.session(ann).await?,
        f.session(ann).await?,
    );
    let set = async |user, except| {
        f.users
            .set_password(user, f.hash("new"), except, None, f.tick())
            .await
    };
    assert!(set(ann.id, Some(kept.id)).await?);
    let found = f
        .users
        .credentials(&login("ann"))
        .await?
        .expect("she is registered");
    assert_eq!(password(&found), Some("$test$new"));
    let live = f.sessions.list(ann.id, f.clock.now()).await?;
    assert_eq!(
        live.iter().map(|session| session.id).collect::<Vec<_>>(),
        [kept.id]
    );
    let [What::SessionsRevoked { sessions }] = &f.happened(ann.id).await?[..] else {
        panic!("one event")
    };
    assert_eq!(sessions.iter().collect::<BTreeSet<_>>().len(), 2);
    assert!(sessions.contains(&one.id) && sessions.contains(&two.id));

    assert!(set(ann.id, Some(kept.id)).await?);
    assert_eq!(
        f.events(ann.id).await?.len(),
        1,
        "where no session ends, there is no event"
    );
    assert!(set(ann.id, None).await?);
    assert!(f.sessions.find(kept.id, f.clock.now()).await?.is_none());
    let nobody = f.nobody();
    assert!(!set(nobody, None).await?);
    Ok(())
}

/// Another password voids what was made for the account before, and tells of it.
pub async fn another_password_voids_proofs_and_challenges(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let ben = f.person_at("ben", "ben@example.org", true).await?;
    let (reset, bens) = (
        f.proof(ann, Purpose::Reset).await?,
        f.proof(ben, Purpose::Reset).await?,
    );
    let (challenge, other) = (f.challenge(ann).await?, f.challenge(ben).await?);
    let notice = f.letter("ann@example.org", LetterKind::PasswordChanged);
    f.users
        .set_password(ann.id, f.hash("new"), None, Some(notice), f.tick())
        .await?;
    let now = f.tick();
    assert_eq!(f.proofs.find(reset.token, now).await?, None);
    assert!(f.challenges.find(challenge.token, now).await?.is_none());
    let last = f.letters().await?.pop().expect("a letter");
    assert_eq!(last.letter.kind, LetterKind::PasswordChanged);
    assert!(
        f.proofs.find(bens.token, now).await?.is_some(),
        "others keep theirs"
    );
    assert!(f.challenges.find(other.token, now).await?.is_some());
    Ok(())
}

/// Another hash of the same password takes the place of the one that it was made for, and of no other.
pub async fn a_hash_is_replaced_if_it_is_still_there(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let stored = async |name| {
        let found = f.users.credentials(&login(name)).await?;
        Ok::<_, parlor_ports::StoreError>(found.and_then(|found| password(&found).map(str::to_owned)))
    };
    let rehash = async |user, old, new| f.users.rehash(user, f.hash(old), f.hash(new)).await;
    assert!(rehash(ann.id, "ann", "anew").await?);
    assert!(!rehash(ann.id, "ann", "late").await?, "it is another by now");
    assert!(!rehash(f.nobody(), "ben", "late").await?);
    assert_eq!(stored("ann").await?.as_deref(), Some("$test$anew"));
    assert_eq!(
        stored("ben").await?.as_deref(),
        Some("$test$ben"),
        "others keep theirs"
    );
    f.users.delete(ben.id, false, f.tick()).await?;
    assert!(!rehash(ben.id, "ben", "late").await?);
    Ok(())
}

/// It is the same password: sessions go on, and so does what was made for the account before.
pub async fn another_hash_of_a_password_ends_nothing(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let session = f.session(ann).await?;
    let (reset, challenge) = (f.proof(ann, Purpose::Reset).await?, f.challenge(ann).await?);
    assert!(f.users.rehash(ann.id, f.hash("ann"), f.hash("anew")).await?);
    let now = f.tick();
    assert!(f.sessions.find(session.id, now).await?.is_some());
    assert!(f.proofs.find(reset.token, now).await?.is_some());
    assert!(f.challenges.find(challenge.token, now).await?.is_some());
    assert!(f.events(ann.id).await?.is_empty());
    assert_eq!(f.letters().await?.len(), 1, "the proof's");
    Ok(())
}

/// So does locking an account.
pub async fn a_lock_voids_proofs_and_challenges(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let (reset, challenge) = (f.proof(ann, Purpose::Reset).await?, f.challenge(ann).await?);
    f.users
        .set_status(ann.id, AccountStatus::Disabled, f.tick())
        .await?;
    let now = f.tick();
    assert_eq!(f.proofs.find(reset.token, now).await?, None);
    assert!(f.challenges.find(challenge.token, now).await?.is_none());
    assert!(
        !f.users
            .set_status(ann.id, AccountStatus::Deleted, f.tick())
            .await?,
        "to delete is something else"
    );
    assert_eq!(f.account(ann).await?.status, AccountStatus::Disabled);
    Ok(())
}

/// Whoever becomes an administrator, or is none any more, logs in anew.
pub async fn administrators_log_in_anew(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    for admin in [true, false] {
        let session = f.session(ann).await?;
        assert!(f.users.set_admin(ann.id, admin, f.tick()).await?);
        assert_eq!(f.account(ann).await?.admin, admin);
        assert!(f.sessions.find(session.id, f.clock.now()).await?.is_none());
    }
    let session = f.session(ann).await?;
    assert!(f.users.set_admin(ann.id, false, f.tick()).await?);
    assert!(
        f.sessions.find(session.id, f.clock.now()).await?.is_some(),
        "nothing has changed"
    );
    assert!(!f.users.set_admin(f.nobody(), true, f.tick()).await?);
    Ok(())
}

/// A locked account's sessions are over, also after it is unlocked; its rooms stay.
pub async fn a_locked_account_has_no_sessions(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let session = f.session(ann).await?;
    assert!(
        f.users
            .set_status(ann.id, AccountStatus::Disabled, f.tick())
            .await?
    );
    assert_eq!(
        f.users.find(ann.id).await?.expect("she is there").status,
        AccountStatus::Disabled
    );
    let last = f.events(ann.id).await?.pop().expect("an event");
    assert_eq!(
        last.what,
        What::SessionsRevoked {
            sessions: vec![session.id]
        }
    );
    assert_eq!(f.heard.events(ann.id).last(), Some(&last));
    assert!(
        f.users
            .set_status(ann.id, AccountStatus::Disabled, f.tick())
            .await?
    );
    assert!(
        f.users
            .set_status(ann.id, AccountStatus::Active, f.tick())
            .await?
    );
    assert!(f.sessions.find(session.id, f.clock.now()).await?.is_none());
    assert_eq!(
        f.events(ann.id).await?.len(),
        2,
        "no other session, no other event"
    );
    f.view(room, ann).await?;
    let again = f.session(ann).await?;
    assert!(f.sessions.find(again.id, f.clock.now()).await?.is_some());
    let nobody = f.nobody();
    assert!(
        !f.users
            .set_status(nobody, AccountStatus::Disabled, f.tick())
            .await?
    );
    Ok(())
}

/// When people were last seen never moves back.
pub async fn last_seen_never_moves_back(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let nobody = f.nobody();
    let at = |micros: i64| Timestamp::from_micros(1_767_225_600_000_000 + micros);
    f.users
        .set_last_seen(vec![(ann.id, at(5)), (nobody, at(9)), (ben.id, at(7))])
        .await?;
    f.users
        .set_last_seen(vec![(ann.id, at(4)), (ben.id, at(8))])
        .await?;
    f.users.set_last_seen(Vec::new()).await?;
    let seen =
        async |user| Ok::<_, parlor_ports::StoreError>(f.users.find(user).await?.and_then(|a| a.last_seen));
    assert_eq!(
        (seen(ann.id).await?, seen(ben.id).await?),
        (Some(at(5)), Some(at(8)))
    );
    Ok(())
}
