//! What people show besides the password.

use parlor_domain::UserRef;
use parlor_ports::{App, CodeDigest, SecondStep, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

fn codes(f: &Fixture) -> Vec<CodeDigest> {
    (0..10).map(|_| f.code()).collect()
}

/// An app that is confirmed by a code of step 100, and its recovery codes.
async fn app(f: &Fixture, user: UserRef) -> Result<(Vec<u8>, Vec<CodeDigest>), StoreError> {
    let (sealed, codes) = (f.bytes(), codes(f));
    assert!(
        f.second_steps
            .enrol_app(user.id, sealed.clone(), f.tick())
            .await?
    );
    let confirmed = f
        .second_steps
        .confirm_app(user.id, sealed.clone(), 100, codes.clone(), f.tick());
    assert!(confirmed.await?);
    Ok((sealed, codes))
}

async fn chosen(f: &Fixture, user: UserRef) -> Result<SecondStep, StoreError> {
    Ok(f.second_steps.find(user.id).await?.expect("there is an account"))
}

/// At first nobody shows anything else; a mailed code needs a verified address.
pub async fn a_mailed_code_needs_a_verified_address(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let ben = f.person_at("ben", "ben@example.org", false).await?;
    assert_eq!(chosen(f, ann).await?, SecondStep::default());
    assert!(f.second_steps.set_mailed_code(ann.id, true).await?);
    assert!(chosen(f, ann).await?.mailed_code);
    assert!(f.second_steps.set_mailed_code(ann.id, false).await?);
    assert!(!chosen(f, ann).await?.mailed_code);
    assert!(!f.second_steps.set_mailed_code(ben.id, true).await?);
    assert!(f.second_steps.set_mailed_code(ben.id, false).await?);
    let nobody = f.nobody();
    assert_eq!(f.second_steps.find(nobody).await?, None);
    assert!(!f.second_steps.set_mailed_code(nobody, true).await?);
    Ok(())
}

/// An app counts from the moment it is confirmed; until then another can be enrolled in its place.
pub async fn an_app_is_enrolled_and_confirmed(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (first, second) = (f.bytes(), f.bytes());
    for sealed in [&first, &second] {
        assert!(f.second_steps.enrol_app(ann.id, sealed.clone(), f.tick()).await?);
    }
    let waiting = App {
        sealed: second.clone(),
        last_step: None,
    };
    let step = chosen(f, ann).await?;
    assert_eq!((step.app.as_ref(), step.confirmed_app()), (Some(&waiting), None));
    assert!(!f.second_steps.use_step(ann.id, 1).await?, "it is not confirmed");
    assert!(!f.second_steps.replace_recovery_codes(ann.id, codes(f)).await?);

    let confirm = async |sealed: &Vec<u8>| {
        f.second_steps
            .confirm_app(ann.id, sealed.clone(), 7, codes(f), f.tick())
            .await
    };
    assert!(!confirm(&first).await?, "another was enrolled meanwhile");
    assert_eq!(chosen(f, ann).await?.recovery_codes, 0);
    assert!(confirm(&second).await?);
    assert!(!confirm(&second).await?, "it is confirmed");
    let confirmed = App {
        sealed: second,
        last_step: Some(7),
    };
    let step = chosen(f, ann).await?;
    assert_eq!(
        (step.confirmed_app(), step.recovery_codes),
        (Some(&confirmed), 10)
    );
    assert!(!f.second_steps.enrol_app(ann.id, first, f.tick()).await?);
    assert!(!f.second_steps.enrol_app(f.nobody(), f.bytes(), f.tick()).await?);
    Ok(())
}

/// Of two who confirm at once one does, and the recovery codes are those that he was given.
pub async fn an_app_is_confirmed_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let sealed = f.bytes();
    f.second_steps.enrol_app(ann.id, sealed.clone(), f.tick()).await?;
    let answers = at_once((0..20).map(|_| {
        let (steps, sealed, codes, at) = (f.second_steps.clone(), sealed.clone(), codes(f), f.tick());
        async move {
            let confirmed = steps.confirm_app(ann.id, sealed, 1, codes.clone(), at).await;
            confirmed.map(|confirmed| confirmed.then_some(codes))
        }
    }));
    let mut given = Vec::new();
    for answer in answers.await {
        given.extend(answer?);
    }
    assert_eq!(given.len(), 1);
    for code in given.remove(0) {
        assert!(f.second_steps.use_recovery_code(ann.id, code).await?);
    }
    assert_eq!(chosen(f, ann).await?.recovery_codes, 0);
    Ok(())
}

