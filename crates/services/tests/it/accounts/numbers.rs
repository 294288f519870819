//! Mobile numbers by which people are found.

use parlor_domain::Mobile;

use crate::world::{PASSWORD, World, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_found_where_it_was_given_for_that() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let (accounts, proofs) = (&world.services.accounts, &world.services.proofs);
    let number = || "+41791234567".parse::<Mobile>().unwrap();
    proofs
        .set_mobile(&ann, PASSWORD.into(), Some(number()))
        .await
        .unwrap();
    assert_eq!(accounts.find_by_mobile(&ben, number()).await.unwrap(), None);
    let account = accounts.give_mobile(&ann, number()).await.unwrap();
    let found = accounts.find_by_mobile(&ben, number()).await.unwrap();
    assert_eq!(found, Some(account));
    assert_eq!(code(accounts.give_mobile(&ben, number()).await), "mobile_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_not_tried_one_after_the_other() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let accounts = &world.services.accounts;
    let number = |n: u32| format!("+4179{n:07}").parse::<Mobile>().unwrap();
    for n in 0..50 {
        assert_eq!(code(accounts.find_by_mobile(&ann, number(n)).await), "ok");
        assert_eq!(code(accounts.give_mobile(&ann, number(n)).await), "ok");
    }
    let found = accounts.find_by_mobile(&ann, number(50)).await;
    assert_eq!(code(found), "too_many_tries");
    let given = accounts.give_mobile(&ann, number(50)).await;
    assert_eq!(code(given), "too_many_tries");
    world.pass(60 * 60);
    assert_eq!(code(accounts.give_mobile(&ann, number(50)).await), "ok");
}
