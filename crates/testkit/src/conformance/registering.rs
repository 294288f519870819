//! Getting an account.

use std::collections::BTreeSet;

use parlor_domain::{LetterKind, Mobile, Position, UserRef};
use parlor_ports::{Clock, HostUser, LoginName, MobileSet, NewAccount, Purpose, Registered};

use super::Tested;
use crate::{Fixture, address, at_once};

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
        .snapshot(session.id, Vec::new(), f.clock.now(), f.clock.now())
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
        let login = LoginName::Username(name);
        assert_eq!(
            f.users.credentials(&login).await?.expect("so does a log in").user,
            paypa
        );
    }
    f.person("paypal").await?;
    Ok(())
}

/// Anybody can say that an address is his; to register it as verified, only one can.
pub async fn a_verified_address_belongs_to_one_account(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", false).await?;
    let mallory = f.person_at("mallory", "ANN@example.org", false).await?;
    assert_eq!(f.users.find_by_email(&address("ann@example.org")).await?, None);
    let reset = f.proof(mallory, Purpose::Reset).await?;

    let cleo = f.person_at("cleo", "Ann@Example.org", true).await?;
    let account = f.account(cleo).await?;
    assert_eq!(account.email_verified_at, Some(account.created_at));
    let found = f.users.find_by_email(&address("ann@EXAMPLE.org")).await?;
    assert_eq!(found, Some(account));
    for other in [ann, mallory] {
        assert_eq!(f.account(other).await?.email, None, "it was not theirs");
    }
    assert_eq!(
        f.proofs.find(reset.token, f.clock.now()).await?,
        None,
        "whoever reads there resets nobody else's password"
    );

    let twin = NewAccount {
        email: Some(address("ann@example.org")),
        email_verified: true,
        ..f.new_account("dan")
    };
    assert!(matches!(f.users.register(twin).await?, Registered::EmailTaken));
    assert_eq!(
        f.users.find_by_username(&"dan".parse().expect("a name")).await?,
        None,
        "nothing was made"
    );
    f.person_at("dan", "ann@example.org", false).await?;
    Ok(())
}

/// A hundred who come with the same verified address at once: one gets an account, and no other sees a failure.
pub async fn a_verified_address_wanted_by_many_at_once_goes_to_one(f: &Fixture) -> Tested {
    f.person_at("ann", "ann@example.org", false).await?;
    let answers = at_once((0..100).map(|n| {
        let new = NewAccount {
            email: Some(address("ann@example.org")),
            email_verified: true,
            ..f.new_account(&format!("person{n}"))
        };
        let users = f.users.clone();
        async move { users.register(new).await }
    }));
    let mut made = 0;
    for answer in answers.await {
        match answer? {
            Registered::Done(_) => made += 1,
            Registered::EmailTaken => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(made, 1);
    Ok(())
}

/// The proof of an address and the letter that brings it are kept with the account, or not at all.
pub async fn an_account_is_made_with_its_proof_and_its_letter(f: &Fixture) -> Tested {
    let new = NewAccount {
        email: Some(address("ann@example.org")),
        ..f.new_account("ann")
    };
    let user = UserRef {
        id: new.id,
        number: 0,
    };
    let proof = f.new_proof(user, Purpose::Verify(address("ann@example.org")));
    let letter = f.letter("ann@example.org", LetterKind::VerifyEmail);
    let new = NewAccount {
        verification: Some((proof.clone(), letter)),
        ..new
    };
    f.register(new.clone()).await?;
    assert_eq!(
        f.proofs.find(proof.token, f.clock.now()).await?,
        Some((new.id, proof.purpose.clone()))
    );
    let waiting = f.letters().await?;
    assert_eq!(
        (waiting.len(), waiting[0].letter.kind),
        (1, LetterKind::VerifyEmail)
    );

    let twin = NewAccount {
        id: f.nobody(),
        ..new
    };
    assert!(matches!(f.users.register(twin).await?, Registered::UsernameTaken));
    assert_eq!(f.letters().await?.len(), 1);
    Ok(())
}

/// A mobile number is the account's from the beginning, and nobody else's, however many want it at once.
pub async fn a_mobile_number_belongs_to_one_account(f: &Fixture) -> Tested {
    let number: Mobile = "+41791234567".parse().expect("a number");
    let answers = at_once((0..20).map(|n| {
        let new = NewAccount {
            mobile: Some(number.clone()),
            ..f.new_account(&format!("person{n}"))
        };
        let users = f.users.clone();
        async move { users.register(new).await }
    }));
    let mut made = Vec::new();
    for answer in answers.await {
        match answer? {
            Registered::Done(account) => made.push(*account),
            Registered::MobileTaken => {}
            other => panic!("{other:?}"),
        }
    }
    let [account] = &made[..] else {
        panic!("one has it: {made:?}")
    };
    assert_eq!(account.profile.mobile, Some(number.clone()));
    let ben = f.person("ben").await?;
    let set = f.users.set_mobile(ben.id, Some(number)).await?;
    assert!(matches!(set, MobileSet::Taken));
    Ok(())
}

/// A host application's user has one account, however many ask for it at once.
pub async fn a_host_user_has_one_account(f: &Fixture) -> Tested {
    let host = |subject: &str| HostUser {
        issuer: "https://host.example".into(),
        subject: subject.into(),
    };
    let answers = at_once((0..100).map(|n| {
        let new = NewAccount {
            password: None,
            host: Some(host("42")),
            ..f.new_account(&format!("person{n}"))
        };
        let users = f.users.clone();
        async move { users.register(new).await }
    }));
    let mut made = Vec::new();
    for answer in answers.await {
        match answer? {
            Registered::Done(account) => made.push(*account),
            Registered::HostUserTaken => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(made.len(), 1);
    assert_eq!(f.users.find_by_host(&host("42")).await?, made.pop());
    assert_eq!(f.users.find_by_host(&host("43")).await?, None);
    let elsewhere = HostUser {
        issuer: "https://other.example".into(),
        ..host("42")
    };
    assert_eq!(f.users.find_by_host(&elsewhere).await?, None);
    Ok(())
}

/// Whether there is any account is known.
pub async fn a_server_without_accounts_is_known(f: &Fixture) -> Tested {
    assert!(!f.users.any().await?);
    f.person("ann").await?;
    assert!(f.users.any().await?);
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
            other => panic!("{other:?}"),
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
