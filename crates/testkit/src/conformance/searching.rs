//! Finding people, and what they let others see.

use std::time::Duration;

use parlor_domain::{Account, AccountStatus, Audience, Mobile, ProfileChange, UserRef};
use parlor_ports::{Clock, MobileSet, Shown, StoreError, UserSearch};

use super::Tested;
use crate::{Fixture, address};

fn names(found: &[Account]) -> Vec<&str> {
    found.iter().map(|account| account.username.as_str()).collect()
}

async fn beginning(f: &Fixture, text: &str) -> Result<Vec<Account>, StoreError> {
    let viewer = f.nobody();
    f.users
        .search(viewer, UserSearch::Beginning(text.into()), 10)
        .await
}

/// Somebody with a verified address and a number, which he shows to these.
async fn known_to(f: &Fixture, name: &str, audience: Audience, number: &str) -> Result<UserRef, StoreError> {
    let user = f.person_at(name, &format!("{name}@example.org"), true).await?;
    let number = Some(number.parse().expect("a number"));
    f.users.set_mobile(user.id, number).await?;
    let change = ProfileChange {
        show_email: Some(audience),
        show_mobile: Some(audience),
        show_last_seen: Some(audience),
        ..ProfileChange::default()
    };
    f.users.change_profile(user.id, change, f.tick()).await?;
    f.users.set_last_seen(vec![(user.id, f.clock.now())]).await?;
    Ok(user)
}

/// People are found by the beginning of a username, and of a display, first and last name, in any case.
pub async fn people_are_found_by_how_their_names_begin(f: &Fixture) -> Tested {
    let [anna, ben, cleo, dora, zoe] = f.people(["Anna", "ben", "cleo", "dora", "zoe"]).await?;
    f.rename(ben, "\u{c4}nne Frank").await?;
    let last_name = ProfileChange {
        last_name: Some(Some("Annan".parse().expect("a name"))),
        ..ProfileChange::default()
    };
    f.users.change_profile(cleo.id, last_name, f.tick()).await?;
    let first_name = ProfileChange {
        first_name: Some(Some("Annelies".parse().expect("a name"))),
        ..ProfileChange::default()
    };
    f.users.change_profile(dora.id, first_name, f.tick()).await?;
    f.rename(zoe, "!zoe").await?;
    assert_eq!(names(&beginning(f, "ann").await?), ["Anna", "dora", "cleo"]);
    assert_eq!(names(&beginning(f, "!z").await?), ["zoe"]);
    assert_eq!(names(&beginning(f, "ANNAN").await?), ["cleo"]);
    assert_eq!(names(&beginning(f, "a\u{308}nne f").await?), ["ben"]);
    assert_eq!(names(&beginning(f, "be").await?), ["ben"], "by username still");
    assert!(beginning(f, "nna").await?.is_empty(), "only beginnings");
    for nothing in ["", "\0", "a\0", "%", "_", "ann%"] {
        assert!(beginning(f, nothing).await?.is_empty(), "{nothing:?}");
    }
    assert_eq!(beginning(f, "anna").await?[0], f.account(anna).await?);
    Ok(())
}

/// Whose username it is comes first, then others by username, then those found by other names; and no more than were
/// asked for.
pub async fn the_one_who_is_called_so_comes_first(f: &Fixture) -> Tested {
    let [_, ben, _, friend, sister] = f
        .people(["ben-9", "ben", "ben-1", "a-friend", "a-sister"])
        .await?;
    f.rename(friend, "Benjamin").await?;
    f.rename(sister, "Bena").await?;
    f.rename(ben, "Somebody else").await?;
    let all = ["ben", "ben-1", "ben-9", "a-sister", "a-friend"];
    assert_eq!(names(&beginning(f, "Ben").await?), all);
    for most in 0..5 {
        let search = UserSearch::Beginning("ben".into());
        let found = f.users.search(f.nobody(), search, most).await?;
        assert_eq!(names(&found), all[..most]);
    }
    Ok(())
}

/// Accounts that cannot be used are not found.
pub async fn locked_accounts_are_not_found(f: &Fixture) -> Tested {
    let ann = known_to(f, "ann", Audience::Everyone, "+41791234567").await?;
    let viewer = f.person("viewer").await?;
    let searches = [
        UserSearch::Beginning("ann".into()),
        UserSearch::Email(address("ann@example.org")),
        UserSearch::Mobile("+41791234567".parse().expect("a number")),
    ];
    for (status, found) in [(AccountStatus::Disabled, 0), (AccountStatus::Active, 1)] {
        f.users.set_status(ann.id, status, f.tick()).await?;
        for search in searches.clone() {
            let people = f.users.search(viewer.id, search, 10).await?;
            assert_eq!(people.len(), found, "{status:?}");
        }
    }
    Ok(())
}