/// A time step is used once, by however many at once, and no earlier one is used after it.
pub async fn a_step_is_used_once(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    app(f, ann).await?;
    app(f, ben).await?;
    let answers = at_once((0..100).map(|_| {
        let steps = f.second_steps.clone();
        async move { steps.use_step(ann.id, 103).await }
    }));
    let mut used = 0;
    for answer in answers.await {
        used += usize::from(answer?);
    }
    assert_eq!(used, 1);
    for (step, good) in [(100, false), (102, false), (103, false), (104, true)] {
        assert_eq!(f.second_steps.use_step(ann.id, step).await?, good, "{step}");
    }
    assert!(
        !f.second_steps.use_step(ben.id, 100).await?,
        "the one that confirmed the app is used"
    );
    assert!(f.second_steps.use_step(ben.id, 103).await?);
    Ok(())
}

/// A recovery code is used once, by however many at once, and by its owner only.
pub async fn a_recovery_code_is_used_once(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (_, codes) = app(f, ann).await?;
    app(f, ben).await?;
    let code = codes[3];
    assert!(!f.second_steps.use_recovery_code(ben.id, code).await?);
    let answers = at_once((0..100).map(|_| {
        let steps = f.second_steps.clone();
        async move { steps.use_recovery_code(ann.id, code).await }
    }));
    let mut used = 0;
    for answer in answers.await {
        used += usize::from(answer?);
    }
    assert_eq!((used, chosen(f, ann).await?.recovery_codes), (1, 9));
    Ok(())
}

/// New recovery codes take the place of all.
pub async fn recovery_codes_are_replaced(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (_, old) = app(f, ann).await?;
    let new = codes(f);
    assert!(f.second_steps.replace_recovery_codes(ann.id, new.clone()).await?);
    assert_eq!(chosen(f, ann).await?.recovery_codes, 10);
    assert!(!f.second_steps.use_recovery_code(ann.id, old[0]).await?);
    assert!(f.second_steps.use_recovery_code(ann.id, new[0]).await?);
    Ok(())
}

/// An app that is removed is forgotten with its recovery codes; another can be enrolled.
pub async fn an_app_is_removed(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (_, codes) = app(f, ann).await?;
    assert!(f.second_steps.remove_app(ann.id).await?);
    assert_eq!(chosen(f, ann).await?, SecondStep::default());
    assert!(!f.second_steps.use_recovery_code(ann.id, codes[0]).await?);
    assert!(!f.second_steps.use_step(ann.id, 999).await?);
    assert!(!f.second_steps.remove_app(ann.id).await?);
    app(f, ann).await?;
    Ok(())
}

/// The operator takes all away that somebody has chosen, and nothing from others.
pub async fn the_operator_resets_a_second_step(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let ben = f.person("ben").await?;
    let (_, codes) = app(f, ann).await?;
    app(f, ben).await?;
    assert!(f.second_steps.set_mailed_code(ann.id, true).await?);
    assert!(f.second_steps.reset(ann.id).await?);
    assert_eq!(chosen(f, ann).await?, SecondStep::default());
    assert!(!f.second_steps.use_recovery_code(ann.id, codes[0]).await?);
    assert_eq!(chosen(f, ben).await?.recovery_codes, 10);
    assert!(f.second_steps.reset(ann.id).await?, "there is nothing left to do");
    assert!(!f.second_steps.reset(f.nobody()).await?);
    Ok(())
}

/// All sealed secrets come, by pages: those of apps that wait to be confirmed as well.
pub async fn all_apps_are_listed_by_pages(f: &Fixture) -> Tested {
    let mut wanted = Vec::new();
    for (name, confirmed) in [("ann", true), ("ben", false), ("cleo", true)] {
        let user = f.person(name).await?;
        let sealed = if confirmed {
            app(f, user).await?.0
        } else {
            let sealed = f.bytes();
            assert!(
                f.second_steps
                    .enrol_app(user.id, sealed.clone(), f.tick())
                    .await?
            );
            sealed
        };
        wanted.push((user.id, sealed));
    }
    wanted.sort();
    let first = f.second_steps.apps(None, 2).await?;
    let rest = f
        .second_steps
        .apps(first.last().map(|(user, _)| *user), 2)
        .await?;
    assert_eq!((first.len(), rest.len()), (2, 1));
    assert_eq!([first, rest].concat(), wanted);
    Ok(())
}
