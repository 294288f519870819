//! Lists of people.

use parlor_domain::{AccountStatus, UserRef};
use parlor_ports::{PeopleOrder, StoreError};

use super::Tested;
use crate::Fixture;

/// The names in a part of a list, and how many people it says that there are.
async fn page(
    f: &Fixture,
    viewer: Option<UserRef>,
    order: PeopleOrder,
    skip: u64,
    most: usize,
) -> Result<(String, u64), StoreError> {
    let viewer = viewer.map(|viewer| viewer.id);
    let list = f.users.people(viewer, order, skip, most).await?;
    let names: Vec<&str> = list.iter().map(|account| account.username.as_str()).collect();
    Ok((names.join(" "), f.users.count_people(viewer).await?))
}

/// The same of a whole list, the oldest first.
async fn listed(f: &Fixture, viewer: Option<UserRef>) -> Result<(String, u64), StoreError> {
    page(f, viewer, PeopleOrder::Oldest, 0, 100).await
}

fn people(names: &str, count: u64) -> (String, u64) {
    (names.to_owned(), count)
}

/// People are listed in the order of their numbers, from either end and in pages, with how many there are in all.
pub async fn people_are_listed_by_their_numbers(f: &Fixture) -> Tested {
    assert_eq!(listed(f, None).await?, people("", 0));
    let [zoe, ..] = f.people(["zoe", "ann", "ben", "cleo"]).await?;
    let first = f.users.people(None, PeopleOrder::Oldest, 0, 1).await?;
    assert_eq!(first, [f.account(zoe).await?]);
    for (order, skip, most, names) in [
        (PeopleOrder::Oldest, 0, 100, "zoe ann ben cleo"),
        (PeopleOrder::Newest, 0, 100, "cleo ben ann zoe"),
        (PeopleOrder::Oldest, 1, 2, "ann ben"),
        (PeopleOrder::Newest, 3, 2, "zoe"),
        (PeopleOrder::Newest, 4, 2, ""),
        (PeopleOrder::Oldest, u64::MAX, 100, ""),
        (PeopleOrder::Oldest, 0, 0, ""),
    ] {
        let found = page(f, None, order, skip, most).await?;
        assert_eq!(found, people(names, 4), "{order:?}: {most} after {skip}");
    }
    Ok(())
}

/// A list goes on after a number, whoever has gone meanwhile, and is the same list.
pub async fn a_list_of_people_goes_on_after_a_number(f: &Fixture) -> Tested {
    let [zoe, ann, ben, cleo] = f.people(["zoe", "ann", "ben", "cleo"]).await?;
    f.bot("shop").await?;
    f.block(cleo, ann).await?;
    for (viewer, after, most, names) in [
        (None, i64::MIN, 100, "zoe ann ben cleo"),
        (None, zoe.number, 2, "ann ben"),
        (None, ben.number, 2, "cleo"),
        (None, cleo.number, 2, ""),
        (None, i64::MAX, 2, ""),
        (Some(ann), i64::MIN, 100, "zoe ben"),
    ] {
        let viewer = viewer.map(|viewer: UserRef| viewer.id);
        let list = f.users.people_after(viewer, after, most).await?;
        let found: Vec<&str> = list.iter().map(|account| account.username.as_str()).collect();
        assert_eq!(found.join(" "), names, "{most} after {after}");
    }
    f.users.delete(ann.id, false, f.tick()).await?;
    let list = f.users.people_after(None, ann.number, 100).await?;
    assert_eq!(list, [f.account(ben).await?, f.account(cleo).await?]);
    Ok(())
}

/// Listed is whose account can be used and who is discoverable, and no bot.
pub async fn who_is_not_discoverable_is_not_listed(f: &Fixture) -> Tested {
    let [_, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    f.bot("shop").await?;
    assert_eq!(listed(f, None).await?, people("ann ben cleo dan", 4));
    f.users
        .set_status(ben.id, AccountStatus::Disabled, f.tick())
        .await?;
    f.users.delete(cleo.id, false, f.tick()).await?;
    f.be_discoverable(dan, false).await?;
    assert_eq!(listed(f, None).await?, people("ann", 1));
    assert_eq!(listed(f, Some(dan)).await?, people("ann", 1));
    f.be_discoverable(dan, true).await?;
    assert_eq!(listed(f, None).await?, people("ann dan", 2));
    Ok(())
}

/// A viewer finds neither himself in the list nor those between whom and him there is a block, whoever has made it.
pub async fn nobody_is_listed_across_a_block(f: &Fixture) -> Tested {
    let [ann, ben, cleo, _] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    assert_eq!(listed(f, Some(ann)).await?, people("ben cleo dan", 3));
    f.block(ann, ben).await?;
    f.block(cleo, ann).await?;
    assert_eq!(listed(f, Some(ann)).await?, people("dan", 1));
    assert_eq!(listed(f, Some(ben)).await?, people("cleo dan", 2));
    assert_eq!(listed(f, Some(cleo)).await?, people("ben dan", 2));
    assert_eq!(listed(f, None).await?, people("ann ben cleo dan", 4));
    f.unblock(ann, ben).await?;
    assert_eq!(listed(f, Some(ben)).await?, people("ann cleo dan", 3));
    Ok(())
}