/// By a whole address or number people are found by those to whom they show it, and by nobody else.
pub async fn addresses_and_numbers_find_who_shows_them(f: &Fixture) -> Tested {
    let [viewer, stranger] = f.people(["viewer", "stranger"]).await?;
    let people = [
        (Audience::Nobody, "hidden", "+41790000001", [false, false]),
        (Audience::Contacts, "friendly", "+41790000002", [true, false]),
        (Audience::Everyone, "open", "+41790000003", [true, true]),
    ];
    for (audience, name, number, found) in people {
        let user = known_to(f, name, audience, number).await?;
        let room = f.direct(viewer, user).await?;
        f.say(room, user, "hello").await?;
        let email = UserSearch::Email(address(&format!("{}@EXAMPLE.org", name.to_uppercase())));
        let mobile = UserSearch::Mobile(number.parse().expect("a number"));
        for search in [email, mobile] {
            let sees = async |who: UserRef| {
                let people = f.users.search(who.id, search.clone(), 10).await?;
                Ok::<_, StoreError>(names(&people) == [name])
            };
            assert_eq!([sees(viewer).await?, sees(stranger).await?], found, "{name}");
            assert!(sees(user).await?, "everybody finds himself");
        }
    }
    let unknown = UserSearch::Email(address("nobody@example.org"));
    assert!(f.users.search(viewer.id, unknown, 10).await?.is_empty());
    Ok(())
}

/// An address that is not verified finds nobody, and is shown to nobody.
pub async fn an_unverified_address_is_not_shown(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", false).await?;
    let change = ProfileChange {
        show_email: Some(Audience::Everyone),
        ..ProfileChange::default()
    };
    f.users.change_profile(ann.id, change, f.tick()).await?;
    let search = UserSearch::Email(address("ann@example.org"));
    assert!(f.users.search(f.nobody(), search, 10).await?.is_empty());
    let shown = f.users.shown(f.nobody(), vec![ann.id]).await?;
    assert_eq!(shown, [(ann.id, nothing())]);
    Ok(())
}

/// Who is not discoverable is found by his whole username, address or number, and by the beginning of no name.
pub async fn who_is_not_discoverable_is_found_by_what_is_whole(f: &Fixture) -> Tested {
    let ann = known_to(f, "ann", Audience::Everyone, "+41791234567").await?;
    f.rename(ann, "Anna Lee").await?;
    let named = ProfileChange {
        first_name: Some(Some("Anna".parse().expect("a name"))),
        last_name: Some(Some("Lee".parse().expect("a name"))),
        ..ProfileChange::default()
    };
    f.users.change_profile(ann.id, named, f.tick()).await?;
    let beginnings = ["a", "an", "anna", "anna l", "Anna Lee", "lee"];
    for discoverable in [false, true] {
        f.be_discoverable(ann, discoverable).await?;
        for text in beginnings {
            let found = beginning(f, text).await?;
            assert_eq!(!found.is_empty(), discoverable, "{text}");
        }
        for search in [
            UserSearch::Beginning("ANN".into()),
            UserSearch::Email(address("Ann@example.org")),
            UserSearch::Mobile("+41791234567".parse().expect("a number")),
        ] {
            let found = f.users.search(f.nobody(), search, 10).await?;
            assert_eq!(names(&found), ["ann"]);
        }
    }
    Ok(())
}

