//! Links that prove who has got them.

use std::time::Duration;

use parlor_domain::{LetterKind, UserRef, What};
use parlor_ports::{Clock, EmailProved, LoginName, NewProof, Purpose, StoreError};
use secrecy::ExposeSecret;

use super::Tested;
use crate::{Fixture, address, at_once};

fn verify(email: &str) -> Purpose {
    Purpose::Verify(address(email))
}

fn confirm(email: &str) -> Purpose {
    Purpose::Confirm(address(email))
}

/// What becomes of a proof of an address.
async fn prove(f: &Fixture, proof: &NewProof) -> Result<EmailProved, StoreError> {
    match proof.purpose {
        Purpose::Confirm(_) => f.proofs.confirm_email(proof.token, None, f.tick()).await,
        _ => f.proofs.verify_email(proof.token, f.tick()).await,
    }
}

async fn reset(f: &Fixture, proof: &NewProof) -> Result<bool, StoreError> {
    let reset = f
        .proofs
        .reset_password(proof.token, f.hash("new"), None, f.tick())
        .await?;
    assert!(reset.is_none_or(|user| user == proof.user));
    Ok(reset.is_some())
}

/// A proof is found as it was issued, until it expires, and its letter waits.
pub async fn a_proof_is_as_it_was_issued(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", false).await?;
    for purpose in [
        verify("ann@example.org"),
        confirm("new@example.org"),
        Purpose::Reset,
    ] {
        let proof = f.proof(ann, purpose.clone()).await?;
        let found = Some((ann.id, purpose));
        let last = proof.expires_at - Duration::from_micros(1);
        assert_eq!(f.proofs.find(proof.token, last).await?, found);
        assert_eq!(f.proofs.find(proof.token, proof.expires_at).await?, None);
    }
    assert_eq!(f.letters().await?.len(), 3);
    assert_eq!(f.proofs.find(f.token(), f.clock.now()).await?, None);

    let nobody = UserRef {
        id: f.nobody(),
        number: 0,
    };
    let none = f.proof(nobody, Purpose::Reset).await?;
    assert_eq!(f.proofs.find(none.token, f.clock.now()).await?, None);
    assert_eq!(f.letters().await?.len(), 3, "nobody is written to");
    Ok(())
}

/// Another proof for the same purpose takes the place of the last one, and of no other.
pub async fn a_proof_takes_the_place_of_the_last_one(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let ben = f.person_at("ben", "ben@example.org", false).await?;
    let first = f.proof(ann, Purpose::Reset).await?;
    let other = f.proof(ann, confirm("ann@example.org")).await?;
    let bens = f.proof(ben, Purpose::Reset).await?;
    let second = f.proof(ann, Purpose::Reset).await?;
    let now = f.tick();
    assert_eq!(f.proofs.find(first.token, now).await?, None);
    for proof in [&other, &bens, &second] {
        assert!(f.proofs.find(proof.token, now).await?.is_some());
    }
    assert!(!reset(f, &first).await?);
    assert!(reset(f, &second).await?);
    Ok(())
}

/// A link that sets a password, or verifies an address, goes to no address that is not the account's any more.
pub async fn an_old_address_gets_no_link(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "new@example.org", false).await?;
    for (purpose, kept) in [
        (Purpose::Reset, false),
        (verify("old@example.org"), false),
        (confirm("old@example.org"), true),
    ] {
        let proof = f.new_proof(ann, purpose);
        let letter = f.letter("old@example.org", LetterKind::ResetPassword);
        let before = f.letters().await?.len();
        f.proofs.issue(proof.clone(), letter).await?;
        assert_eq!(f.proofs.find(proof.token, f.clock.now()).await?.is_some(), kept);
        assert_eq!(f.letters().await?.len() > before, kept);
    }
    Ok(())
}

/// A proof of one purpose is none for another.
pub async fn a_proof_is_good_for_its_purpose_only(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", false).await?;
    let [verify, confirm, reset] = [
        f.proof(ann, verify("ann@example.org")).await?,
        f.proof(ann, confirm("new@example.org")).await?,
        f.proof(ann, Purpose::Reset).await?,
    ];
    let now = f.tick();
    for wrong in [&confirm, &reset] {
        let proved = f.proofs.verify_email(wrong.token, now).await?;
        assert!(matches!(proved, EmailProved::Unknown));
    }
    for wrong in [&verify, &reset] {
        let proved = f.proofs.confirm_email(wrong.token, None, now).await?;
        assert!(matches!(proved, EmailProved::Unknown));
    }
    for wrong in [&verify, &confirm] {
        let done = f
            .proofs
            .reset_password(wrong.token, f.hash("new"), None, now)
            .await?;
        assert_eq!(done, None);
    }
    for proof in [&verify, &confirm, &reset] {
        assert!(
            f.proofs.find(proof.token, now).await?.is_some(),
            "nothing was used up"
        );
    }
    Ok(())
}

