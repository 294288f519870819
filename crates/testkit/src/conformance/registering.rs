//! Getting an account.

use std::collections::BTreeSet;

use parlor_domain::Position;
use parlor_ports::{Clock, NewAccount, Registered};

use super::Tested;
use crate::{Fixture, at_once};

/// Accounts are numbered, and begin with an empty stream.
pub async fn accounts_are_numbered(f: &Fixture) -> Tested {
    let people = f.crowd("person", 5).await?;
    let numbers: Vec<_> = people.iter().map(|user| user.number).collect();
    assert!(
        numbers[0] > 0 && numbers.is_sorted_by(|one, next| one < next),
        "{numbers:?}"
    );
    let session = f.session(people[0]).await?;
    let snapshot = f
        .sync
        .snapshot(session.id, Vec::new(), f.clock.now())
        .await?
        .expect("she has a session");
    assert_eq!(snapshot.own, Position::default());
    Ok(())
}

/// Names that differ in case only are the same name; one that looks like another is nobody's.
pub async fn look_alike_names_are_taken(f: &Fixture) -> Tested {
    let paypa = f.person("paypa").await?;
    for twin in ["paypa", "PayPa", "раура", "РАУРА"] {
        let refused = f.users.register(f.new_account(twin)).await?;
        assert!(
            matches!(refused, Registered::UsernameTaken),
            "{twin}: {refused:?}"
        );
    }
    for twin in ["раура", "РАУРА"] {
        let name = twin.parse().expect("a name");
        assert!(f.users.find_by_username(&name).await?.is_none(), "{twin}");
    }
    for twin in ["paypa", "PayPa"] {
        let name = twin.parse().expect("a name");
        let found = f.users.find_by_username(&name).await?.expect("it finds its twin");
        assert_eq!((found.user, found.username.as_str()), (paypa, "paypa"));
        assert_eq!(
            f.users.credentials(&name).await?.expect("so does a log in").user,
            paypa
        );
    }
    f.person("paypal").await?;
    Ok(())
}

/// An address belongs to one account, regardless of case; accounts without one do not collide.
pub async fn an_address_belongs_to_one_account(f: &Fixture) -> Tested {
    let with = |name, email: &str| NewAccount {
        email: Some(email.parse().expect("an address")),
        ..f.new_account(name)
    };
    assert!(matches!(
        f.users.register(with("ann", "ann@example.org")).await?,
        Registered::Done(_)
    ));
    for twin in ["ann@example.org", "ANN@example.ORG"] {
        assert!(matches!(
            f.users.register(with("ben", twin)).await?,
            Registered::EmailTaken
        ));
    }
    assert_eq!(
        f.users.find_by_username(&"ben".parse().expect("a name")).await?,
        None,
        "nothing was made"
    );
    f.people(["ben", "cleo"]).await?;
    Ok(())
}

/// Fifty who want the same name at once: exactly one has it.
pub async fn a_name_wanted_by_many_at_once_goes_to_one(f: &Fixture) -> Tested {
    let answers = at_once((0..50).map(|n| {
        let new = f.new_account(["ann", "Ann", "ANN"][n % 3]);
        let users = f.users.clone();
        async move { users.register(new).await }
    }));
    let mut made = 0;
    for answer in answers.await {
        match answer? {
            Registered::Done(_) => made += 1,
            Registered::UsernameTaken => {}
            Registered::EmailTaken => panic!("they have none"),
        }
    }
    assert_eq!(made, 1);
    Ok(())
}

/// Many who register at once under different names all get their account and a number of their own.
pub async fn many_register_at_once(f: &Fixture) -> Tested {
    let answers = at_once((0..50).map(|n| {
        let new = f.new_account(&format!("person{n}"));
        let users = f.users.clone();
        async move { users.register(new).await }
    }));
    let mut numbers = BTreeSet::new();
    for answer in answers.await {
        let Registered::Done(account) = answer? else {
            panic!("each name is free")
        };
        numbers.insert(account.user.number);
    }
    assert_eq!(numbers.len(), 50);
    Ok(())
}