/// A number that was given to be found by finds its owner as long as he is discoverable, for all whom he has not blocked; any other
/// number finds him for those to whom he shows it.
pub async fn a_number_that_was_given_finds_its_owner(f: &Fixture) -> Tested {
    let [ann, ben, viewer] = f.people(["ann", "ben", "viewer"]).await?;
    let shy = known_to(f, "shy", Audience::Nobody, "+41790000001").await?;
    known_to(f, "open", Audience::Everyone, "+41790000002").await?;
    let number = |text: &str| text.parse::<Mobile>().expect("a number");
    let finds = async |text: &str| {
        let wanted = UserSearch::Given(number(text));
        let found = f.users.search(viewer.id, wanted, 10).await?;
        Ok::<_, StoreError>(names(&found).join(" "))
    };
    let given = f.users.give_mobile(ann.id, number("+41791234567")).await?;
    assert!(matches!(given, MobileSet::Done(_)), "{given:?}");
    let taken = f.users.give_mobile(ben.id, number("+41791234567")).await?;
    assert!(matches!(taken, MobileSet::Taken), "{taken:?}");
    assert_eq!(finds("+41791234567").await?, "ann");
    assert_eq!(finds("+4179123456").await?, "", "a part finds nobody");
    assert_eq!(finds("+41790000001").await?, "");
    assert_eq!(finds("+41790000002").await?, "open");
    let shown = f.users.shown(viewer.id, vec![ann.id]).await?;
    assert_eq!(shown, [(ann.id, nothing())], "it is not shown for that");
    let search = UserSearch::Mobile(number("+41791234567"));
    assert!(f.users.search(viewer.id, search, 10).await?.is_empty());

    f.be_discoverable(ann, false).await?;
    assert_eq!(finds("+41791234567").await?, "");
    f.be_discoverable(ann, true).await?;
    f.block(ann, viewer).await?;
    assert_eq!(finds("+41791234567").await?, "");
    f.unblock(ann, viewer).await?;
    f.users
        .set_status(ann.id, AccountStatus::Disabled, f.tick())
        .await?;
    assert_eq!(finds("+41791234567").await?, "");
    f.users
        .set_status(ann.id, AccountStatus::Active, f.tick())
        .await?;
    assert_eq!(finds("+41791234567").await?, "ann");
    f.users.set_mobile(ann.id, Some(number("+41791234567"))).await?;
    assert_eq!(finds("+41791234567").await?, "", "it is set otherwise");
    f.users.give_mobile(shy.id, number("+41790000001")).await?;
    assert_eq!(finds("+41790000001").await?, "shy");
    Ok(())
}

/// What a stranger is shown of somebody who has changed nothing.
fn nothing() -> Shown {
    Shown {
        presence: true,
        ..Shown::default()
    }
}

/// People show what they want to whom they want; a group that two are in makes them no contacts.
pub async fn people_show_what_they_want(f: &Fixture) -> Tested {
    let hidden = known_to(f, "hidden", Audience::Nobody, "+41790000001").await?;
    let friendly = known_to(f, "friendly", Audience::Contacts, "+41790000002").await?;
    let open = known_to(f, "open", Audience::Everyone, "+41790000003").await?;
    let [before, after] = [f.person("friend").await?, f.person("stranger").await?];
    f.group(before, &[hidden, friendly, open, after]).await?;
    f.direct(friendly, before).await?;
    f.clock.advance(Duration::from_secs(1));

    let everything = async |user: UserRef| {
        let account = f.account(user).await?;
        Ok::<_, StoreError>(Shown {
            email: account.email,
            mobile: account.profile.mobile,
            last_seen: account.last_seen,
            presence: true,
        })
    };
    let shown = async |viewer: UserRef, user: UserRef| {
        let all = vec![hidden.id, f.nobody(), friendly.id, open.id];
        let shown = f.users.shown(viewer.id, all).await?;
        assert_eq!(shown.len(), 3, "unknown people are passed over");
        let found = shown.into_iter().find(|(id, _)| *id == user.id);
        Ok::<_, StoreError>(found.expect("he is registered").1)
    };
    for viewer in [before, after] {
        assert_eq!(shown(viewer, hidden).await?, nothing());
        assert_eq!(shown(viewer, open).await?, everything(open).await?);
    }
    assert_eq!(shown(before, friendly).await?, everything(friendly).await?);
    assert_eq!(shown(after, friendly).await?, nothing());
    assert_eq!(shown(hidden, hidden).await?, everything(hidden).await?);
    assert!(everything(hidden).await?.last_seen.is_some());
    Ok(())
}

/// Who opens a direct room with somebody, and writes in it, is no contact of his until he answers.
pub async fn a_stranger_makes_himself_no_contact(f: &Fixture) -> Tested {
    // The pair is kept in the order of the ids: one stranger comes before her, and one after.
    let before = f.person("before").await?;
    let ann = known_to(f, "ann", Audience::Contacts, "+41790000001").await?;
    let after = f.person("after").await?;
    for stranger in [before, after] {
        let sees = async || {
            let shown = f.users.shown(stranger.id, vec![ann.id]).await?;
            let search = UserSearch::Email(address("ann@example.org"));
            let found = f.users.search(stranger.id, search, 10).await?;
            Ok::<_, StoreError>((shown[0].1 != nothing(), !found.is_empty()))
        };
        let room = f.direct(stranger, ann).await?;
        let said = f.say(room, stranger, "who are you?").await?;
        f.read(room, ann, said.seq).await?;
        assert_eq!(sees().await?, (false, false));
        let answer = f.say(room, ann, "your neighbour").await?;
        assert_eq!(sees().await?, (true, true));
        f.delete(room, ann, answer.seq).await?;
        assert_eq!(sees().await?, (true, true), "she has answered");
        let shown = f.users.shown(ann.id, vec![stranger.id]).await?;
        assert_eq!(shown[0].1, nothing(), "nothing was ever told");
    }
    Ok(())
}