/// Whoever proves that an address is his has it, and those who only said so have it no more.
pub async fn an_address_goes_to_who_proves_it(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", false).await?;
    let mallory = f.person_at("mallory", "ANN@example.org", false).await?;
    let (anns, mallorys) = (
        f.proof(ann, verify("ann@example.org")).await?,
        f.proof(mallory, verify("ANN@example.org")).await?,
    );
    let at = f.tick();
    let EmailProved::Done(account) = f.proofs.verify_email(anns.token, at).await? else {
        panic!("it is good")
    };
    assert_eq!(account.user, ann);
    assert_eq!(account.email_verified_at, Some(at));
    assert_eq!(
        f.users.find_by_email(&address("Ann@Example.org")).await?,
        Some(*account)
    );
    assert_eq!(f.account(mallory).await?.email, None);
    for proof in [&anns, &mallorys] {
        assert!(
            matches!(prove(f, proof).await?, EmailProved::Unknown),
            "used up, or void with the address"
        );
    }
    Ok(())
}

/// An address that somebody has proved is not taken from him; the proof is used up.
pub async fn a_proved_address_is_taken_from_nobody(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let ben = f.person_at("ben", "ann@example.org", false).await?;
    for purpose in [verify("ann@example.org"), confirm("Ann@Example.org")] {
        let proof = f.proof(ben, purpose).await?;
        assert!(matches!(prove(f, &proof).await?, EmailProved::Taken));
        assert!(matches!(prove(f, &proof).await?, EmailProved::Unknown));
    }
    assert_eq!(f.account(ben).await?.email_verified_at, None);
    let owner = f.users.find_by_email(&address("ann@example.org")).await?;
    assert_eq!(owner.map(|account| account.user), Some(ann));
    Ok(())
}

/// Fifty people who prove the same address at once: one has it, and no other sees a failure.
pub async fn an_address_proved_by_many_at_once_goes_to_one(f: &Fixture) -> Tested {
    let mut proofs = Vec::new();
    for n in 0..50 {
        let name = format!("person{n}");
        let (user, purpose) = match n % 2 {
            0 => (
                f.person_at(&name, "ann@example.org", false).await?,
                verify("ann@example.org"),
            ),
            _ => (f.person(&name).await?, confirm("ann@example.org")),
        };
        proofs.push(f.proof(user, purpose).await?);
    }
    let now = f.tick();
    let answers = at_once(proofs.into_iter().map(|proof| {
        let store = f.proofs.clone();
        async move {
            match proof.purpose {
                Purpose::Confirm(_) => store.confirm_email(proof.token, None, now).await,
                _ => store.verify_email(proof.token, now).await,
            }
        }
    }));
    let mut owners = Vec::new();
    for answer in answers.await {
        if let EmailProved::Done(account) = answer? {
            owners.push(account.user);
        }
    }
    assert_eq!(owners.len(), 1);
    let owner = f.users.find_by_email(&address("ann@example.org")).await?;
    assert_eq!(owner.map(|account| account.user), owners.pop());
    Ok(())
}

/// A proof is used once, by however many at once.
pub async fn a_proof_is_used_once(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", false).await?;
    let proof = f.proof(ann, verify("ann@example.org")).await?;
    let now = f.tick();
    let answers = at_once((0..100).map(|_| {
        let proofs = f.proofs.clone();
        async move { proofs.verify_email(proof.token, now).await }
    }));
    let mut proved = 0;
    for answer in answers.await {
        proved += usize::from(matches!(answer?, EmailProved::Done(_)));
    }
    assert_eq!(proved, 1);

    let proof = f.proof(ann, Purpose::Reset).await?;
    let answers = at_once((0..100).map(|n| {
        let (proofs, hash) = (f.proofs.clone(), f.hash(&format!("new{n}")));
        async move { proofs.reset_password(proof.token, hash, None, now).await }
    }));
    let mut resets = 0;
    for answer in answers.await {
        resets += usize::from(answer?.is_some());
    }
    assert_eq!(resets, 1);
    Ok(())
}

/// Another address becomes the account's when it is confirmed; the old one is told, and other proofs are void.
pub async fn an_address_is_changed_by_its_proof(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "old@example.org", true).await?;
    let mallory = f.person_at("mallory", "new@example.org", false).await?;
    let (reset, proof) = (
        f.proof(ann, Purpose::Reset).await?,
        f.proof(ann, confirm("New@Example.org")).await?,
    );
    let before = f.letters().await?.len();
    let notice = f.letter("old@example.org", LetterKind::EmailChanged);
    let at = f.tick();
    let EmailProved::Done(account) = f.proofs.confirm_email(proof.token, Some(notice), at).await? else {
        panic!("it is good")
    };
    assert_eq!(account.email, Some(address("New@Example.org")));
    assert_eq!(account.email_verified_at, Some(at));
    assert_eq!(f.account(ann).await?, *account);
    assert_eq!(f.users.find_by_email(&address("old@example.org")).await?, None);
    assert_eq!(f.account(mallory).await?.email, None);
    let letters = f.letters().await?;
    assert_eq!(letters.len(), before + 1);
    let told = &letters.last().expect("a letter").letter;
    assert_eq!(told.kind, LetterKind::EmailChanged);
    assert_eq!(f.proofs.find(reset.token, f.tick()).await?, None);
    f.person_at("ben", "old@example.org", true).await?;
    Ok(())
}

