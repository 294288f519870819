//! What people tell about themselves.

use parlor_domain::{Audience, Mobile, Profile, ProfileChange, Reach, Shows};
use parlor_ports::MobileSet;

use super::Tested;
use crate::{Fixture, at_once};

/// People tell about themselves what they like, one thing or all, and can take it back.
pub async fn a_profile_changes_one_by_one(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let mut expected = f.account(ann).await?;
    let all = ProfileChange {
        display_name: Some("Ann Lee".parse().expect("a name")),
        first_name: Some(Some("Ann".parse().expect("a name"))),
        last_name: Some(Some("Lee".parse().expect("a name"))),
        about: Some(Some("tea \u{1f375}".parse().expect("a text"))),
        locale: Some(Some("pt-BR".parse().expect("a locale"))),
        time_zone: Some(Some("Europe/Zurich".parse().expect("a zone"))),
        show_email: Some(Audience::Everyone),
        show_mobile: Some(Audience::Contacts),
        show_last_seen: Some(Audience::Nobody),
        show_presence: Some(Audience::Contacts),
        reach: Some(Reach::Contacts),
        private: Some(true),
        discoverable: Some(false),
    };
    let changed = f.users.change_profile(ann.id, all.clone(), f.tick()).await?;
    expected.display_name = all.display_name.expect("one was given");
    expected.profile = Profile {
        first_name: all.first_name.flatten(),
        last_name: all.last_name.flatten(),
        about: all.about.flatten(),
        locale: all.locale.flatten(),
        time_zone: all.time_zone.flatten(),
        mobile: None,
        avatar: None,
        shows: Shows {
            email: Audience::Everyone,
            mobile: Audience::Contacts,
            last_seen: Audience::Nobody,
            presence: Audience::Contacts,
        },
        reach: Reach::Contacts,
        private: true,
        discoverable: false,
    };
    assert_eq!(changed.as_ref(), Some(&expected));
    assert_eq!(f.users.find(ann.id).await?, changed);

    let taken_back = ProfileChange {
        last_name: Some(None),
        about: Some(None),
        show_email: Some(Audience::Nobody),
        ..ProfileChange::default()
    };
    let changed = f
        .users
        .change_profile(ann.id, taken_back.clone(), f.tick())
        .await?;
    expected.profile.last_name = None;
    expected.profile.about = None;
    expected.profile.shows.email = Audience::Nobody;
    assert_eq!(changed.as_ref(), Some(&expected));
    let same = f
        .users
        .change_profile(ann.id, ProfileChange::default(), f.tick())
        .await?;
    assert_eq!(same, Some(expected));
    assert_eq!(
        f.users.change_profile(f.nobody(), taken_back, f.tick()).await?,
        None
    );
    Ok(())
}

/// A mobile number belongs to one person, who can change it and take it away.
pub async fn a_mobile_number_belongs_to_one_person(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let number: Mobile = "+41 79 123 45 67".parse().expect("a number");
    let set = async |user, number: &Mobile| f.users.set_mobile(user, Some(number.clone())).await;
    let MobileSet::Done(account) = set(ann.id, &number).await? else {
        panic!("nobody has it")
    };
    assert_eq!(account.profile.mobile.as_ref(), Some(&number));
    assert_eq!(f.account(ann).await?, *account);
    assert!(matches!(set(ben.id, &number).await?, MobileSet::Taken));
    assert!(
        matches!(set(ann.id, &number).await?, MobileSet::Done(_)),
        "it is hers already"
    );
    f.users.set_mobile(ann.id, None).await?;
    assert_eq!(f.account(ann).await?.profile.mobile, None);
    assert!(matches!(set(ben.id, &number).await?, MobileSet::Done(_)));
    assert!(matches!(set(f.nobody(), &number).await?, MobileSet::Unknown));
    Ok(())
}

/// A hundred people who want the same number at once: one has it, and no other sees a failure.
pub async fn a_number_wanted_by_many_at_once_goes_to_one(f: &Fixture) -> Tested {
    let people = f.crowd("person", 100).await?;
    let answers = at_once(people.into_iter().map(|person| {
        let (users, number) = (f.users.clone(), "+41791234567".parse().expect("a number"));
        async move { users.set_mobile(person.id, Some(number)).await }
    }));
    let mut set = 0;
    for answer in answers.await {
        match answer? {
            MobileSet::Done(_) => set += 1,
            MobileSet::Taken => {}
            MobileSet::Unknown => panic!("they are registered"),
        }
    }
    assert_eq!(set, 1);
    Ok(())
}
