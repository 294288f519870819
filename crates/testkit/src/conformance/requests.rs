//! Requests to become a contact.

use std::collections::BTreeMap;
use std::time::Duration;

use parlor_domain::{UserRef, What};
use parlor_ports::{Accepted, BlockPut, ContactPut, ContactRefusal, NewRequest, Requested, StoreError};

use super::Tested;
use crate::{Fixture, People, at_once};

fn ended(from: UserRef, to: UserRef, accepted: bool) -> What {
    What::RequestEnded { from, to, accepted }
}

fn added(user: UserRef) -> What {
    What::ContactChanged { user, name: None }
}

/// What somebody's own stream has told since.
async fn since(f: &Fixture, user: UserRef, seen: &mut usize) -> Result<Vec<What>, StoreError> {
    let all = f.happened(user.id).await?;
    let news = all[*seen..].to_vec();
    *seen = all.len();
    Ok(news)
}

/// A request is told to both; whoever is asked accepts it, and both are contacts of each other.
pub async fn a_request_is_accepted(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (mut anns, mut bens) = (0, 0);
    let request = NewRequest {
        note: Some("from the train".parse().expect("a note")),
        ..f.new_request(ann, ben)
    };
    for expected in [Requested::New, Requested::Known] {
        let again = NewRequest {
            at: f.tick(),
            ..request.clone()
        };
        assert_eq!(f.contacts.request(again).await?, expected);
    }
    let requested = What::ContactRequested {
        from: ann,
        to: ben,
        note: request.note.clone(),
    };
    assert_eq!(since(f, ann, &mut anns).await?, std::slice::from_ref(&requested));
    assert_eq!(since(f, ben, &mut bens).await?, [requested]);
    let note = |user: UserRef| BTreeMap::from([(user.id, request.note.clone())]);
    assert_eq!(f.lists(ann).await?.outgoing, note(ben));
    assert_eq!(f.lists(ben).await?.incoming, note(ann));
    assert_eq!(
        f.lists(ann).await?.contacts.len() + f.lists(ben).await?.contacts.len(),
        0
    );

    let other_way = f.contacts.accept(ann, ben.id, 20, f.tick()).await?;
    assert_eq!(other_way, Accepted::NoRequest);
    let full = f.contacts.accept(ben, ann.id, 0, f.tick()).await?;
    assert_eq!(full, Accepted::Full);
    for expected in [Accepted::Done, Accepted::NoRequest] {
        assert_eq!(f.contacts.accept(ben, ann.id, 20, f.tick()).await?, expected);
    }
    assert_eq!(
        since(f, ann, &mut anns).await?,
        [added(ben), ended(ann, ben, true)]
    );
    assert_eq!(
        since(f, ben, &mut bens).await?,
        [added(ann), ended(ann, ben, true)]
    );
    for (user, other) in [(ann, ben), (ben, ann)] {
        let expected = People {
            contacts: BTreeMap::from([(other.id, None)]),
            ..People::default()
        };
        assert_eq!(f.lists(user).await?, expected);
    }
    let nobody = NewRequest {
        to: f.nobody(),
        ..f.new_request(ann, ben)
    };
    let refused = f.contacts.request(nobody).await?;
    assert_eq!(refused, Requested::Refused(ContactRefusal::NoUser));
    Ok(())
}

/// Whoever is declined is told nothing, and cannot ask again for a while, which he is not told either.
pub async fn a_declined_request_goes_on_waiting_for_its_maker(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (mut anns, mut bens) = (0, 0);
    f.ask(ann, ben).await?;
    for (user, seen) in [(ann, &mut anns), (ben, &mut bens)] {
        assert_eq!(since(f, user, seen).await?.len(), 1);
    }
    for there in [true, false] {
        assert_eq!(f.contacts.decline(ben, ann.id, f.tick()).await?, there);
    }
    assert_eq!(since(f, ben, &mut bens).await?, [ended(ann, ben, false)]);
    assert!(since(f, ann, &mut anns).await?.is_empty());
    assert!(f.lists(ann).await?.outgoing.contains_key(&ben.id));
    assert_eq!(f.lists(ben).await?, People::default());
    let accepted = f.contacts.accept(ben, ann.id, 20, f.tick()).await?;
    assert_eq!(accepted, Accepted::NoRequest);

    for _ in 0..2 {
        let known = f.contacts.request(f.new_request(ann, ben)).await?;
        assert_eq!(known, Requested::Known);
        for there in [true, false] {
            assert_eq!(f.contacts.withdraw(ann, ben.id, f.tick()).await?, there);
        }
        f.ask(ann, ben).await?;
        assert_eq!(
            since(f, ann, &mut anns).await?.len(),
            2,
            "taken back, and made anew"
        );
    }
    assert!(
        since(f, ben, &mut bens).await?.is_empty(),
        "he wants to hear nothing of it"
    );
    assert!(f.lists(ann).await?.outgoing.contains_key(&ben.id));
    assert_eq!(f.lists(ben).await?, People::default());

    f.clock.advance(Duration::from_hours(25));
    assert!(!f.contacts.forget_declined(f.tick()).await?);
    assert!(
        f.lists(ann).await?.outgoing.contains_key(&ben.id),
        "he knows of it"
    );
    f.contacts.withdraw(ann, ben.id, f.tick()).await?;
    f.ask(ann, ben).await?;
    assert_eq!(
        since(f, ben, &mut bens).await?.len(),
        1,
        "after the pause he is asked again"
    );
    f.contacts.decline(ben, ann.id, f.tick()).await?;
    f.contacts.withdraw(ann, ben.id, f.tick()).await?;
    assert!(!f.contacts.forget_declined(f.tick()).await?);
    f.ask(ann, ben).await?;
    assert!(
        f.lists(ben).await?.incoming.contains_key(&ann.id),
        "what is forgotten can be made again"
    );
    Ok(())
}