/// A reset sets another password, ends all sessions, and voids what was made for the account before.
pub async fn a_password_is_reset_by_its_proof(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", false).await?;
    let (verify, proof) = (
        f.proof(ann, verify("ann@example.org")).await?,
        f.proof(ann, Purpose::Reset).await?,
    );
    let (session, challenge) = (f.session(ann).await?, f.challenge(ann).await?);
    let notice = f.letter("ann@example.org", LetterKind::PasswordChanged);
    let at = f.tick();
    let done = f
        .proofs
        .reset_password(proof.token, f.hash("new"), Some(notice), at)
        .await?;
    assert_eq!(done, Some(ann.id));

    let by_address = LoginName::Email(address("ann@example.org"));
    let found = f.users.credentials(&by_address).await?;
    let password = found.expect("the mail was read").password;
    assert_eq!(
        password.expect("it was set").0.expose_secret(),
        f.hash("new").0.expose_secret()
    );
    assert_eq!(f.account(ann).await?.email_verified_at, Some(at));
    assert!(f.sessions.find(session.id, f.clock.now()).await?.is_none());
    let [What::SessionsRevoked { sessions }] = &f.happened(ann.id).await?[..] else {
        panic!("one event")
    };
    assert_eq!(sessions, &[session.id]);
    assert!(f.challenges.find(challenge.token, f.tick()).await?.is_none());
    assert!(matches!(prove(f, &verify).await?, EmailProved::Unknown));
    assert!(!reset(f, &proof).await?);
    let last = f.letters().await?.pop().expect("a letter").letter;
    assert_eq!(last.kind, LetterKind::PasswordChanged);
    Ok(())
}

/// A reset at an address that somebody else has proved sets the password, and leaves the address where it is.
pub async fn a_reset_takes_no_proved_address(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let ben = f.person_at("ben", "ann@example.org", false).await?;
    let proof = f.proof(ben, Purpose::Reset).await?;
    assert!(reset(f, &proof).await?);
    assert_eq!(f.account(ben).await?.email_verified_at, None);
    let owner = f.users.find_by_email(&address("ann@example.org")).await?;
    assert_eq!(owner.map(|account| account.user), Some(ann));
    Ok(())
}

/// Proofs that have expired are forgotten step by step, and no others are.
pub async fn proofs_that_have_expired_are_forgotten(f: &Fixture) -> Tested {
    let mut first = None;
    for n in 0..60 {
        let person = f
            .person_at(&format!("person{n}"), "ann@example.org", false)
            .await?;
        f.proof(person, Purpose::Reset).await?;
        f.proof(person, confirm("new@example.org")).await?;
        first.get_or_insert(person);
    }
    let last = f
        .proof(first.expect("somebody"), confirm("newer@example.org"))
        .await?;
    assert!(!f.proofs.sweep(f.clock.now()).await?);
    let before = last.expires_at - Duration::from_micros(1);
    let mut steps = 0;
    while f.proofs.sweep(before).await? {
        steps += 1;
    }
    assert!(steps >= 2, "{steps} steps for 119");
    assert!(f.proofs.find(last.token, before).await?.is_some());
    Ok(())
}

/// The operator gives an address, verified, unless somebody else's is; what was made for the account before is void.
pub async fn the_operator_gives_an_address(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "old@example.org", true).await?;
    let ben = f.person_at("ben", "ben@example.org", true).await?;
    let eve = f.person_at("eve", "ann@example.org", false).await?;
    let reset = f.proof(ann, Purpose::Reset).await?;
    let give = async |user: UserRef, email: &str| f.proofs.set_email(user.id, address(email), f.tick()).await;
    let taken = give(ann, "Ben@example.org").await?;
    assert!(matches!(taken, EmailProved::Taken));
    assert!(
        f.proofs.find(reset.token, f.tick()).await?.is_some(),
        "nothing has changed"
    );
    let EmailProved::Done(account) = give(ann, "ann@example.org").await? else {
        panic!("it is nobody's");
    };
    assert_eq!(account.email, Some(address("ann@example.org")));
    assert!(account.email_verified_at.is_some());
    assert!(f.proofs.find(reset.token, f.tick()).await?.is_none());
    let eve = f.users.find(eve.id).await?.expect("there is an account");
    assert_eq!(eve.email, None, "she only said that it was hers");
    let nobody = UserRef {
        id: f.nobody(),
        ..ben
    };
    assert!(matches!(
        give(nobody, "no@example.org").await?,
        EmailProved::Unknown
    ));
    f.users.delete(ben.id, false, f.tick()).await?;
    assert!(matches!(give(ben, "no@example.org").await?, EmailProved::Unknown));
    Ok(())
}
