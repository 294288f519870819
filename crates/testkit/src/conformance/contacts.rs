//! Lists of contacts.

use std::collections::BTreeMap;

use parlor_domain::{Audience, ProfileChange, UserId, UserRef, What};
use parlor_ports::{ContactPut, ContactRefusal, NewContact, StoreError, UserSearch};

use super::Tested;
use crate::{Fixture, People, address, at_once};

/// What somebody's own stream tells of his contacts.
async fn told(f: &Fixture, user: UserRef) -> Result<Vec<What>, StoreError> {
    let mut told = f.happened(user.id).await?;
    told.retain(|what| matches!(what, What::ContactChanged { .. } | What::ContactRemoved { .. }));
    Ok(told)
}

/// A person adds, names and removes others in a list of his own, of which nobody else hears.
pub async fn a_list_of_contacts_is_its_owners(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = f.people(["ann", "ben", "cleo", "dora"]).await?;
    for user in [dora, ben, cleo] {
        f.know(ann, user).await?;
    }
    let boss: parlor_domain::DisplayName = "Boss".parse().expect("a name");
    for _ in 0..2 {
        let named = NewContact {
            name: Some(boss.clone()),
            ..f.new_contact(ann, ben)
        };
        assert_eq!(f.contacts.put(named).await?, ContactPut::Known);
    }
    for there in [true, false] {
        let removed = f.contacts.remove(ann, cleo.id, f.tick()).await?;
        assert_eq!(removed, there);
    }
    let expected = BTreeMap::from([(ben.id, Some(boss.clone())), (dora.id, None)]);
    assert_eq!(f.lists(ann).await?.contacts, expected);
    let changed = |user, name: Option<&parlor_domain::DisplayName>| What::ContactChanged {
        user,
        name: name.cloned(),
    };
    let expected = [
        changed(dora, None),
        changed(ben, None),
        changed(cleo, None),
        changed(ben, Some(&boss)),
        What::ContactRemoved { user: cleo },
    ];
    assert_eq!(told(f, ann).await?, expected, "what changes nothing is not told");
    assert!(told(f, ben).await?.is_empty());

    let nobody = NewContact {
        contact: f.nobody(),
        ..f.new_contact(ann, ben)
    };
    let refused = f.contacts.put(nobody).await?;
    assert_eq!(refused, ContactPut::Refused(ContactRefusal::NoUser));
    let full = NewContact {
        most: 2,
        ..f.new_contact(ann, cleo)
    };
    assert_eq!(
        f.contacts.put(full).await?,
        ContactPut::Refused(ContactRefusal::Full)
    );
    let known = NewContact {
        most: 2,
        ..f.new_contact(ann, ben)
    };
    assert_eq!(
        f.contacts.put(known).await?,
        ContactPut::Known,
        "he takes no place"
    );
    Ok(())
}

/// Of fifty who are added at once to a list with one place left, one gets it.
pub async fn contacts_at_once_never_overfill_a_list(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("person", 50).await?;
    let puts = at_once(crowd.iter().map(|user| {
        let new = NewContact {
            most: 1,
            ..f.new_contact(ann, *user)
        };
        let contacts = f.contacts.clone();
        async move { contacts.put(new).await }
    }));
    let mut added = 0;
    for put in puts.await {
        match put? {
            ContactPut::New => added += 1,
            ContactPut::Refused(ContactRefusal::Full) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((added, f.lists(ann).await?.contacts.len()), (1, 1));
    Ok(())
}

/// Whom a person has added sees what contacts see, and finds him by it; that he has added the person is of no use.
pub async fn contacts_see_what_contacts_see(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let [ben, eve] = f.people(["ben", "eve"]).await?;
    let change = ProfileChange {
        show_email: Some(Audience::Contacts),
        ..ProfileChange::default()
    };
    f.users.change_profile(ann.id, change, f.tick()).await?;
    f.know(eve, ann).await?;
    f.know(ann, ben).await?;
    for (viewer, sees) in [(ben, true), (eve, false)] {
        let (_, shown) = f.users.shown(viewer.id, vec![ann.id]).await?.remove(0);
        assert_eq!(shown.email.is_some(), sees);
        let by_address = UserSearch::Email(address("ann@example.org"));
        assert_eq!(f.users.search(viewer.id, by_address, 1).await?.len() == 1, sees);
    }
    f.contacts.remove(ann, ben.id, f.tick()).await?;
    let (_, shown) = f.users.shown(ben.id, vec![ann.id]).await?.remove(0);
    assert_eq!(shown.email, None);
    Ok(())
}

/// Soon after an account is deleted nobody's lists name it, and their owners were told; what it called others is forgotten.
pub async fn lists_forget_the_deleted(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = f.people(["ann", "ben", "cleo", "dora"]).await?;
    let secret = NewContact {
        name: Some("Secret".parse().expect("a name")),
        ..f.new_contact(ann, ben)
    };
    f.contacts.put(secret).await?;
    f.know(ben, ann).await?;
    f.know(dora, ann).await?;
    f.know(dora, ben).await?;
    f.ask(ann, cleo).await?;
    f.ask(dora, ann).await?;
    f.direct(ann, ben).await?;
    f.block(ben, ann).await?;
    f.block(ann, dora).await?;
    f.users.delete(ann.id, false, f.tick()).await?;
    let untouched = People {
        contacts: BTreeMap::from([(ben.id, None)]),
        ..People::default()
    };
    let forgets = async |user: UserRef, left: People| {
        let gone = |people: &People| !format!("{people:?}").contains(&ann.id.to_string());
        f.heard
            .wait(|| {
                let mut people = People::default();
                for event in f.heard.events(user.id) {
                    people.take(user.id, &event.what);
                }
                gone(&people).then_some(())
            })
            .await;
        assert_eq!(f.lists(user).await?, left);
        Ok::<_, StoreError>(())
    };
    forgets(ben, People::default()).await?;
    forgets(cleo, People::default()).await?;
    forgets(dora, untouched).await?;
    // What is done last is not told: it is tried until it is so.
    loop {
        let left: Vec<UserId> = f.lists(ann).await?.contacts.into_keys().collect();
        let said = f.happened(ann.id).await?;
        if left.is_empty() && !format!("{said:?}").contains("Secret") {
            break;
        }
        tokio::task::yield_now().await;
    }
    let late = f.contacts.put(f.new_contact(ben, ann)).await?;
    assert_eq!(late, ContactPut::Refused(ContactRefusal::NoUser));
    let late = f.contacts.put(f.new_contact(ann, ben)).await?;
    assert_eq!(late, ContactPut::Refused(ContactRefusal::NoUser));
    Ok(())
}
