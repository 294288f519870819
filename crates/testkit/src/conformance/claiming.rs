//! Addresses by which people log in before they are verified.

use parlor_domain::UserRef;
use parlor_ports::{EmailProved, LoginName, NewAccount, NewProof, Purpose, Registered, StoreError};

use super::Tested;
use crate::{Fixture, address, at_once};

/// An account that nobody has registered yet, which claims its address.
fn claiming(f: &Fixture, name: &str, email: &str) -> NewAccount {
    NewAccount {
        email: Some(address(email)),
        claims_address: true,
        ..f.new_account(name)
    }
}

/// Who is meant by an address that was verified or claimed.
async fn holder(f: &Fixture, email: &str) -> Result<Option<UserRef>, StoreError> {
    let email = address(email);
    let found = f.users.find_by_claimed(&email).await?;
    let credentials = f.users.credentials(&LoginName::Claimed(email)).await?;
    let found = found.map(|account| account.user);
    assert_eq!(credentials.map(|found| found.user), found);
    Ok(found)
}

/// Makes an address somebody's, verified.
async fn give(f: &Fixture, user: UserRef, email: &str) -> Result<(), StoreError> {
    let given = f.proofs.set_email(user.id, address(email), f.tick()).await?;
    assert!(matches!(given, EmailProved::Done(_)), "{email}: {given:?}");
    Ok(())
}

/// Who claims an address logs in by it at once, in any case. It is not verified by that.
pub async fn a_claimed_address_is_logged_in_by(f: &Fixture) -> Tested {
    let ann = f.register(claiming(f, "ann", "Ann@example.org")).await?;
    for spelling in ["ann@example.org", "ANN@EXAMPLE.ORG"] {
        assert_eq!(holder(f, spelling).await?, Some(ann));
        let email = address(spelling);
        assert_eq!(f.users.find_by_email(&email).await?, None);
        assert!(f.users.credentials(&LoginName::Email(email)).await?.is_none());
    }
    assert_eq!(f.account(ann).await?.email_verified_at, None);
    f.person_at("ben", "ben@example.org", false).await?;
    assert_eq!(holder(f, "ben@example.org").await?, None, "he has not claimed it");
    let cleo = f.person_at("cleo", "cleo@example.org", true).await?;
    assert_eq!(
        holder(f, "Cleo@example.org").await?,
        Some(cleo),
        "she has verified it"
    );
    Ok(())
}

/// What somebody has claimed or verified nobody else claims, in any case. Others can still say that it is theirs.
pub async fn an_address_is_claimed_once(f: &Fixture) -> Tested {
    let ann = f.register(claiming(f, "ann", "ann@example.org")).await?;
    f.person_at("ben", "ben@example.org", true).await?;
    for email in ["ann@example.org", "ANN@Example.org", "Ben@example.org"] {
        let refused = f.users.register(claiming(f, "cleo", email)).await?;
        assert!(matches!(refused, Registered::EmailTaken), "{email}: {refused:?}");
    }
    let cleo = "cleo".parse().expect("a name");
    assert_eq!(f.users.find_by_username(&cleo).await?, None, "nothing was made");
    f.person_at("cleo", "ann@example.org", false).await?;
    assert_eq!(holder(f, "ann@example.org").await?, Some(ann));
    let twin = f.users.register(claiming(f, "ANN", "twin@example.org")).await?;
    assert!(matches!(twin, Registered::UsernameTaken));
    f.register(claiming(f, "dan", "twin@example.org")).await?;
    Ok(())
}

/// Who verifies an address has it, and the claim of somebody else is gone for good.
pub async fn a_verified_address_is_nobody_elses_claim(f: &Fixture) -> Tested {
    let ann = f.register(claiming(f, "ann", "ann@example.org")).await?;
    let ben = f.person_at("ben", "ann@example.org", false).await?;
    let proof = f.proof(ben, Purpose::Verify(address("ann@example.org"))).await?;
    let proved = f.proofs.verify_email(proof.token, f.tick()).await?;
    assert!(matches!(proved, EmailProved::Done(_)));
    assert_eq!(holder(f, "ann@example.org").await?, Some(ben));
    assert_eq!(f.account(ann).await?.email, None);
    give(f, ben, "ben@example.org").await?;
    assert_eq!(holder(f, "ann@example.org").await?, None);
    f.register(claiming(f, "cleo", "ann@example.org")).await?;
    Ok(())
}

/// Who verifies what he has claimed keeps it.
pub async fn a_claimed_address_is_verified(f: &Fixture) -> Tested {
    let ann = f.register(claiming(f, "ann", "ann@example.org")).await?;
    let proof = f.proof(ann, Purpose::Verify(address("ann@example.org"))).await?;
    let proved = f.proofs.verify_email(proof.token, f.tick()).await?;
    assert!(matches!(proved, EmailProved::Done(_)));
    assert_eq!(holder(f, "Ann@example.org").await?, Some(ann));
    let found = f.users.find_by_email(&address("ann@example.org")).await?;
    assert_eq!(found.map(|account| account.user), Some(ann));
    Ok(())
}

