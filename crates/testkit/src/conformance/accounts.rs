//! Accounts.

use std::collections::BTreeSet;

use parlor_domain::{Account, AccountStatus, Timestamp, UserId, What};
use parlor_ports::{Clock, Entropy, NewAccount, PasswordHash, Registered};
use secrecy::ExposeSecret;

use super::Tested;
use crate::Fixture;

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
        admin: true,
        status: AccountStatus::Active,
        created_at: new.at,
        last_seen: None,
    };
    assert_eq!((&account, account.user.id), (&expected, new.id));
    assert_eq!(f.users.find(new.id).await?, Some(expected.clone()));
    assert_eq!(f.users.find_by_username(&new.username).await?, Some(expected));
    let nobody = UserId::new(f.entropy.uuid(f.clock.now()));
    assert_eq!(f.users.find(nobody).await?, None);
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
    let name = "ann".parse().expect("a name");
    let found = f.users.credentials(&name).await?.expect("she is registered");
    assert_eq!((found.user, found.status), (ann, AccountStatus::Active));
    assert_eq!(found.password.0.expose_secret(), "$test$ann");
    f.users
        .set_status(ann.id, AccountStatus::Disabled, f.tick())
        .await?;
    assert_eq!(
        f.users.credentials(&name).await?.expect("she still is").status,
        AccountStatus::Disabled
    );
    assert!(
        f.users
            .credentials(&"nobody".parse().expect("a name"))
            .await?
            .is_none()
    );
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
    let hash = || PasswordHash("$test$new".to_owned().into());
    assert!(
        f.users
            .set_password(ann.id, hash(), Some(kept.id), f.tick())
            .await?
    );
    let found = f
        .users
        .credentials(&"ann".parse().expect("a name"))
        .await?
        .expect("she is registered");
    assert_eq!(found.password.0.expose_secret(), "$test$new");
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

    assert!(
        f.users
            .set_password(ann.id, hash(), Some(kept.id), f.tick())
            .await?
    );
    assert_eq!(
        f.events(ann.id).await?.len(),
        1,
        "where no session ends, there is no event"
    );
    assert!(f.users.set_password(ann.id, hash(), None, f.tick()).await?);
    assert!(f.sessions.find(kept.id, f.clock.now()).await?.is_none());
    let nobody = UserId::new(f.entropy.uuid(f.clock.now()));
    assert!(!f.users.set_password(nobody, hash(), None, f.tick()).await?);
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
    let nobody = UserId::new(f.entropy.uuid(f.clock.now()));
    assert!(
        !f.users
            .set_status(nobody, AccountStatus::Disabled, f.tick())
            .await?
    );
    Ok(())
}

/// People can call themselves something else.
pub async fn a_display_name_can_be_changed(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let name: parlor_domain::DisplayName = "Ann Lee".parse().expect("a name");
    let changed = f
        .users
        .set_display_name(ann.id, name.clone())
        .await?
        .expect("she is registered");
    assert_eq!((changed.user, &changed.display_name), (ann, &name));
    assert_eq!(f.users.find(ann.id).await?, Some(changed));
    let nobody = UserId::new(f.entropy.uuid(f.clock.now()));
    assert_eq!(f.users.set_display_name(nobody, name).await?, None);
    Ok(())
}

/// When people were last seen never moves back.
pub async fn last_seen_never_moves_back(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let nobody = UserId::new(f.entropy.uuid(f.clock.now()));
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