/// Two who ask each other are contacts, whoever asks first, also if one of them has declined, and also at once.
pub async fn people_who_ask_each_other_are_contacts(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    f.ask(ann, ben).await?;
    let crossed = f.contacts.request(f.new_request(ben, ann)).await?;
    assert_eq!(crossed, Requested::Accepted);
    f.ask(ann, cleo).await?;
    f.contacts.decline(cleo, ann.id, f.tick()).await?;
    let full = NewRequest {
        most_contacts: 0,
        ..f.new_request(cleo, ann)
    };
    let full = f.contacts.request(full).await?;
    assert_eq!(full, Requested::Refused(ContactRefusal::Full));
    let crossed = f.contacts.request(f.new_request(cleo, ann)).await?;
    assert_eq!(crossed, Requested::Accepted);
    let crowd = f.crowd("person", 10).await?;
    let pairs = crowd
        .chunks(2)
        .flat_map(|pair| [(pair[0], pair[1]), (pair[1], pair[0])]);
    let asked = at_once(pairs.map(|(from, to)| {
        let (contacts, request) = (f.contacts.clone(), f.new_request(from, to));
        async move { contacts.request(request).await }
    }));
    let mut crossed = 0;
    for asked in asked.await {
        crossed += usize::from(asked? == Requested::Accepted);
    }
    assert_eq!(crossed, 5);
    for pair in [&[ann, ben][..], &[ann, cleo]].into_iter().chain(crowd.chunks(2)) {
        for (user, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            let lists = f.lists(user).await?;
            assert!(lists.contacts.contains_key(&other.id));
            assert_eq!(lists.incoming.len() + lists.outgoing.len(), 0);
        }
    }
    Ok(())
}

/// Whoever adds somebody who has asked has accepted.
pub async fn who_is_added_has_his_request_accepted(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    f.ask(ann, ben).await?;
    assert_eq!(f.contacts.put(f.new_contact(ben, ann)).await?, ContactPut::New);
    for (user, other) in [(ann, ben), (ben, ann)] {
        let expected = People {
            contacts: BTreeMap::from([(other.id, None)]),
            ..People::default()
        };
        assert_eq!(f.lists(user).await?, expected);
        assert_eq!(f.happened(user.id).await?.last(), Some(&ended(ann, ben, true)));
    }
    Ok(())
}

/// Of fifty requests that are made at once where one more may wait, one does.
pub async fn requests_at_once_never_overfill_a_list(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("person", 50).await?;
    let asked = at_once(crowd.iter().map(|user| {
        let request = NewRequest {
            most: 1,
            ..f.new_request(ann, *user)
        };
        let contacts = f.contacts.clone();
        async move { contacts.request(request).await }
    }));
    let mut waiting = 0;
    for asked in asked.await {
        match asked? {
            Requested::New => waiting += 1,
            Requested::Refused(ContactRefusal::Full) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((waiting, f.lists(ann).await?.outgoing.len()), (1, 1));
    Ok(())
}

/// Whatever comes first of a request, its acceptance and a block, both sides are left with lists that agree.
pub async fn requests_and_blocks_at_once_agree(f: &Fixture) -> Tested {
    for n in 0..20 {
        let [ann, ben] = f.people([&format!("ann{n}"), &format!("ben{n}")]).await?;
        f.ask(ann, ben).await?;
        let contacts = f.contacts.clone();
        let (accept, block, ask) = (f.tick(), f.tick(), f.new_request(ben, ann));
        let accepting = tokio::spawn(async move { contacts.accept(ben, ann.id, 20, accept).await });
        let contacts = f.contacts.clone();
        let blocking = tokio::spawn(async move { contacts.block(ann, ben.id, 20, block).await });
        let contacts = f.contacts.clone();
        let asking = tokio::spawn(async move { contacts.request(ask).await });
        let (accepted, blocked, asked) = tokio::join!(accepting, blocking, asking);
        accepted.expect("no panic")?;
        asked.expect("no panic")?;
        assert_eq!(blocked.expect("no panic")?, BlockPut::New);
        let (anns, bens) = (f.lists(ann).await?, f.lists(ben).await?);
        assert!(anns.incoming.is_empty() && anns.outgoing.is_empty(), "{anns:?}");
        assert!(bens.incoming.is_empty(), "{bens:?}");
        assert_eq!(anns.contacts.len(), bens.contacts.len());
        for (user, lists) in [(ann, anns), (ben, bens)] {
            let mut told = People::default();
            for event in f.events(user.id).await? {
                told.take(user.id, &event.what);
            }
            assert_eq!(told, lists);
        }
    }
    Ok(())
}