/// A claim goes where its owner's address goes, and ends with the account.
pub async fn a_claim_goes_with_its_owners_address(f: &Fixture) -> Tested {
    let ann = f.register(claiming(f, "ann", "old@example.org")).await?;
    f.register(claiming(f, "ben", "new@example.org")).await?;
    give(f, ann, "new@example.org").await?;
    assert_eq!(holder(f, "new@example.org").await?, Some(ann));
    assert_eq!(holder(f, "old@example.org").await?, None);
    let cleo = f.register(claiming(f, "cleo", "old@example.org")).await?;
    give(f, ann, "newer@example.org").await?;
    assert_eq!(holder(f, "newer@example.org").await?, Some(ann));
    assert_eq!(holder(f, "new@example.org").await?, None);
    assert_eq!(holder(f, "old@example.org").await?, Some(cleo));

    f.users.delete(cleo.id, false, f.tick()).await?;
    assert_eq!(holder(f, "old@example.org").await?, None);
    f.register(claiming(f, "dan", "old@example.org")).await?;
    Ok(())
}

/// Another address is claimed in the place of the last one, by a proof or without, unless it is somebody else's. It is not verified by
/// that, and what was made for the account before is void.
pub async fn an_address_is_claimed_instead_of_another(f: &Fixture) -> Tested {
    let ann = f.register(claiming(f, "ann", "ann@example.org")).await?;
    give(f, ann, "ann@example.org").await?;
    f.register(claiming(f, "ben", "ben@example.org")).await?;
    f.person_at("cleo", "cleo@example.org", true).await?;
    let (proof, reset) = (
        f.proof(ann, Purpose::Change).await?,
        f.proof(ann, Purpose::Reset).await?,
    );
    for taken in ["Ben@example.org", "cleo@example.org"] {
        let claimed = claim(f, ann, Some(&proof), taken).await?;
        assert!(matches!(claimed, EmailProved::Taken), "{taken}: {claimed:?}");
    }
    let same = claim(f, ann, None, "Ann@example.org").await?;
    assert!(matches!(same, EmailProved::Done(account) if account.email_verified_at.is_some()));
    let claimed = claim(f, ann, Some(&proof), "new@example.org").await?;
    assert!(matches!(claimed, EmailProved::Done(account) if account.email_verified_at.is_none()));
    assert_eq!(holder(f, "new@example.org").await?, Some(ann));
    assert_eq!(holder(f, "ann@example.org").await?, None);
    assert_eq!(f.users.find_by_email(&address("ann@example.org")).await?, None);
    for void in [&proof, &reset] {
        let claimed = claim(f, ann, Some(void), "newer@example.org").await?;
        assert!(matches!(claimed, EmailProved::Unknown), "{claimed:?}");
    }
    let claimed = claim(f, ann, None, "newer@example.org").await?;
    assert!(matches!(claimed, EmailProved::Done(_)));
    assert_eq!(holder(f, "newer@example.org").await?, Some(ann));
    f.register(claiming(f, "dan", "new@example.org")).await?;
    Ok(())
}

async fn claim(
    f: &Fixture,
    user: UserRef,
    proof: Option<&NewProof>,
    email: &str,
) -> Result<EmailProved, StoreError> {
    let (proof, email) = (proof.map(|proof| proof.token), address(email));
    f.proofs.claim_email(user.id, proof, email, None, f.tick()).await
}

/// Ten who claim an address at once: one has it, and no other sees a failure.
pub async fn an_address_claimed_by_many_at_once_goes_to_one(f: &Fixture) -> Tested {
    let answers = at_once((0..10).map(|n| {
        let email = ["ann@example.org", "Ann@Example.org"][n % 2];
        let new = claiming(f, &format!("person{n}"), email);
        let users = f.users.clone();
        async move { users.register(new).await }
    }));
    let mut made = Vec::new();
    for answer in answers.await {
        match answer? {
            Registered::Done(account) => made.push(account.user),
            Registered::EmailTaken => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(made.len(), 1);
    assert_eq!(holder(f, "ann@example.org").await?, made.pop());
    Ok(())
}

/// Ten claim an address while somebody verifies it: he has it, and no claim is left.
pub async fn an_address_is_claimed_while_it_is_verified(f: &Fixture) -> Tested {
    let ben = f.person_at("ben", "ann@example.org", false).await?;
    let proof = f.proof(ben, Purpose::Verify(address("ann@example.org"))).await?;
    let now = f.tick();
    let answers = at_once((0..10).map(|n| {
        let new = claiming(f, &format!("person{n}"), "ann@example.org");
        let (users, proofs) = (f.users.clone(), f.proofs.clone());
        async move {
            if n == 5 {
                proofs.verify_email(proof.token, now).await?;
            }
            users.register(new).await
        }
    }));
    for answer in answers.await {
        let answer = answer?;
        assert!(
            matches!(answer, Registered::Done(_) | Registered::EmailTaken),
            "{answer:?}"
        );
    }
    assert_eq!(holder(f, "ann@example.org").await?, Some(ben));
    give(f, ben, "ben@example.org").await?;
    assert_eq!(holder(f, "ann@example.org").await?, None);
    Ok(())
}
